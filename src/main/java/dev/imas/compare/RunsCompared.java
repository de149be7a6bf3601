package dev.imas.compare;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.report.Compared;
import dev.imas.report.ComparisonPage;
import dev.imas.run.RunDirectory;
import dev.imas.run.SampleFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The page of a comparison from run directories of whatever origin: runs of one method become seeds of a row. */
public final class RunsCompared {
    private static final String MARK = "iMAS comparison";

    private RunsCompared() {}

    /**
     * Writes the page.
     *
     * @param directories of runs, finished or not
     * @param page        replaced if it is such a page
     * @throws UserException for directories that hold no run, all of them named, and where the page cannot be written
     */
    public static Path write(List<Path> directories, Path page) {
        Compared compared = of(directories);
        try {
            if (Files.exists(page)
                    && !new String(Files.readAllBytes(page), StandardCharsets.ISO_8859_1).contains(MARK)) {
                throw new UserException(page + " is there and no page of a comparison; name another with --out");
            }
            DurableFiles.replace(
                    page, beside -> Files.writeString(beside, ComparisonPage.html(compared), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException("cannot write " + page + " (" + FileProblem.of(e, page) + ")", e);
        }
        return page;
    }

    /** What the page shows. */
    static Compared of(List<Path> directories) {
        requireRuns(directories);
        List<RunFacts> facts = directories.stream()
                .map(directory -> RunFacts.read(new RunDirectory(directory)))
                .toList();
        List<Entry> entries = entries(facts);
        Map<String, String> told = new LinkedHashMap<>();
        told.put("runs", String.valueOf(entries.size()));
        told.put("data", common(facts, "data.root"));
        told.put("network", Backbone.title(common(facts, "network.backbone")));
        told.put("epochs", common(facts, "training.epochs"));
        return Assembly.compared(
                        entries.size() + " runs",
                        told,
                        entries,
                        KeptSamples.of(entries),
                        KeptSamples.LEAD,
                        RunDifferences.inCommon(facts))
                .remarking(otherPictures(facts));
    }

    /** Runs with other numbers of labels have tables of their own, side by side on one page all the same. */
    private static List<String> otherPictures(List<RunFacts> facts) {
        long sets = facts.stream()
                .filter(run -> !run.config().setting("data.layout").equals("embedded")) // whose scenes a seed draws
                .map(RunFacts::validation)
                .filter(print -> !print.isEmpty())
                .distinct()
                .count();
        return sets > 1
                ? List.of("These runs were measured on " + sets + " different sets of validation pictures: figures of"
                        + " one set say nothing of another's.")
                : List.of();
    }

    private static void requireRuns(List<Path> directories) {
        List<String> faults = new ArrayList<>();
        Set<Path> seen = new LinkedHashSet<>();
        for (Path directory : directories) {
            RunDirectory run = new RunDirectory(directory);
            if (!Files.isDirectory(directory)) {
                faults.add(directory + " is not a directory, expected the directory of a run (train's --out)");
            } else if (run.records().stream().noneMatch(Files::isRegularFile)
                    && SampleFile.in(run.samples()).isEmpty()) {
                faults.add(directory + " holds no file of a run, expected at least one of "
                        + run.records().stream().map(RunDirectory::name).collect(Collectors.joining(", ")));
            } else if (!seen.add(directory.toAbsolutePath().normalize())) {
                faults.add(directory + " is named twice; name every run once");
            }
        }
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", faults));
        }
    }

    private static String common(List<RunFacts> facts, String key) {
        List<String> values = facts.stream()
                .map(run -> run.config().setting(key))
                .filter(value -> !value.isEmpty() && !value.equals("null"))
                .distinct()
                .toList();
        return values.size() == 1 ? values.get(0) : "";
    }

    private static List<Entry> entries(List<RunFacts> facts) {
        Map<RunFacts, String> labelled = labels(facts);
        List<String> labels = facts.stream().map(labelled::get).distinct().toList();
        Map<RunFacts, String> variants = new IdentityHashMap<>();
        for (String group : labels) {
            List<RunFacts> members = facts.stream()
                    .filter(run -> labelled.get(run).equals(group))
                    .toList();
            List<String> names = RunDifferences.of(members);
            for (int i = 0; i < names.size(); i++) {
                variants.put(members.get(i), names.get(i));
            }
        }
        List<Path> directories =
                facts.stream().map(run -> run.directory().root()).toList();
        Set<String> taken = new LinkedHashSet<>();
        List<Entry> entries = new ArrayList<>();
        for (RunFacts run : facts) {
            String group = labels.size() == 1 ? "" : labelled.get(run);
            String method = run.method().isEmpty() ? "unknown method" : run.method();
            String row = Entry.title(method) + (variants.get(run).isEmpty() ? "" : ", " + variants.get(run));
            if (!taken.add(group + "\n" + row + "\n" + run.seed())) { // the same again
                row += " (" + UniqueTail.of(run.directory().root(), directories) + ")";
            }
            entries.add(new Entry(group, row, method, false, run.seed(), run));
        }
        // The first row of a method is what its others are compared with: the usual one, where there is one.
        entries.sort(Comparator.comparing(entry -> !entry.row().equals(Entry.title(entry.method()))));
        return entries;
    }

    /** From how many each run learns. One that has no checkpoint yet does not tell, and stands with the others. */
    private static Map<RunFacts, String> labels(List<RunFacts> facts) {
        Map<RunFacts, Long> counts = new IdentityHashMap<>();
        facts.forEach(run -> counts.put(run, run.labeled()));
        List<Long> known =
                counts.values().stream().filter(count -> count >= 0).distinct().toList();
        Map<RunFacts, String> labels = new IdentityHashMap<>();
        counts.forEach((run, told) -> {
            long count = told < 0 && known.size() == 1 ? known.get(0) : told;
            labels.put(
                    run,
                    count < 0
                            ? "an unknown number of labels"
                            : count + (count == 1 ? " labelled picture" : " labelled pictures"));
        });
        return labels;
    }
}
