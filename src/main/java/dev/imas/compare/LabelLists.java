package dev.imas.compare;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
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

/** Draws the labels of a comparison's groups and writes them as lists. */
final class LabelLists {
    private final ComparisonFolder folder;
    private final Consumer<String> message;
    private final List<Path> written = new ArrayList<>();

    /** @param message told what was found */
    LabelLists(ComparisonFolder folder, Consumer<String> message) {
        this.folder = folder;
        this.message = message;
    }

    /**
     * Those that a comparison begins with.
     *
     * @param start settings before a plan
     * @return the settings with the smallest draw
     */
    ImasConfig first(Setup setup, ImasConfig start) {
        Inspection all = inspected(setup, start);
        LabelDraw draw = LabelDraw.of(all.config());
        requireLabels(setup, draw);
        List<RunKey> groups = groups(setup);
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

    /**
     * Those of runs that are added.
     *
     * @param start settings before a plan, as the comparison was begun with
     * @throws UserException where the draws of the groups that are there would be others now
     */
    void more(Setup begun, Setup grown, ImasConfig start) {
        LabelDraw draw = LabelDraw.of(inspected(begun, start).config());
        List<RunKey> there = groups(begun);
        for (RunKey run : there) {
            LabelDraw.Lists lists = lists(draw, run);
            requireSame(folder.labeled(run), lists.labeled());
            requireSame(folder.unlabeled(run), lists.unlabeled());
        }
        List<RunKey> added =
                groups(grown).stream().filter(run -> !there.contains(run)).toList();
        added.forEach(run -> write(draw, run));
        tellMissing(draw, added);
    }

    private Inspection inspected(Setup setup, ImasConfig start) {
        Inspection all = Inspection.of(
                start.withMethod(Method.SUPERVISED).withSeed(setup.seeds().get(0)));
        all.usable();
        all.report().forEach(message);
        return all;
    }

    /** A run of each. */
    private static List<RunKey> groups(Setup setup) {
        return setup.runs().stream()
                .filter(run -> run.ceiling() || run.method() == setup.methods().get(0))
                .toList();
    }

    private static void requireLabels(Setup setup, LabelDraw draw) {
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

    private static LabelDraw.Lists lists(LabelDraw draw, RunKey run) {
        return draw.lists(run.ceiling() ? draw.labeled() : run.labels(), run.seed());
    }

    private void write(LabelDraw draw, RunKey run) {
        LabelDraw.Lists lists = lists(draw, run);
        write(folder.labeled(run), lists.labeled());
        write(folder.unlabeled(run), lists.unlabeled());
    }

    /** A list of no picture is none: runs go by whether there is one. */
    private void write(Path list, String text) {
        try {
            if (text.isEmpty()) {
                Files.deleteIfExists(list); // of a beginning that was killed
                return;
            }
            DurableFiles.createFolder(list.getParent());
            written.add(list);
            DurableFiles.replace(list, beside -> Files.writeString(beside, text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException(
                    list + " could not be written (" + FileProblem.of(e, list) + "); mend that and repeat the command",
                    e);
        }
    }

    private static void requireSame(Path list, String text) {
        try {
            String before = Files.exists(list) ? Files.readString(list) : "";
            if (!text.replace("\t\n", "\n").equals(before.replace("\t\n", "\n"))) { // which separates nothing
                throw new UserException("the pictures, or the lists and settings that name them, are not those that the"
                        + " comparison was begun with: " + list + " would be another now; begin another comparison with"
                        + " another --out");
            }
        } catch (IOException e) {
            throw new UserException(list + " cannot be read (" + FileProblem.of(e, list) + ")", e);
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

    /** Removes what was written. */
    void undo() throws IOException {
        for (Path list : written) {
            Files.deleteIfExists(list);
        }
    }
}
