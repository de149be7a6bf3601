package dev.imas.compare;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.config.Names;
import dev.imas.data.DataFolder;
import dev.imas.data.Dataset;
import dev.imas.data.Inspection;
import dev.imas.run.RunLock;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** What comes before the first run: labels are drawn, and one plan is made for all runs. */
public final class Preparation {
    private final ComparisonFolder folder;
    private final Setup setup;
    private final Consumer<String> message;
    private final LabelLists lists;

    private Preparation(ComparisonFolder folder, Setup setup, Consumer<String> message) {
        this.folder = folder;
        this.setup = setup;
        this.message = message;
        this.lists = new LabelLists(folder, message);
    }

    /**
     * Begins a comparison.
     *
     * @param start   settings before a plan
     * @param planner makes the plan of a run, or leaves its settings as they are
     * @param message told what was found
     * @throws UserException for whatever would keep a run from being trained; then nothing is left but the lock's file
     *     in a folder that was there
     */
    public static Comparison begin(
            ComparisonFolder folder,
            Setup setup,
            ImasConfig start,
            Function<ImasConfig, Inspection> planner,
            Consumer<String> message) {
        folder.requireFree();
        Preparation preparation = new Preparation(folder, setup, message);
        preparation.requireEqualLength(start);
        boolean there = Files.exists(folder.root());
        preparation.requireWritable();
        try (RunLock lock = RunLock.take(folder.lock())) { // the same command may be under way
            folder.requireFree();
            try {
                preparation.requireUnlabelled(start);
                ImasConfig asked = setup.labels().isEmpty() ? start : preparation.lists.first(setup, start);
                ImasConfig plan = preparation.planned(asked, planner);
                Comparison comparison = new Comparison(folder, setup, plan);
                comparison.begin();
                return comparison;
            } catch (RuntimeException | Error e) {
                preparation.undo(there);
                throw e;
            }
        } catch (IOException e) {
            throw preparation.unusable(e);
        }
    }

    /** Before pictures are looked at, which takes long. */
    private void requireWritable() {
        try {
            DurableFiles.createFolder(folder.root());
            if (!Files.isWritable(folder.root())) {
                throw new UserException(
                        "the folder " + folder.root() + " cannot be written (permission denied, or a read-only"
                                + " file system); give another --out");
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private UserException unusable(IOException e) {
        return new UserException(
                "the folder " + folder.root() + " cannot be used (" + FileProblem.of(e, folder.root())
                        + "); give another --out",
                e);
    }

    private void requireEqualLength(ImasConfig start) {
        if (start.training().patience() > 0) {
            throw new UserException("training.patience is " + start.training().patience() + ": runs would end at"
                    + " different steps, and a comparison is one of equal steps; leave it out, or set"
                    + " --set training.patience=0");
        }
    }

    /**
     * A single run on pictures that all have masks learns from them without their masks as well. A comparison of
     * methods on them would tell nothing of unlabelled pictures, while its words were of these; unless masks tell of
     * parts of the pictures alone.
     */
    private void requireUnlabelled(ImasConfig start) {
        Sparse asked = start.data().sparse();
        if (!setup.labels().isEmpty() || semi().isEmpty() || asked == Sparse.OFF) {
            return;
        }
        ImasConfig resolved = DataFolder.resolved(start.withMethod(setup.planned()), recognised -> {});
        if (resolved.data().sparse() != Sparse.ON) {
            return;
        }
        Inspection looked = Inspection.of(resolved);
        boolean inPart = asked == Sparse.ON ? looked.ignored() > 0 : looked.annotatedInPart();
        if (looked.faulty() || inPart) {
            return; // faults are told by whoever plans
        }
        Dataset data = looked.usable();
        if (data.unlabeled().size() <= data.labeled().size()) {
            throw new UserException("every picture has a mask, so that there are no unlabelled pictures, which "
                    + String.join(" and ", semi()) + " learn from; draw from the labels (such as --labels 10), or give"
                    + " others (--unlabeled)"
                    + (looked.ignored() > 0
                            ? "; where masks tell of parts of the pictures only, --set data.sparse=on"
                            : ""));
        }
    }

    /** Methods that learn from unlabelled pictures, for people. */
    private List<String> semi() {
        return setup.methods().stream()
                .filter(method -> method != Method.SUPERVISED)
                .map(Names::word)
                .toList();
    }

    private ImasConfig planned(ImasConfig asked, Function<ImasConfig, Inspection> planner) {
        Inspection inspection = planner.apply(
                asked.withMethod(setup.planned()).withSeed(setup.seeds().get(0)));
        Dataset data = inspection.usable();
        if (setup.labels().isEmpty()) {
            inspection.report().forEach(message);
        }
        ImasConfig plan = inspection.config();
        if (data.unlabeled().size() == 0 && !semi().isEmpty()) {
            throw new UserException("there are no unlabelled pictures, which " + String.join(" and ", semi())
                    + " learn from; give some (--unlabeled), or draw from the labels (--labels)");
        }
        ImasConfig whole = withEpochLength(plan, data);
        return semi().isEmpty() ? ofLabelledBatches(whole, data) : whole;
    }

    /**
     * Where all runs are supervised an epoch counts batches of unlabelled pictures if there are any, and other draws
     * may leave some: with batches of one size its steps are the same.
     */
    private static ImasConfig ofLabelledBatches(ImasConfig plan, Dataset data) {
        int labeled = plan.training().batchLabeled();
        int counted = data.unlabeled().size() > 0 ? plan.training().batchUnlabeled() : labeled;
        int steps = plan.data().epochLength() / counted;
        if (steps == 0) {
            return plan; // which is refused
        }
        return plan.withData(plan.data().withEpochLength(steps * labeled))
                .withTraining(plan.training().withBatchUnlabeled(labeled));
    }

    /** An epoch by default is as long as the list of unlabelled pictures, which runs may have in different lengths. */
    private static ImasConfig withEpochLength(ImasConfig plan, Dataset data) {
        if (plan.data().epochLength() > 0) {
            return plan;
        }
        int unlabeled = data.unlabeled().size();
        int length = unlabeled > 0
                ? Math.max(unlabeled, plan.training().batchUnlabeled())
                : Math.max(data.labeled().size(), plan.training().batchLabeled());
        return plan.withData(plan.data().withEpochLength(length));
    }

    /** What failed before the first run leaves nothing behind. */
    private void undo(boolean there) {
        try {
            lists.undo();
            if (!there) {
                SharedPart.delete(folder.root());
            }
        } catch (IOException e) {
            return; // the reason why nothing began is told
        }
    }
}
