package dev.imas.compare;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.data.Inspection;
import dev.imas.run.RunLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
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
            requirePicturesOfItsRuns();
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

    /** Lists of names do not tell of other validation pictures, nor of masks that were drawn anew. */
    private void requirePicturesOfItsRuns() {
        Recipe recipe = new Recipe(folder, begun, ConfigYaml.read(folder.plan()));
        Set<String> seen = new HashSet<>();
        for (RunKey run : begun.runs()) {
            RunFacts facts = RunFacts.read(folder.run(run));
            if (facts.finished() && seen.add(run.ceiling() ? run.name() : run.group())) {
                requirePictures(run, facts, recipe.config(run));
            }
        }
    }

    private void requirePictures(RunKey run, RunFacts facts, ImasConfig config) {
        List<String> others = others(facts, Dataset.open(config));
        if (!others.isEmpty()) {
            others = others(facts, Inspection.of(config).usable()); // without what cannot be read, as the run did
        }
        if (!others.isEmpty()) {
            throw new UserException("the pictures and masks are not those that " + run.name() + " learned from and was"
                    + " measured on: " + String.join(", ", others) + "; runs that are added could not be compared with"
                    + " it: begin another comparison with another --out");
        }
    }

    private static List<String> others(RunFacts facts, Dataset data) {
        List<String> others = new ArrayList<>();
        new TreeMap<>(data.fingerprints()).forEach((list, print) -> {
            String before = facts.fingerprint(list);
            if (!before.isEmpty() && !before.equals(print)) {
                others.add(list + ": \"" + before + "\" -> \"" + print + "\"");
            }
        });
        return others;
    }
}
