package dev.imas.compare;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.Names;
import dev.imas.data.Dataset;
import dev.imas.data.Inspection;
import dev.imas.data.LabelDraw;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** What comes before the first run: labels are drawn, and one plan is made for all runs. */
public final class Preparation {
    private final ComparisonFolder folder;
    private final Setup setup;
    private final Consumer<String> message;
    private final List<Path> written = new ArrayList<>();

    private Preparation(ComparisonFolder folder, Setup setup, Consumer<String> message) {
        this.folder = folder;
        this.setup = setup;
        this.message = message;
    }

    /**
     * Begins a comparison.
     *
     * @param start   settings before a plan
     * @param planner makes the plan of a run, or leaves its settings as they are
     * @param message told what was found
     * @throws UserException for whatever would keep a run from being trained; then nothing is left
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
        try {
            preparation.requireWritable();
            ImasConfig asked = setup.labels().isEmpty() ? start : preparation.drawn(start);
            ImasConfig plan = preparation.planned(asked, planner);
            Comparison comparison = new Comparison(folder, setup, plan);
            comparison.begin();
            return comparison;
        } catch (RuntimeException | Error e) {
            preparation.undo(there);
            throw e;
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
            throw new UserException(
                    "the folder " + folder.root() + " cannot be used (" + FileProblem.of(e, folder.root())
                            + "); give another --out",
                    e);
        }
    }

    private void requireEqualLength(ImasConfig start) {
        if (start.training().patience() > 0) {
            throw new UserException("training.patience is " + start.training().patience() + ": runs would end at"
                    + " different steps, and a comparison is one of equal steps; leave it out, or set"
                    + " --set training.patience=0");
        }
    }

    /** Draws the labels and writes the lists; returns the settings with the smallest draw. */
    private ImasConfig drawn(ImasConfig start) {
        Inspection all = Inspection.of(start.withMethod(Method.SUPERVISED).withSeed(firstSeed()));
        all.usable();
        all.report().forEach(message);
        LabelDraw draw = LabelDraw.of(all.config());
        requireLabels(draw);
        List<RunKey> groups =
                setup.runs().stream().filter(this::firstOfItsGroup).toList();
        groups.forEach(run -> write(draw, run));
        tellMissing(draw, groups);
        RunKey smallest = groups.stream()
                .filter(run -> !run.ceiling())
                .min((a, b) -> Integer.compare(a.labels(), b.labels()))
                .orElseThrow();
        ImasConfig settled = all.config()
                .withMethod(start.method())
                .withData(all.config().data().withSparse(start.data().sparse()));
        Path unlabeled = folder.unlabeled(smallest);
        return draw.with(
                settled,
                smallest.labels(),
                folder.labeled(smallest),
                Files.exists(unlabeled) ? unlabeled : null); // none is left where all are labelled
    }

    private boolean firstOfItsGroup(RunKey run) {
        return run.ceiling() || run.method() == setup.methods().get(0);
    }

    private void requireLabels(LabelDraw draw) {
        int most = Collections.max(setup.labels());
        if (most > draw.labeled()) {
            throw new UserException("--labels " + most + ": there are only " + draw.labeled()
                    + " labelled pictures to learn from; give at most that many");
        }
        boolean semi = setup.planned() != Method.SUPERVISED;
        if (semi && most == draw.labeled() && draw.unlabeled() == 0) {
            throw new UserException("--labels " + most + " leaves no unlabelled picture, of " + draw.labeled()
                    + " that have masks; give fewer; --ceiling trains supervised on all");
        }
    }

    private void write(LabelDraw draw, RunKey run) {
        LabelDraw.Lists lists = draw.lists(run.ceiling() ? draw.labeled() : run.labels(), run.seed());
        write(folder.labeled(run), lists.labeled());
        write(folder.unlabeled(run), lists.unlabeled());
    }

    private void write(Path list, String text) {
        if (text.isEmpty()) { // a list of no picture is none
            return;
        }
        try {
            DurableFiles.createFolder(list.getParent());
            written.add(list);
            DurableFiles.replace(list, beside -> Files.writeString(beside, text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException(
                    list + " could not be written (" + FileProblem.of(e, list) + "); give another --out", e);
        }
    }

    private void tellMissing(LabelDraw draw, List<RunKey> groups) {
        for (RunKey run : groups) {
            List<String> missing = run.ceiling() ? List.of() : draw.missing(run.labels(), run.seed());
            if (!missing.isEmpty()) {
                message.accept("labels " + run.labels() + ", seed " + run.seed() + ": no mask drawn shows "
                        + String.join(", ", missing) + "; its runs cannot learn that");
            }
        }
    }

    private ImasConfig planned(ImasConfig asked, Function<ImasConfig, Inspection> planner) {
        Inspection inspection = planner.apply(asked.withMethod(setup.planned()).withSeed(firstSeed()));
        Dataset data = inspection.usable();
        if (setup.labels().isEmpty()) {
            inspection.report().forEach(message);
        }
        ImasConfig plan = inspection.config();
        List<Method> others = new ArrayList<>(setup.methods());
        others.remove(Method.SUPERVISED);
        if (data.unlabeled().size() == 0 && !others.isEmpty()) {
            throw new UserException("there are no unlabelled pictures, which "
                    + String.join(" and ", others.stream().map(Names::word).toList())
                    + " learn from; give some (--unlabeled), or draw from the labels (--labels)");
        }
        return withEpochLength(plan, data);
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

    private long firstSeed() {
        return setup.seeds().get(0);
    }

    /** What failed before the first run leaves nothing behind. */
    private void undo(boolean there) {
        try {
            for (Path list : written) {
                Files.deleteIfExists(list);
            }
            if (!there) {
                SharedPart.delete(folder.root());
            }
        } catch (IOException e) {
            return; // the reason why nothing began is told
        }
    }
}
