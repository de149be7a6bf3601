package dev.imas.report;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.run.ClassIou;
import dev.imas.run.Hardness;
import dev.imas.run.Metrics;
import dev.imas.run.PseudoLabels;
import dev.imas.run.Role;
import dev.imas.run.RunDirectory;
import dev.imas.run.SampleFile;
import dev.imas.run.SavedConfig;
import dev.imas.run.Summary;
import dev.imas.run.Summary.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Everything a run directory tells, with a note for everything it does not.
 *
 * @param notes sentences for the reader on what is missing or damaged
 */
record Run(
        RunDirectory directory,
        SavedConfig config,
        Summary summary,
        Metrics metrics,
        Hardness hardness,
        List<ClassIou> classes,
        Samples samples,
        PseudoLabels pseudoLabels,
        Optional<KeptEvaluation> kept,
        Optional<Live> live,
        List<String> notes) {

    /** @throws UserException when the directory is none, or none of the files that a run leaves is in it */
    static Run read(Path dir) {
        return read(dir, Optional.empty());
    }

    /** @param live where the run stands, of one that is under way */
    static Run read(Path dir, Optional<Live> live) {
        RunDirectory directory = new RunDirectory(dir);
        requireRun(directory);
        List<String> notes = new ArrayList<>();
        Summary summary = live.isPresent() ? Summary.NONE : readSummary(directory.summary(), notes);
        SavedConfig config =
                SavedConfig.of(readText(directory.config(), "the settings of this run are not known", notes), notes);
        Metrics metrics = has(directory.metrics(), "there are no curves", notes)
                ? Metrics.read(directory.metrics(), notes)
                : Metrics.NONE;
        List<ClassIou> classes = has(directory.classIou(), "no evaluation has finished, or the file was removed", notes)
                ? ClassIou.read(directory.classIou(), notes)
                : List.of();
        boolean unlabelledUsed = !methodOf(summary, config).equals("SUPERVISED");
        Hardness hardness = Files.isRegularFile(directory.hardness())
                        || unlabelledUsed
                                && has(directory.hardness(), "no epoch has finished, or the file was removed", notes)
                ? Hardness.read(directory.hardness(), notes)
                : Hardness.NONE;
        Samples samples = Samples.read(directory.samples(), notes);
        PseudoLabels pseudoLabels = Files.isRegularFile(directory.pseudoLabels())
                ? PseudoLabels.read(directory.pseudoLabels(), notes)
                : PseudoLabels.NONE;
        Optional<KeptEvaluation> kept =
                live.isPresent() ? Optional.empty() : KeptEvaluation.read(directory, samples.colorsOrGreys(), notes);
        if (samples.total() == 0) {
            notes.add("samples/ has no pictures: validation images are not shown.");
        }
        if (live.isPresent()) {
            notes.clear(); // what is not there yet is no fault of it
        }
        tellNonFinite(metrics, notes);
        return new Run(
                directory,
                config,
                summary,
                metrics,
                hardness,
                classes,
                samples,
                pseudoLabels,
                kept,
                live,
                List.copyOf(notes));
    }

    private static void requireRun(RunDirectory directory) {
        if (!Files.isDirectory(directory.root())) {
            throw new UserException(
                    directory.root() + " is not a directory, expected the directory of a run (train's --out)");
        }
        if (!Files.isReadable(directory.root()) || !Files.isExecutable(directory.root())) {
            throw new UserException(directory.root() + " may not be read by this user");
        }
        if (directory.records().stream().noneMatch(Files::isRegularFile)
                && SampleFile.in(directory.samples()).isEmpty()) {
            throw new UserException(directory.root() + " holds no file of a run, expected at least one of "
                    + directory.records().stream().map(RunDirectory::name).collect(Collectors.joining(", "))
                    + ", samples/; give the directory that train wrote to");
        }
    }

    private static boolean has(Path file, String consequence, List<String> notes) {
        boolean there = Files.isRegularFile(file);
        if (!there) {
            notes.add(RunDirectory.name(file) + " is missing: " + consequence + ".");
        }
        return there;
    }

    private static Summary readSummary(Path file, List<String> notes) {
        String otherwise = "figures are from the last rows of metrics.csv";
        String text = readText(file, "the run is still going or was stopped; " + otherwise, notes);
        try {
            return text.isEmpty() ? Summary.NONE : Summary.parse(text);
        } catch (IOException e) {
            notes.add(RunDirectory.name(file) + " " + e.getMessage() + "; " + otherwise + ".");
            return Summary.NONE;
        }
    }

    private static String readText(Path file, String consequence, List<String> notes) {
        if (!has(file, consequence, notes)) {
            return "";
        }
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            notes.add(RunDirectory.name(file) + " cannot be read (" + FileProblem.of(e, file) + ").");
            return "";
        }
    }

    private static void tellNonFinite(Metrics metrics, List<String> notes) {
        List<Metrics.Row> odd = metrics.rows().stream()
                .filter(r ->
                        Double.isFinite(r.lr()) && !Double.isFinite(r.lossSup()) || Double.isInfinite(r.lossUnsup()))
                .toList();
        if (!odd.isEmpty()) {
            notes.add(
                    "The loss is not a finite number in " + Format.count(odd.size()) + " rows of metrics.csv, first at"
                            + " step " + Format.count(odd.get(0).step()) + ": the training may have diverged.");
        }
    }

    /** A figure of summary.json as text, or that key of config.yaml, or {@code otherwise}. */
    String text(Figure figure, String otherwise) {
        return textOf(summary, config, figure).orElse(otherwise);
    }

    private static Optional<String> textOf(Summary summary, SavedConfig config, Figure figure) {
        return summary.text(figure)
                .or(() -> Optional.of(config.setting(figure.key())).filter(text -> !text.isBlank()));
    }

    /** IMAS, UNIFORM or SUPERVISED; empty if unknown. */
    String method() {
        return methodOf(summary, config);
    }

    /** Whether γ was measured, as far as is known; methods without it write 1 for every image. */
    boolean measuresHardness() {
        return !List.of("UNIFORM", "UNIMATCH_V2", "SUPERVISED").contains(method());
    }

    private static String methodOf(Summary summary, SavedConfig config) {
        return textOf(summary, config, Figure.METHOD).orElse("").toUpperCase(Locale.ROOT);
    }

    /** The name of the run, else of its directory. */
    String name() {
        Path file = directory.root().toAbsolutePath().normalize().getFileName();
        return text(Figure.NAME, file == null ? "run" : file.toString());
    }

    boolean finished() {
        return summary.found();
    }

    /** Whether the networks that a run leaves are those of its best epoch. */
    boolean keepsBest() {
        return config.setting("training.keep").equalsIgnoreCase("best");
    }

    /** The epoch of the networks that the run left; NaN for one that goes on, or by an older version. */
    double keptEpoch() {
        return summary.number(Figure.KEPT_EPOCH);
    }

    /** The network that is the run's result. */
    Role result() {
        return text(Figure.RESULT, "").equals(Role.STUDENT.word()) ? Role.STUDENT : Role.TEACHER;
    }

    /** Its mIoU. */
    double miou() {
        return result() == Role.STUDENT ? miouStudent() : miouTeacher();
    }

    /** mIoU of the networks that the run left; of one that goes on, the last evaluation's. */
    double miouTeacher() {
        double value = summary.number(Figure.MIOU_TEACHER);
        return Double.isNaN(value) ? metrics.last(Metrics.Row::miouTeacher) : value;
    }

    double miouStudent() {
        double value = summary.number(Figure.MIOU_STUDENT);
        return Double.isNaN(value) ? metrics.last(Metrics.Row::miouStudent) : value;
    }

    /** Name of a class: as in class_iou.csv, else data.class_names, else its number. */
    String className(int index) {
        return classes.stream()
                .filter(c -> c.index() == index)
                .map(ClassIou::name)
                .filter(name -> !name.isBlank())
                .findFirst()
                .or(() -> config.element("data.class_names", index)
                        .map(Object::toString)
                        .filter(name -> !name.isBlank()))
                .orElse("class " + index);
    }

    /** Colour of a class as #rrggbb: as in the samples, else data.palette (numbers, or texts such as #80ff00). */
    Optional<String> classColor(int index) {
        if (samples.colors() != null) {
            return Optional.of(Colors.hex(samples.colors()[index]));
        }
        return config.element("data.palette", index)
                .map(color -> Colors.parse(color.toString()))
                .filter(OptionalInt::isPresent)
                .map(color -> Colors.hex(color.getAsInt()));
    }
}
