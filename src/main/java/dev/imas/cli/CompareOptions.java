package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.compare.Setup;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** What is compared, from the command line. */
final class CompareOptions {
    /** They say how it goes on, not what is compared. */
    private static final Set<String> FREE = Set.of("resume", "processes", "only", "debug", "out");
    /** They add to what was begun. */
    private static final Set<String> GROWING = Set.of("seeds", "ceiling");

    private static final int MOST_SEEDS = 1000;

    private CompareOptions() {}

    static Setup setup(CommandLine line) {
        List<String> faults = new ArrayList<>();
        for (String key : Arguments.settingsGiven(line)) {
            if (key.equals("method") || key.equals("seed")) {
                faults.add("--set " + key + " is one value for all runs; give --" + key + "s, such as --"
                        + (key.equals("seed") ? "seeds 1,2,3" : "methods supervised,imas"));
            }
        }
        List<Method> methods = list(
                line,
                "methods",
                "supervised,uniform,imas",
                "supervised, uniform, imas, unimatch_v2",
                faults,
                word -> Names.constant(Method.class, word).orElseThrow(IllegalArgumentException::new));
        if (methods.contains(Method.UNIMATCH_V2) && methods.size() > 1) {
            faults.add("--methods: unimatch_v2 has settings of its own, which the other methods would have, too;"
                    + " train it by its presets, and compare the runs with imas report");
        }
        List<Long> seeds = seeds(line, faults);
        String numbers = "numbers of labelled pictures, such as 5,10,20";
        List<Integer> labels = list(line, "labels", "", numbers, faults, word -> {
            int count = Integer.parseInt(word);
            if (count < 1) {
                throw new IllegalArgumentException();
            }
            return count;
        });
        if (line.hasOption("ceiling") && !line.hasOption("labels")) {
            faults.add("--ceiling compares runs of few labels with one of all; without --labels all have all of them:"
                    + " give --labels, such as --labels 5,10");
        }
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", faults));
        }
        return new Setup(methods, seeds, labels, line.hasOption("ceiling"), given(line));
    }

    /**
     * The seeds that a comparison shall have when it goes on: its own, unless the line names more.
     *
     * @throws UserException for an option that adds nothing and is not as it was
     */
    static List<Long> resumed(Setup begun, CommandLine line) {
        Map<String, List<String>> others = given(line);
        others.keySet().removeAll(GROWING);
        begun.requireUnchanged(others);
        List<String> faults = new ArrayList<>();
        List<Long> seeds = line.hasOption("seeds") ? seeds(line, faults) : begun.seeds();
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", faults));
        }
        return seeds;
    }

    /** The command line that a comparison was begun with. */
    static CommandLine asBegun(Setup begun, Options options) {
        List<String> words = new ArrayList<>();
        begun.options().forEach((option, values) -> {
            if (values.isEmpty()) {
                words.add("--" + option);
            }
            values.forEach(value -> words.add("--" + option + "=" + value)); // which may begin with a dash
        });
        try {
            return new DefaultParser(false).parse(options, words.toArray(String[]::new));
        } catch (ParseException e) {
            throw new UserException(
                    "this version does not understand what the comparison was begun with (" + e.getMessage()
                            + "); finish it as it was begun, without --seeds and --ceiling",
                    e);
        }
    }

    /** A number alone says how many. */
    private static List<Long> seeds(CommandLine line, List<String> faults) {
        String text = line.getOptionValue("seeds", "3").strip();
        if (text.matches("\\d{1,4}")) {
            int count = Integer.parseInt(text);
            if (count >= 1 && count <= MOST_SEEDS) {
                return LongStream.rangeClosed(1, count).boxed().toList();
            }
        }
        return list(line, "seeds", "3", "how many seeds (1 to 1000), or a list such as 1,2,3", faults, word -> {
            if (!text.contains(",")) {
                throw new IllegalArgumentException();
            }
            return Long.parseLong(word);
        });
    }

    private static <T> List<T> list(
            CommandLine line,
            String option,
            String otherwise,
            String expected,
            List<String> faults,
            Function<String, T> value) {
        String text = line.getOptionValue(option, otherwise);
        List<T> values = new ArrayList<>();
        try {
            for (String word : text.isEmpty() && !line.hasOption(option) ? new String[0] : text.split(",", -1)) {
                values.add(value.apply(word.strip()));
            }
        } catch (IllegalArgumentException e) {
            faults.add("--" + option + " is " + text + "; expected " + expected + ", separated by commas");
            return List.of();
        }
        if (new HashSet<>(values).size() < values.size()) {
            faults.add("--" + option + " is " + text + ", which names something twice; name each once");
        }
        return List.copyOf(values);
    }

    /** The options that say what is compared, by name. */
    static Map<String, List<String>> given(CommandLine line) {
        Map<String, List<String>> given = new TreeMap<>();
        for (Option option : line.getOptions()) {
            String name = option.getLongOpt();
            if (!FREE.contains(name)) {
                String[] values = line.getOptionValues(name);
                given.put(name, values == null ? List.of() : Stream.of(values).toList());
            }
        }
        return given;
    }
}
