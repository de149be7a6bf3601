package dev.imas.run;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Which file is meant where somebody names the weights of a run: a weight file; a run directory; a checkpoint, by
 * either of its files; the folder of checkpoints, for the newest; or {@code teacher}, {@code student} and {@code best}
 * in a run directory.
 *
 * @param file of the weights
 * @param run  the directory of the run whose checkpoint it is; empty for weight files, which say themselves what they
 *             hold
 */
public record RunWeights(Path file, Optional<RunDirectory> run) {
    /**
     * @param student of a run directory that has finished, its student and not its result; of checkpoints both are in
     *                the file
     * @param notes   told in a line what was taken of a directory, and which checkpoints were passed over as damaged
     * @throws UserException where a directory holds no weights, or a checkpoint is not whole
     */
    public static RunWeights of(Path given, boolean student, Consumer<String> notes) {
        try {
            if (Files.isDirectory(given)) {
                return ofFolder(given, student, notes);
            }
            OptionalLong step = CheckpointFiles.step(given);
            Path folder = given.toAbsolutePath().getParent();
            if (step.isPresent() && new CheckpointFiles(folder).steps().contains(step.getAsLong())) {
                return verified(new CheckpointFiles(folder), step.getAsLong());
            }
            if (student) {
                throw new UserException("--student is for a run directory or a checkpoint, which hold both networks; "
                        + given + " is one network: leave it out, or name the run");
            }
            return Files.exists(given) || folder == null ? plain(given) : named(given, new RunDirectory(folder), notes);
        } catch (IOException e) {
            throw new UserException(given + " cannot be read (" + FileProblem.of(e, given) + ")", e);
        }
    }

    private static RunWeights plain(Path file) {
        return new RunWeights(file, Optional.empty());
    }

    private static RunWeights ofFolder(Path folder, boolean student, Consumer<String> notes) throws IOException {
        RunDirectory run = new RunDirectory(folder);
        Path finished = student ? run.student() : run.result();
        if (run.ended() && Files.isRegularFile(finished)) {
            notes.accept("weights " + finished);
            return plain(finished);
        }
        for (CheckpointFiles checkpoints : List.of(run.checkpoints(), new CheckpointFiles(folder))) {
            if (!checkpoints.steps().isEmpty()) {
                return newest(checkpoints, student, notes);
            }
        }
        throw new UserException(folder + " holds no weights: expected a weight file, a run directory (with "
                + RunDirectory.name(run.teacher()) + " or checkpoints/), or a run's folder of checkpoints");
    }

    private static RunWeights newest(CheckpointFiles checkpoints, boolean student, Consumer<String> notes)
            throws IOException {
        List<Long> steps = checkpoints.steps();
        for (long step : steps) {
            try {
                RunWeights found = verified(checkpoints, step);
                notes.accept("weights of the " + (student ? "student" : "teacher") + " after step " + step + ", from "
                        + found.file());
                return found;
            } catch (UserException e) {
                notes.accept(e.getMessage());
            }
        }
        throw new UserException("all " + steps.size() + " checkpoints in " + checkpoints.folder() + " are damaged");
    }

    /** A checkpoint whose checksums hold: wrong weights would predict as quietly as right ones. */
    private static RunWeights verified(CheckpointFiles checkpoints, long step) {
        try {
            Path tensors = checkpoints.read(step).tensors();
            return new RunWeights(tensors, Optional.of(RunDirectory.around(checkpoints.folder())));
        } catch (IOException e) {
            Path description = checkpoints.description(step);
            throw new UserException(
                    "checkpoint " + description + " is damaged (" + FileProblem.of(e, description) + ")", e);
        }
    }

    /** {@code best} and its kin in a run directory; of a run that kept no file of its best one, the checkpoint. */
    private static RunWeights named(Path given, RunDirectory run, Consumer<String> notes) throws IOException {
        Path file = WrittenPath.inItsForm(given.resolveSibling(given.getFileName() + ".safetensors"));
        if (Files.isRegularFile(file)) {
            return plain(file);
        }
        boolean best = file.getFileName().equals(run.best().getFileName());
        if (best) {
            for (long step : run.checkpoints().steps()) {
                RunWeights found = verified(run.checkpoints(), step);
                if (bestStep(run, step) == step) {
                    notes.accept("weights of the best evaluation, after step " + step + ", from " + found.file());
                    return found;
                }
            }
        }
        return plain(given);
    }

    private static long bestStep(RunDirectory run, long newest) throws IOException {
        return run.checkpoints().read(newest).content().at("/state/best/step").asLong(-1);
    }
}
