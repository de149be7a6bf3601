package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.Finding.Severity;
import dev.imas.image.ImageSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What all masks of a data set hold, read once before it is trained on, and what is made of it: settings that were left
 * open, faults, and what each class has. Masks of labelled and of validation pictures are looked at, others never.
 */
public final class MaskSurvey {
    /** From here on masks are annotated in part. */
    private static final double MOST_IGNORED = 0.5;

    private final ImasConfig resolved;
    private final List<Finding> findings;
    private final List<MaskContent> masks;
    private final List<ClassShare> classes;
    private final double ignoredShare;

    private MaskSurvey(
            ImasConfig resolved,
            List<Finding> findings,
            List<MaskContent> masks,
            List<ClassShare> classes,
            double ignoredShare) {
        this.resolved = resolved;
        this.findings = findings;
        this.masks = List.copyOf(masks);
        this.classes = List.copyOf(classes);
        this.ignoredShare = ignoredShare;
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
        MaskChecks checks = new MaskChecks(masks, findings);
        if (masks.isEmpty() || !checks.shapes(config.data()) || !checks.classes(config.data())) {
            return new MaskSurvey(config, sorted(findings), masks, List.of(), 0);
        }
        int unreadable = faults(findings);
        ImasConfig.Data decided = LabelRule.decide(config.data(), masks, findings);
        checks.palettes(decided);
        checks.swapped(config.data());
        checks.copies();
        if (faults(findings) > unreadable || !checks.values(decided)) {
            return new MaskSurvey(config.withData(decided), sorted(findings), masks, List.of(), 0);
        }
        List<String> names = Dataset.classNames(decided);
        MaskLabelCounts counts =
                new MaskLabelCounts(masks, MaskReading.of(decided).meaning(), decided.classes());
        checks.contents(decided, names, counts);
        ImasConfig resolved = config.withData(decided.withSparse(sparse(config, counts, findings)));
        return new MaskSurvey(resolved, sorted(findings), masks, counts.shares(names), counts.ignoredShare());
    }

    private static Sparse sparse(ImasConfig config, MaskLabelCounts counts, List<Finding> findings) {
        if (config.data().sparse() != Sparse.AUTO) {
            return config.data().sparse();
        }
        boolean sparse = inPart(counts.ignoredShare()) && config.method() != ImasConfig.Method.SUPERVISED;
        if (sparse) {
            findings.add(
                    Finding.note(FoundValues.percent(counts.ignoredShare()) + " of the labelled pixels are ignored:"
                            + " labelled pictures also count as unlabelled ones, so that those pixels learn from the"
                            + " teacher (data.sparse: on)"));
        }
        return sparse ? Sparse.ON : Sparse.OFF;
    }

    static boolean inPart(double ignoredShare) {
        return ignoredShare > MOST_IGNORED;
    }

    private static int faults(List<Finding> findings) {
        return Finding.texts(findings, Severity.FAULT).size();
    }

    private static List<Finding> sorted(List<Finding> findings) {
        return findings.stream().sorted(Comparator.comparing(Finding::severity)).toList();
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

    /** Share of the labelled pictures' pixels that are ignored, 0 to 1; 0 when there are faults about values. */
    public double ignoredShare() {
        return ignoredShare;
    }

    /** @throws UserException that tells every fault, if there is one */
    public void requireUsable() {
        List<String> faults = Finding.texts(findings, Severity.FAULT);
        if (!faults.isEmpty()) {
            throw new UserException(String.join(". ", faults));
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
