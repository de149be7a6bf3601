package dev.imas.run;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileNames;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of one run and the names in it. */
public record RunDirectory(Path root) {
    private static final Pattern EVENTS = Pattern.compile("events\\.out\\.tfevents\\.(\\d{12})\\.imas");

    /**
     * Creates the folder, or opens that of an earlier part of the run.
     *
     * @throws UserException when it holds something already and {@code resume} is false, other than what a run left
     *                       that failed before its first checkpoint; when there is no run to resume, or when it cannot
     *                       be written
     */
    public static RunDirectory open(Path root, boolean resume) {
        RunDirectory directory = new RunDirectory(root);
        if (resume) {
            directory.requireFolder();
            directory.requireConfig();
        } else {
            directory.requireFree();
        }
        try {
            DurableFiles.createFolder(root);
        } catch (IOException e) {
            throw directory.unusable(e);
        }
        if (!Files.isWritable(root)) {
            throw new UserException("the run directory " + root
                    + " cannot be written (permission denied, or a read-only file system); "
                    + (resume ? "make it writable, or resume a copy of it" : "give another --out"));
        }
        return directory;
    }

    /** @throws UserException where no new run may begin; makes nothing */
    public void requireFree() {
        requireFolder();
        try {
            if (Files.exists(root) && !empty() && !beganOnly()) {
                throw new UserException(
                        root + " is not empty; use --resume to continue the run in it, or another --out");
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void requireFolder() {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new UserException(root + " is a file, expected a folder for the run; give another --out");
        }
    }

    private UserException unusable(IOException e) {
        return new UserException(
                "the run directory " + root + " cannot be used (" + FileProblem.of(e, root) + "); give another --out",
                e);
    }

    /** The folder that a file lies in, as that of a run. */
    public static RunDirectory around(Path file) {
        return new RunDirectory(file.toAbsolutePath().getParent());
    }

    /** Whether a run began in the folder. */
    public boolean begun() {
        return Files.isRegularFile(config())
                && (Files.exists(metrics()) || Files.exists(checkpoints().folder()));
    }

    /** @throws UserException unless config.yaml is there and may be read, as resuming needs it */
    public void requireConfig() {
        if (Files.isDirectory(root) && !Files.isExecutable(root)) {
            throw new UserException("--resume: " + root + " may not be read by this user");
        }
        if (!Files.isRegularFile(config())) {
            throw new UserException("--resume: " + root + " is no run directory (it has no " + name(config()) + ")");
        }
    }

    /** Held while a process trains in the folder. */
    public Path lock() {
        return root.resolve(".lock");
    }

    /** Every setting of the run. */
    public Path config() {
        return root.resolve("config.yaml");
    }

    /** See {@link Metrics}. */
    public Path metrics() {
        return root.resolve("metrics.csv");
    }

    /** See {@link Hardness}. */
    public Path hardness() {
        return root.resolve("hardness.csv");
    }

    /** See {@link ClassIou}. */
    public Path classIou() {
        return root.resolve("class_iou.csv");
    }

    /** See {@link ValidationCounts}; of runs of a comparison. */
    public Path validationCounts() {
        return root.resolve("validation.csv");
    }

    /** What the network that the run leaves takes for what, on the validation images: as an evaluation writes it. */
    public Path confusion() {
        return root.resolve("confusion.csv");
    }

    /** How well it sees every validation image, likewise. */
    public Path pictures() {
        return root.resolve("pictures.csv");
    }

    /** The images that it sees worst, by their row in {@link #pictures}; see {@link SampleFile}. */
    public Path worst() {
        return root.resolve("worst");
    }

    /** See {@link PseudoLabels}. */
    public Path pseudoLabels() {
        return root.resolve("pseudo_labels.csv");
    }

    /** TensorBoard's events of the part of a run that begins after so many steps, by name as they follow each other. */
    public Path events(long step) {
        return root.resolve(String.format(Locale.ROOT, "events.out.tfevents.%012d.imas", step));
    }

    /** The steps after which the parts of a run began that left TensorBoard's events. */
    public List<Long> eventParts() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.map(file -> EVENTS.matcher(name(file)))
                    .filter(Matcher::matches)
                    .map(found -> Long.valueOf(found.group(1)))
                    .sorted()
                    .toList();
        }
    }

    /** See {@link Summary}. */
    public Path summary() {
        return root.resolve("summary.json");
    }

    /** The student that the run leaves. */
    public Path student() {
        return root.resolve("student.safetensors");
    }

    /** The teacher that the run leaves: its result, unless the best is kept. */
    public Path teacher() {
        return root.resolve("teacher.safetensors");
    }

    /**
     * With {@code training.keep: best} the best network so far, student or teacher, replaced whenever an evaluation
     * finds a better one: in the end the run's result.
     */
    public Path best() {
        return root.resolve("best.safetensors");
    }

    /**
     * Whether the networks of the run's end are here, and no later ones: of a run that went on beyond its end the files
     * of that end stay until the next one, beside checkpoints and without a summary.
     */
    public boolean ended() {
        try {
            return Files.isRegularFile(teacher())
                    && (Files.isRegularFile(summary()) || checkpoints().steps().isEmpty());
        } catch (IOException e) {
            Path folder = checkpoints().folder();
            throw new UserException(folder + " cannot be read (" + FileProblem.of(e, folder) + ")", e);
        }
    }

    /** The network that a run which has {@link #ended} is to be used with. */
    public Path result() {
        return Files.isRegularFile(teacher()) && Files.isRegularFile(best()) ? best() : teacher();
    }

    /** What a process of several tells that does not write the run directory. */
    public Path rankLog(int rank) {
        return root.resolve("rank-" + rank + ".log");
    }

    /** The page for people. */
    public Path report() {
        return root.resolve("report.html");
    }

    /** See {@link SampleFile}. */
    public Path samples() {
        return root.resolve("samples");
    }

    /** See {@link CheckpointFiles}. */
    public CheckpointFiles checkpoints() {
        return new CheckpointFiles(root.resolve("checkpoints"));
    }

    /** The tables and texts that tell of a run, without its weights. */
    public List<Path> records() {
        return List.of(config(), metrics(), hardness(), classIou(), pseudoLabels(), confusion(), pictures(), summary());
    }

    /** The file's name without its folders, for messages. */
    public static String name(Path file) {
        return file.getFileName().toString();
    }

    /**
     * Whether the folder is that of a run which failed before it had anything to go on from, at whatever moment: while
     * its settings were written, or with tables and tensors of a first checkpoint that is not whole.
     */
    private boolean beganOnly() throws IOException {
        Path unwritten = root.resolve(name(config()) + ".tmp");
        return Files.exists(lock()) // else it is a person's own file
                && (Files.isRegularFile(config()) || Files.exists(unwritten))
                && checkpoints().steps().isEmpty()
                && Stream.of(student(), teacher(), best(), summary()).noneMatch(Files::exists);
    }

    /** With nothing but its lock, what a process left that was killed as it wrote config.yaml, and systems' files. */
    private boolean empty() throws IOException {
        Set<String> made = Set.of(name(lock()), name(config()) + ".tmp");
        try (Stream<Path> entries = Files.list(root)) {
            return entries.map(RunDirectory::name).allMatch(entry -> made.contains(entry) || FileNames.ofSystem(entry));
        }
    }
}
