package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.Finding.Severity;
import dev.imas.data.MaskSurvey.ClassShare;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks a data set over before it is used: what was recognised, what there is, and everything that would fail later or
 * is likely not meant. Unlabelled pictures that cannot be read are left out with a warning; whatever else is broken is
 * a fault. Generated scenes need no inspection.
 *
 * @param config     the configuration with everything settled that the data set settles; with faults it may be
 *                   incomplete
 * @param dataset    the data set; empty where there are faults
 * @param recognised what the layout was taken for, a sentence each; empty where it was given
 * @param findings   faults, warnings and notes, in this order
 * @param pictures   what the pictures are
 * @param classes    what the masks hold; empty where their values cannot be told
 * @param ignored    share of the labelled pictures' pixels that no mask tells the class of, 0 to 1
 * @param unmatched  masks that no picture has
 */
public record Inspection(
        ImasConfig config,
        Optional<Dataset> dataset,
        List<String> recognised,
        List<Finding> findings,
        PictureFacts pictures,
        List<ClassShare> classes,
        double ignored,
        List<UnmatchedMask> unmatched) {
    /** So many classes have a place in a line. */
    private static final int TOLD_CLASSES = 12;

    /**
     * A mask that no picture has.
     *
     * @param mask    its path below the root
     * @param nearest path of the picture without a mask whose name is nearest, or empty
     */
    public record UnmatchedMask(String mask, String nearest) {}

    /**
     * Recognises the layout where that is asked for, and looks at everything.
     *
     * @throws UserException where the data set cannot be put together at all, such as for a missing list
     */
    public static Inspection of(ImasConfig config) {
        List<String> recognised = new ArrayList<>();
        ImasConfig found = DataFolder.resolved(config, recognised::add);
        if (found.data().layout() == Layout.EMBEDDED) {
            return new Inspection(
                    found,
                    Optional.of(Dataset.open(found)),
                    List.of(),
                    List.of(),
                    PictureFacts.NONE,
                    List.of(),
                    0,
                    List.of());
        }
        Inspection inspection = of(found, List.copyOf(recognised));
        int unlike = inspection.onOneSide();
        if (unlike == 0) {
            return inspection;
        }
        return DataFolder.withEveryRecording(config, found)
                .map(other -> of(other, told(recognised, other)))
                .filter(other -> other.onOneSide() < unlike)
                .orElse(inspection);
    }

    private static List<String> told(List<String> recognised, ImasConfig other) {
        List<String> lines = new ArrayList<>(recognised.subList(0, 1));
        lines.add("validation: " + other.data().setAside().size()
                + " labelled pictures are set aside to validate, the last"
                + " of each kind of name, since whole kinds would leave a class on one side alone");
        lines.addAll(recognised.subList(2, recognised.size()));
        return lines;
    }

    /** How many classes are learned and not measured, or measured and not learned. */
    private int onOneSide() {
        return (int) classes.stream()
                .filter(c -> c.labeledMasks() > 0 != c.validationMasks() > 0)
                .count();
    }

    private static Inspection of(ImasConfig config, List<String> recognised) {
        Collected files = Collected.of(config);
        FileCheck check = FileCheck.of(files, config);
        List<Finding> findings = new ArrayList<>(check.findings());
        List<UnmatchedMask> unmatched = new ArrayList<>();
        if (FolderContents.applies(config.data())) {
            FolderContents contents = new FolderContents(config.data(), files);
            findings.addAll(contents.findings());
            unmatched.addAll(contents.unmatched());
        }
        findings.addAll(new ListedPairs(files).findings());
        boolean sparse = config.data().sparse() == Sparse.ON;
        findings.addAll(Duplicates.of(files).findings(sparse));
        PictureFacts facts = PictureFacts.of(files, check.pictures());
        findings.addAll(facts.findings());

        ImasConfig settled = config;
        List<ClassShare> classes = List.of();
        double ignored = 0;
        Collected sound =
                config.data().skipBroken() ? withoutBrokenMasks(config, check.sound(), findings) : check.sound();
        if (!sound.labeled().isEmpty()) {
            MaskSurvey survey = MaskSurvey.of(config, Dataset.of(config, sound));
            findings.addAll(survey.findings());
            settled = survey.resolved();
            classes = survey.classes();
            ignored = survey.ignoredShare();
            settled = withPictures(settled, sound, findings);
        } else if (!sound.validation().isEmpty()) {
            MaskReader.contents(Dataset.of(config, sound), findings); // for what cannot be read among them
        }
        findings.sort((a, b) -> a.severity().compareTo(b.severity()));
        boolean faults = !Finding.texts(findings, Severity.FAULT).isEmpty();
        Optional<Dataset> dataset =
                faults ? Optional.empty() : Optional.of(Dataset.of(settled, sound.settled(settled)));
        return new Inspection(
                settled,
                dataset,
                recognised,
                List.copyOf(findings),
                facts,
                List.copyOf(classes),
                ignored,
                List.copyOf(unmatched));
    }

    /** Leaves out samples whose masks cannot be read. */
    private static Collected withoutBrokenMasks(ImasConfig config, Collected files, List<Finding> findings) {
        Map<Path, String> broken = MaskReader.broken(Dataset.of(config, files));
        FileCheck.leftOut(List.copyOf(broken.values()), files.masked().count(), "masks cannot be read", findings);
        Collected sound = files.withoutMasks(broken.keySet());
        requireAny("labelled", sound.labeled(), files.labeled(), findings);
        requireAny("validation", sound.validation(), files.validation(), findings);
        return sound;
    }

    private static void requireAny(String what, List<?> sound, List<?> before, List<Finding> findings) {
        if (sound.isEmpty()) {
            findings.add(Finding.fault("no " + what + " picture is left that can be read with its mask"
                    + (before.isEmpty() ? "" : ", of " + before.size())));
        }
    }

    /** With the range of the pictures; one that cannot be found is a fault. */
    private static ImasConfig withPictures(ImasConfig config, Collected sound, List<Finding> findings) {
        try {
            return PictureSurvey.settle(config, Dataset.of(config, sound), note -> findings.add(Finding.note(note)));
        } catch (UserException e) {
            findings.add(Finding.fault(e.getMessage()));
            return config;
        }
    }

    /**
     * With a warning of pictures of a kind that no labelled one is of, as far as can be seen in some seconds: worth
     * them before a data set is first learned from.
     */
    public Inspection withKinds() {
        if (dataset.isEmpty() || config.data().layout() == Layout.EMBEDDED) {
            return this;
        }
        List<Finding> more = new ArrayList<>(findings);
        UnlikeLabelled.of(dataset.get()).ifPresent(more::add);
        more.sort((a, b) -> a.severity().compareTo(b.severity()));
        return new Inspection(config, dataset, recognised, List.copyOf(more), pictures, classes, ignored, unmatched);
    }

    /** Whether masks tell so little that the rest of their pictures is learned from as unlabelled ones are. */
    public boolean annotatedInPart() {
        return MaskSurvey.inPart(ignored);
    }

    /** Whether training would fail, or learn something else than is meant. */
    public boolean faulty() {
        return dataset.isEmpty();
    }

    /** The data set. @throws UserException that tells every fault, one a line, if there is one */
    public Dataset usable() {
        return dataset.orElseThrow(() -> new UserException(String.join("\n", Finding.texts(findings, Severity.FAULT))));
    }

    /** What was settled of {@code data}, as YAML. */
    public String settings() {
        return ConfigYaml.dumpData(config);
    }

    /**
     * The same data set for a run whose other settings were decided after it was looked at.
     *
     * @param run of its data.* only the epoch's length counts
     */
    public Inspection forRun(ImasConfig run) {
        ImasConfig settled =
                run.withData(config.data().withEpochLength(run.data().epochLength()));
        return new Inspection(settled, dataset, recognised, findings, pictures, classes, ignored, unmatched);
    }

    /** What a run says before it begins: what was recognised, what there is, and what is not a fault. */
    public List<String> report() {
        List<String> lines = new ArrayList<>(recognised);
        lines.addAll(summary());
        findings.stream()
                .filter(finding -> finding.severity() != Severity.FAULT)
                .forEach(finding -> lines.add(finding.toString()));
        return lines;
    }

    /** What there is, in a few lines: counts, sizes and class shares. Empty for generated scenes. */
    public List<String> summary() {
        List<String> lines = new ArrayList<>(pictures.summary());
        if (!classes.isEmpty()) {
            lines.add("labelled    " + shares(true));
            if (classes.stream().anyMatch(c -> c.validationMasks() > 0)) {
                lines.add("validation  " + shares(false));
            }
        }
        return lines;
    }

    private String shares(boolean labeled) {
        List<String> told = new ArrayList<>();
        for (ClassShare c : classes.subList(0, Math.min(TOLD_CLASSES, classes.size()))) {
            double share = labeled ? c.labeledShare() : c.validationShare();
            int masks = labeled ? c.labeledMasks() : c.validationMasks();
            told.add(c.name() + " " + Shares.percent(share) + " in " + masks + (masks == 1 ? " mask" : " masks"));
        }
        int more = classes.size() - told.size();
        return String.join(", ", told) + (more > 0 ? " and " + more + " classes more" : "");
    }
}
