package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ClassFile;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Instances;
import dev.imas.config.MaskLabels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Decides what the values of masks mean where the configuration does not say: what can be known is set and told, what
 * cannot is refused with the line to add.
 */
final class LabelRule {
    private final List<MaskContent> masks;
    private final List<Finding> findings;

    private LabelRule(List<MaskContent> masks, List<Finding> findings) {
        this.masks = masks;
        this.findings = findings;
    }

    /**
     * The settings with classes, names, palette and labels decided; data.classes stays open when it cannot be known.
     *
     * @param masks    at least one
     * @param findings gets what was decided, and why something could not be
     */
    static ImasConfig.Data decide(ImasConfig.Data data, List<MaskContent> masks, List<Finding> findings) {
        LabelRule rule = new LabelRule(masks, findings);
        ImasConfig.Data counted = data;
        if (data.instances() != Instances.OFF) {
            counted = rule.ofObjects(data);
        } else if (!data.labels().isEmpty()) {
            counted = labeled(data);
        }
        ImasConfig.Data named = rule.sized(rule.named(counted));
        boolean given = named.instances() != Instances.OFF || !named.labels().isEmpty();
        boolean colours = masks.stream().anyMatch(MaskContent::colour);
        if (given) {
            return named;
        }
        if (data.reduceZeroLabel()) {
            return rule.reduced(named, colours);
        }
        return colours ? new ColourRule(masks, findings).decide(named) : new NumberRule(masks, findings).decide(named);
    }

    /** By the names that labels use; as many classes as they speak of, where nothing else says how many there are. */
    private static ImasConfig.Data labeled(ImasConfig.Data data) {
        MaskLabels labels = MaskLabels.of(data);
        ImasConfig.Data named = data.withClassNames(labels.names());
        boolean open = data.classes() == null
                && data.classNames().isEmpty()
                && data.palette().isEmpty();
        return open ? named.withClasses(labels.classes()) : named;
    }

    private ImasConfig.Data ofObjects(ImasConfig.Data data) {
        int classes = data.instances() == Instances.BORDER ? 3 : 2;
        int names = data.classNames().size();
        int colours = data.palette().size();
        boolean fits = (names == 0 || names == classes) && (colours == 0 || colours == classes);
        if (!fits) {
            findings.add(Finding.fault("data.class_names has " + names + " names and data.palette " + colours
                    + " colours; expected " + classes + " each, or none: data.instances makes " + classes
                    + " classes of"
                    + " numbered objects"));
            return data.withClasses(classes).withClassNames(List.of()).withPalette(List.of());
        }
        return data.withClasses(classes);
    }

    /** As many classes as there are names or colours. */
    private ImasConfig.Data sized(ImasConfig.Data data) {
        int count = Math.max(data.classNames().size(), data.palette().size());
        return data.classes() == null && count > 0 ? data.withClasses(count) : data;
    }

    private ImasConfig.Data reduced(ImasConfig.Data data, boolean colours) {
        if (colours) {
            findings.add(
                    Finding.fault("masks are colour pictures, data.reduce_zero_label is about numbers; say what the"
                            + " colours mean with data.labels"));
        }
        return data.classes() == null ? data.withClasses(highestNumber(data)) : data;
    }

    /** By a file of names, where there are none yet. */
    private ImasConfig.Data named(ImasConfig.Data data) {
        return data.classNames().isEmpty() && data.root() != null
                ? classFile(data).map(found -> named(data, found)).orElse(data)
                : data;
    }

    /** Beside the pictures or beside the masks. */
    private Optional<ClassFile> classFile(ImasConfig.Data data) {
        try {
            Optional<ClassFile> found = ClassFile.in(Path.of(data.root()));
            return found.isPresent() ? found : ClassFile.in(Path.of(data.root(), "masks"));
        } catch (UserException e) {
            findings.add(data.classes() == null ? Finding.fault(e.getMessage()) : Finding.warning(e.getMessage()));
            return Optional.empty();
        }
    }

    private ImasConfig.Data named(ImasConfig.Data data, ClassFile file) {
        int count = file.names().size();
        boolean fits = data.classes() == null
                ? data.palette().isEmpty() || data.palette().size() == count
                : data.classes() == count;
        if (!fits) {
            findings.add(Finding.warning(file.path() + " names " + count + " classes, data."
                    + (data.classes() == null ? "palette has " + data.palette().size() : "classes is " + data.classes())
                    + "; its names are not used"));
            return data;
        }
        findings.add(
                Finding.note(count + " classes as " + file.path() + " names them: " + String.join(", ", file.names())));
        boolean colours = data.palette().isEmpty();
        return data.withClasses(count)
                .withClassNames(file.names())
                .withPalette(colours ? file.palette() : data.palette());
    }

    private int highestNumber(ImasConfig.Data data) {
        return FoundValues.numbers(masks, value -> !data.ignore().contains(value.number())).keys().stream()
                .mapToInt(number -> number)
                .filter(number -> number <= ClassCount.MOST)
                .max()
                .orElse(1);
    }
}
