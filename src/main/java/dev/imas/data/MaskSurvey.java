package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Finding.Severity;
import dev.imas.image.ImageSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What all masks of a data set hold, read once before it is trained on, and what is made of it: settings that were left
 * open, faults, and what each class has. Masks of labelled and of validation pictures are looked at, others never.
 */
public final class MaskSurvey {
    private final ImasConfig resolved;
    private final List<Finding> findings;
    private final List<MaskContent> masks;
    private final List<ClassShare> classes;

    private MaskSurvey(ImasConfig resolved, List<Finding> findings, List<MaskContent> masks, List<ClassShare> classes) {
        this.resolved = resolved;
        this.findings = findings;
        this.masks = masks;
        this.classes = classes;
    }

    /**
     * What a class has in the masks.
     *
     * @param name             its name
     * @param labeledShare     share of the labelled pictures' annotated pixels, 0 to 1
     * @param labeledMasks     labelled masks in which it occurs
     * @param validationShare  share of the validation pictures' annotated pixels, 0 to 1
     * @param validationMasks  validation masks in which it occurs
     */
    public record ClassShare(
            String name, double labeledShare, int labeledMasks, double validationShare, int validationMasks) {}

    /**
     * Reads every labelled and validation mask; files that cannot be read become findings.
     *
     * @param data what {@link Dataset#open} or {@link Dataset#openValidation} opened of {@code config}
     */
    public static MaskSurvey of(ImasConfig config, Dataset data) {
        List<Finding> findings = new ArrayList<>();
        List<MaskContent> masks = MaskReader.contents(data, findings);
        if (masks.isEmpty()) {
            return new MaskSurvey(config, List.copyOf(findings), masks, List.of());
        }
        return new MaskSurvey(config, List.copyOf(findings), masks, List.of());
    }

    /**
     * The configuration with everything decided that masks decide: data.classes, class_names, palette, labels, sparse.
     * A data set is opened anew with it; written to config.yaml it makes a rerun exact. With faults it may be
     * incomplete.
     */
    public ImasConfig resolved() {
        return resolved;
    }

    /** Faults, warnings and notes, in this order; empty where all is as expected. */
    public List<Finding> findings() {
        return findings;
    }

    /** One a class; empty when there are faults about values. */
    public List<ClassShare> classes() {
        return classes;
    }

    /** @throws UserException that tells every fault, if there is one */
    public void requireUsable() {
        List<String> faults = Finding.texts(findings, Severity.FAULT);
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", faults));
        }
    }

    /** How many masks have each size, smallest first. */
    public SortedMap<String, Integer> sizes() {
        SortedMap<String, Integer> sizes = new TreeMap<>();
        for (MaskContent mask : masks) {
            ImageSize size = mask.size();
            sizes.merge(size.width() + "x" + size.height(), 1, Integer::sum);
        }
        return sizes;
    }

    /** Masks that hold one value alone, such as those without an object. */
    public List<Path> ofOneValue() {
        return masks.stream()
                .filter(mask -> mask.values() == 1)
                .map(MaskContent::path)
                .toList();
    }
}
