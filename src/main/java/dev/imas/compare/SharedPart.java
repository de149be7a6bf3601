package dev.imas.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.Method;
import dev.imas.run.CheckpointFiles;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What runs of a group share: they differ in the method alone, and before unlabelled pictures take part every method
 * does the same steps. It is trained once; each run is a copy that goes on from there under its own method.
 */
final class SharedPart {
    private SharedPart() {}

    /** Whether it has been trained to its end. */
    static boolean done(RunDirectory shared, long steps) {
        try {
            return shared.checkpoints().steps().contains(steps);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Makes a run that stands where the shared part ended: whole, or not there.
     *
     * @param to a folder that is not there, or that of a run which has no checkpoint yet
     */
    static void fork(RunDirectory shared, RunDirectory to, Method method) {
        Path beside = to.root().resolveSibling(to.root().getFileName() + ".part");
        try {
            delete(beside);
            delete(to.root());
            RunDirectory copy = new RunDirectory(beside);
            DurableFiles.createFolder(copy.checkpoints().folder());
            String config = ConfigYaml.dump(ConfigYaml.read(shared.config()).withMethod(method));
            Files.writeString(copy.config(), config, StandardCharsets.UTF_8);
            for (Path file : files(shared, method)) {
                if (Files.exists(file)) {
                    Files.copy(file, copy.root().resolve(file.getFileName()));
                }
            }
            for (long step : shared.checkpoints().steps()) {
                checkpoint(shared.checkpoints(), copy.checkpoints(), step, method);
            }
            DurableFiles.syncFolder(copy.checkpoints().folder());
            Files.move(beside, to.root(), StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.syncName(to.root());
        } catch (IOException e) {
            throw new UserException(
                    to.root() + " could not be made a copy of " + shared.root() + " (" + FileProblem.of(e) + ");"
                            + " mend that, then use --resume",
                    e);
        }
    }

    /**
     * What a run under a method would have written by then, beside its settings and checkpoints; but for TensorBoard's
     * events, which tell the settings.
     */
    private static List<Path> files(RunDirectory shared, Method method) {
        List<Path> files = new ArrayList<>(List.of(shared.metrics(), shared.hardness()));
        if (method != Method.SUPERVISED) {
            files.add(shared.pseudoLabels());
        }
        return files;
    }

    /** Tensors are never written to again: two names of one file take no more room. */
    private static void checkpoint(CheckpointFiles from, CheckpointFiles to, long step, Method method)
            throws IOException {
        CheckpointFiles.Content found = from.read(step);
        try {
            Files.createLink(to.tensors(step), found.tensors());
        } catch (IOException | UnsupportedOperationException e) { // a file system without links
            Files.copy(found.tensors(), to.tensors(step), StandardCopyOption.REPLACE_EXISTING);
        }
        ObjectNode content = found.content().deepCopy();
        ((ObjectNode) content.path("config")).put("method", method.name());
        to.describe(step, content);
    }

    /** Removes a folder that this package made, if it is there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file); // another process may do the same
            }
        }
    }
}
