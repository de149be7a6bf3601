package dev.imas.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.FileProblem;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.config.Names;
import dev.imas.run.CheckpointFiles;
import dev.imas.run.ClassIou;
import dev.imas.run.Metrics;
import dev.imas.run.Role;
import dev.imas.run.RunDirectory;
import dev.imas.run.SavedConfig;
import dev.imas.run.Summary;
import dev.imas.run.Summary.Figure;
import dev.imas.run.ValidationCounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run directory tells of its result; of an unfinished run what there is so far.
 *
 * @param counts of a finished run that was measured picture by picture
 * @param notes  sentences on what is damaged
 */
record RunFacts(
        RunDirectory directory,
        SavedConfig config,
        Summary summary,
        Metrics metrics,
        List<ClassIou> classes,
        Optional<ValidationCounts> counts,
        List<String> notes) {

    /** How a fingerprint begins. */
    private static final Pattern COUNT = Pattern.compile("(\\d{1,9}) pictures");

    /** Reads what is usable; a directory without any file of a run is one that has not begun. */
    static RunFacts read(RunDirectory directory) {
        List<String> notes = new ArrayList<>();
        Summary summary = Summary.NONE;
        try {
            String text = text(directory.summary(), notes);
            summary = text.isEmpty() ? Summary.NONE : Summary.parse(text);
        } catch (IOException e) {
            notes.add(RunDirectory.name(directory.summary()) + " " + e.getMessage() + ".");
        }
        Optional<ValidationCounts> counts = Files.isRegularFile(directory.validationCounts())
                ? Optional.of(ValidationCounts.read(directory.validationCounts(), notes))
                        .filter(found -> !found.pictures().isEmpty())
                : Optional.empty();
        return new RunFacts(
                directory,
                SavedConfig.of(text(directory.config(), notes), notes),
                summary,
                Files.isRegularFile(directory.metrics()) ? Metrics.read(directory.metrics(), notes) : Metrics.NONE,
                Files.isRegularFile(directory.classIou()) ? ClassIou.read(directory.classIou(), notes) : List.of(),
                summary.found() ? counts : Optional.empty(),
                notes.stream()
                        .map(note -> directory.root().getFileName() + ": " + note)
                        .toList());
    }

    private static String text(Path file, List<String> notes) {
        try {
            return Files.isRegularFile(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            notes.add(RunDirectory.name(file) + " cannot be read (" + FileProblem.of(e, file) + ").");
            return "";
        }
    }

    boolean finished() {
        return summary.found();
    }

    /** As in config.yaml, in lower case; empty if unknown. */
    String method() {
        return summary.text(Figure.METHOD).orElse(config.setting("method")).toLowerCase(Locale.ROOT);
    }

    /** -1 if unknown. */
    long seed() {
        String seed = summary.text(Figure.SEED).orElse(config.setting("seed"));
        return seed.matches("-?\\d{1,18}") ? Long.parseLong(seed) : -1;
    }

    AbsentClasses absent() {
        return Names.constant(AbsentClasses.class, config.setting("evaluation.absent_classes"))
                .orElse(AbsentClasses.ZERO);
    }

    /** In [0,1]; of an unfinished run, the last evaluation's; NaN before the first. */
    double miou() {
        if (counts.isPresent()) {
            return Bootstrap.miou(counts.get(), absent());
        }
        double told = summary.number(result() == Role.STUDENT ? Figure.MIOU_STUDENT : Figure.MIOU_TEACHER);
        return Double.isNaN(told) ? metrics.last(this::miou) : told;
    }

    /** Of every class; empty where it is not known. */
    double[] iou() {
        return counts.map(Bootstrap::iou)
                .map(iou -> Arrays.stream(iou)
                        .map(value -> Double.isNaN(value) && absent() == AbsentClasses.ZERO ? 0 : value)
                        .toArray())
                .orElseGet(() -> classes.stream().mapToDouble(this::iou).toArray());
    }

    private double iou(ClassIou found) {
        return result() == Role.STUDENT ? found.student() : found.teacher();
    }

    /** Which of its networks is a finished run's result. */
    Role result() {
        return summary.text(Figure.RESULT).filter(Role.STUDENT.word()::equals).isPresent()
                ? Role.STUDENT
                : Role.TEACHER;
    }

    /** Of an evaluation, as the run looks at it: the teacher's, or where the best is kept the better one's. */
    double miou(Metrics.Row evaluation) {
        return keepsBest() && evaluation.miouStudent() > evaluation.miouTeacher()
                ? evaluation.miouStudent()
                : evaluation.miouTeacher();
    }

    /** Of a finished run's teacher after its last step; NaN where that evaluation is not among the metrics. */
    double miouAtTheEnd() {
        return !finished() || metrics.rows().isEmpty() || metrics.last().step() != steps()
                ? Double.NaN
                : metrics.last().miouTeacher();
    }

    /** Whether it leaves the best network of its evaluations, which is chosen on the validation pictures. */
    boolean keepsBest() {
        return config.setting("training.keep").equals("best");
    }

    /** What tells its validation pictures from others; empty if unknown. */
    String validation() {
        return fingerprint("validation");
    }

    /** What tells the labelled pictures that it learned from from others; empty if unknown. */
    String labels() {
        return fingerprint("labeled");
    }

    /** What tells a list of its pictures (labeled, unlabeled, validation) from others; empty if unknown. */
    String fingerprint(String list) {
        return summary.json().at("/data/fingerprints").path(list).asText("");
    }

    /** Labelled pictures that it learns from, by its summary or its newest checkpoint; -1 if unknown. */
    long labeled() {
        return summary.pictures().map(Summary.Pictures::labeled).orElseGet(this::labeledSoFar);
    }

    private long labeledSoFar() {
        try {
            CheckpointFiles checkpoints = directory.checkpoints();
            List<Long> steps = checkpoints.steps();
            String print = steps.isEmpty()
                    ? ""
                    : new ObjectMapper()
                            .readTree(checkpoints.description(steps.get(0)).toFile())
                            .at("/data/labeled")
                            .asText("");
            Matcher count = COUNT.matcher(print);
            return count.lookingAt() ? Long.parseLong(count.group(1)) : -1;
        } catch (IOException e) {
            return -1; // damaged, or removed meanwhile
        }
    }

    /** Whether it learned from unlabelled pictures, and left the network of an epoch before. */
    boolean keptFromBefore() {
        String first = config.setting("training.sup_only_epochs");
        double kept = summary.number(Figure.KEPT_EPOCH);
        return !method().equals("supervised") && first.matches("\\d{1,9}") && kept <= Integer.parseInt(first);
    }

    /**
     * How long it was trained; NaN of a run that was resumed, whose summary tells the time since then, unless it went
     * on from what runs of a comparison share, to its end.
     */
    double seconds() {
        double from = summary.number(Figure.SECONDS_FROM_STEP);
        boolean whole = Double.isNaN(from) || from == 0 || from == stepsBeforeUnlabelled();
        return whole ? summary.number(Figure.SECONDS) : Double.NaN;
    }

    /** NaN where the configuration does not tell. */
    private double stepsBeforeUnlabelled() {
        String all = config.setting("training.epochs");
        String first = config.setting("training.sup_only_epochs");
        return all.matches("[1-9]\\d{0,8}") && first.matches("\\d{1,9}")
                ? (double) steps() / Integer.parseInt(all) * Integer.parseInt(first)
                : Double.NaN;
    }

    /** So far. */
    long steps() {
        double steps = summary.number(Figure.STEPS);
        return !Double.isNaN(steps)
                ? (long) steps
                : metrics.rows().isEmpty() ? 0 : metrics.last().step();
    }
}
