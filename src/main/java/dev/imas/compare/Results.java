package dev.imas.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.Names;
import dev.imas.report.Compared;
import dev.imas.report.Compared.Group;
import dev.imas.report.ComparedPicture;
import dev.imas.report.ComparisonPage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What the runs of a comparison say, as a page, as tables and for programs. */
public final class Results {
    private final Compared compared;
    private final List<Entry> entries;
    private final Setup setup;

    private Results(Compared compared, List<Entry> entries, Setup setup) {
        this.compared = compared;
        this.entries = entries;
        this.setup = setup;
    }

    /** @param message empty: without pictures, which take time; else told why there are none */
    static Results of(ComparisonFolder folder, Setup setup, Recipe recipe, Optional<Consumer<String>> message) {
        List<Entry> entries = new ArrayList<>();
        for (RunKey run : setup.runs()) {
            entries.add(new Entry(
                    group(run),
                    run.ceiling() ? "all labels" : Entry.title(Names.word(run.method())),
                    Names.word(run.method()),
                    run.ceiling(),
                    run.seed(),
                    RunFacts.read(folder.run(run))));
        }
        Map<Entry, RunKey> keys = new IdentityHashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            keys.put(entries.get(i), setup.runs().get(i));
        }
        List<ComparedPicture> pictures = message.isEmpty()
                ? List.of()
                : Showcase.of(
                        shownGroup(entries),
                        entry -> Measuring.pictures(recipe.config(keys.get(entry))),
                        message.get());
        Compared compared = Assembly.compared(
                title(recipe.plan(), folder),
                facts(setup, recipe),
                entries,
                pictures,
                lead(setup),
                ConfigYaml.dump(recipe.plan()));
        return new Results(compared, entries, setup);
    }

    private static String group(RunKey run) {
        return run.labels() == RunKey.AS_GIVEN
                ? ""
                : run.labels() + (run.labels() == 1 ? " labelled picture" : " labelled pictures");
    }

    /** With few labels methods differ most. */
    private static List<Entry> shownGroup(List<Entry> entries) {
        String first = entries.get(0).group();
        return entries.stream()
                .filter(entry -> !entry.ceiling() && entry.group().equals(first))
                .toList();
    }

    private static String lead(Setup setup) {
        return Showcase.LEAD
                + (setup.labels().size() > 1 ? ", with " + setup.labels().get(0) + " labelled pictures." : ".");
    }

    private static String title(ImasConfig plan, ComparisonFolder folder) {
        Path name = folder.root().toAbsolutePath().normalize().getFileName();
        return plan.data().layout() == Layout.EMBEDDED || name == null ? plan.name() : name.toString();
    }

    private static Map<String, String> facts(Setup setup, Recipe recipe) {
        ImasConfig plan = recipe.plan();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "data",
                plan.data().layout() == Layout.EMBEDDED
                        ? "generated scenes"
                        : plan.data().root());
        facts.put(
                "methods",
                setup.methods().stream()
                        .map(method -> Entry.title(Names.word(method)))
                        .collect(Collectors.joining(", ")));
        facts.put("seeds", setup.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        facts.put(
                "steps",
                String.format(Locale.ROOT, "%,d", recipe.steps()) + " of each run, in "
                        + plan.training().epochs() + " epochs");
        facts.put(
                "network",
                (plan.network().backbone().transformer() ? "DPT on " : "DeepLabV3+ on ")
                        + plan.network().backbone().title()
                        + (plan.network().startsFromFile()
                                ? ", from " + weights(plan.network().initWeights())
                                : ", from random weights"));
        return facts;
    }

    private static String weights(String init) {
        if (ImasConfig.Network.IMAGENET.equals(init)) {
            return "ImageNet weights";
        }
        return init.substring(init.lastIndexOf('/') + 1);
    }

    /** What there is to see. */
    public Compared compared() {
        return compared;
    }

    String html() {
        return ComparisonPage.html(compared);
    }

    /** A table a group, and what may be said of it. */
    public String markdown() {
        return ResultTable.markdown(compared);
    }

    /** Every figure, those of single pictures too. */
    String json() {
        try {
            return ResultJson.of(setup, entries, compared);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures that are no JSON", e);
        }
    }

    /** What may be said, a line a group. */
    public List<String> verdicts() {
        return compared.groups().stream()
                .filter(group -> !group.verdict().isEmpty())
                .map(Results::verdict)
                .toList();
    }

    private static String verdict(Group group) {
        return (group.title().isEmpty() ? "" : group.title() + ": ") + group.verdict();
    }
}
