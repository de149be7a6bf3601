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
        Optional<ClassFile> file = rule.classFile(data);
        ImasConfig.Data named = file.map(found -> rule.named(data, found)).orElse(data);
        if (data.instances() != Instances.OFF) {
            return named.withClasses(data.instances() == Instances.BORDER ? 3 : 2);
        }
        if (!data.labels().isEmpty()) {
            return labeled(named);
        }
        if (data.reduceZeroLabel()) {
            return named.classes() == null ? named.withClasses(rule.highestNumber(data)) : named;
        }
        return masks.stream().anyMatch(MaskContent::colour)
                ? new ColourRule(masks, findings).decide(named)
                : new NumberRule(masks, findings).decide(named);
    }

    /** Beside the pictures or beside the masks; looked for only where there is something open that it could say. */
    private Optional<ClassFile> classFile(ImasConfig.Data data) {
        if (!data.classNames().isEmpty() || data.root() == null) {
            return Optional.empty();
        }
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
        if (data.classes() != null && data.classes() != count) {
            findings.add(Finding.warning(file.path() + " names " + count + " classes, data.classes is " + data.classes()
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

    /** As many classes as the labels speak of, by the names that they use. */
    private static ImasConfig.Data labeled(ImasConfig.Data data) {
        MaskLabels labels = MaskLabels.of(data);
        ImasConfig.Data counted = data.classes() == null ? data.withClasses(labels.classes()) : data;
        return counted.withClassNames(labels.names());
    }

    private int highestNumber(ImasConfig.Data data) {
        return FoundValues.numbers(masks, value -> !data.ignore().contains(value.number())).keys().stream()
                .mapToInt(number -> number)
                .filter(number -> number <= ClassCount.MOST)
                .max()
                .orElse(1);
    }
}
