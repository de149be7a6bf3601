package dev.imas.compare;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.run.RunLock;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Adds runs to a comparison that was begun: under its plan, on its pictures. */
public final class Growth {
    private final ComparisonFolder folder;
    private final Setup begun;
    private final Setup grown;

    private Growth(ComparisonFolder folder, Setup begun, Setup grown) {
        this.folder = folder;
        this.begun = begun;
        this.grown = grown;
    }

    /**
     * @param seeds   those that the comparison shall have, its own among them
     * @param ceiling whether a ceiling is asked for; one that is there stays
     * @param start   the settings before a plan that the comparison was begun with, where labels are to be drawn
     * @param message told what was found
     * @throws UserException where the pictures are not those of the runs that are there; then it stays as it was
     */
    public static Comparison of(
            ComparisonFolder folder,
            List<Long> seeds,
            boolean ceiling,
            Function<Setup, ImasConfig> start,
            Consumer<String> message) {
        folder.requireBegun();
        try (RunLock lock = RunLock.take(folder.lock())) {
            Setup begun = Setup.read(folder.setup());
            new Growth(folder, begun, begun.grown(seeds, ceiling)).add(start, message);
            return Comparison.resume(folder);
        } catch (IOException e) {
            throw new UserException(
                    "the folder " + folder.root() + " could not be written (" + FileProblem.of(e, folder.root())
                            + "); mend that and repeat the command",
                    e);
        }
    }

    private void add(Function<Setup, ImasConfig> start, Consumer<String> message) throws IOException {
        LabelLists lists = new LabelLists(folder, message);
        try {
            if (!begun.labels().isEmpty()) {
                lists.more(begun, grown, start.apply(begun));
            }
            new SamePictures(folder, begun).require();
            grown.write(folder.setup());
        } catch (RuntimeException | Error | IOException e) {
            try {
                lists.undo();
            } catch (IOException more) {
                e.addSuppressed(more);
            }
            throw e;
        }
    }
}
