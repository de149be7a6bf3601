package dev.imas.compare;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.data.Inspection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether pictures and masks are those of the runs that have finished: whatever is trained now is compared with these.
 * Lists of names do not tell of other validation pictures, nor of masks that were drawn anew.
 *
 * @param setup of these runs
 */
record SamePictures(ComparisonFolder folder, Setup setup) {
    /** @throws UserException where they are others than those of any group */
    void require() {
        setup.runs().stream().map(SamePictures::group).distinct().forEach(this::require);
    }

    /** The same of a run's group alone. */
    void require(RunKey of) {
        require(group(of));
    }

    /** All labels are a group of their own. */
    private static String group(RunKey run) {
        return run.ceiling() ? run.name() : run.group();
    }

    private void require(String group) {
        List<RunKey> runs =
                setup.runs().stream().filter(run -> group(run).equals(group)).toList();
        for (RunKey run : runs) {
            RunFacts facts = RunFacts.read(folder.run(run));
            if (facts.finished()) {
                require(run, facts);
                return;
            }
        }
    }

    private void require(RunKey run, RunFacts facts) {
        ImasConfig config = new Recipe(folder, setup, ConfigYaml.read(folder.plan())).config(run);
        List<String> others = others(run, facts, Dataset.open(config));
        if (!others.isEmpty()) {
            others = others(run, facts, Inspection.of(config).usable()); // without what cannot be read, as the run did
        }
        if (!others.isEmpty()) {
            throw new UserException("the pictures and masks are not those that " + run.name() + " learned from and was"
                    + " measured on: " + String.join(", ", others) + "; runs that are trained now could not be compared"
                    + " with it: put those back, or begin another comparison with another --out");
        }
    }

    private static List<String> others(RunKey run, RunFacts facts, Dataset data) {
        List<String> others = new ArrayList<>();
        Map<String, String> prints = new TreeMap<>(data.fingerprints());
        if (run.ceiling()) { // which learns from none, and is alone in that
            prints.remove("unlabeled");
        }
        prints.forEach((list, print) -> {
            String before = facts.fingerprint(list);
            if (!before.isEmpty() && !before.equals(print)) {
                others.add(list + ": \"" + before + "\" -> \"" + print + "\"");
            }
        });
        return others;
    }
}
