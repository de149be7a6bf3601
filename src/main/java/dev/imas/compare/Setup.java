package dev.imas.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Method;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is compared.
 *
 * @param methods at least one, none twice
 * @param seeds   at least one, none twice
 * @param labels  numbers of labelled pictures to draw; empty: the labels as they are
 * @param ceiling whether a supervised run with all labels stands beside them
 * @param options every option that the comparison was begun with, by name
 */
public record Setup(
        List<Method> methods,
        List<Long> seeds,
        List<Integer> labels,
        boolean ceiling,
        Map<String, List<String>> options) {
    /** Of a run with unlabelled pictures, what a supervised one takes. */
    private static final double SUPERVISED_SHARE = 0.5;
    /** Of a run with unlabelled pictures, what those of a group share. */
    private static final double SHARED_SHARE = 0.15;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    /** The runs in the order of training: every seed is whole before the next begins. */
    public List<RunKey> runs() {
        List<RunKey> runs = new ArrayList<>();
        for (long seed : seeds) {
            for (int count : labels.isEmpty() ? List.of(RunKey.AS_GIVEN) : labels) {
                methods.forEach(method -> runs.add(new RunKey(count, seed, method, false)));
            }
            if (ceiling && seed == seeds.get(0)) {
                runs.add(ceilingRun());
            }
        }
        return List.copyOf(runs);
    }

    private RunKey ceilingRun() {
        return new RunKey(RunKey.AS_GIVEN, seeds.get(0), Method.SUPERVISED, true);
    }

    /** Whether runs of a group can share what they learn before unlabelled pictures take part. */
    public boolean shares() {
        return methods.size() > 1;
    }

    /**
     * The same with more seeds, and with a ceiling where one is asked for.
     *
     * @param wanted seeds, these among them
     * @throws UserException where one of these is not among them, or a ceiling has no labels to stand beside
     */
    public Setup grown(List<Long> wanted, boolean withCeiling) {
        List<String> faults = new ArrayList<>();
        if (!wanted.containsAll(seeds)) {
            faults.add("--seeds: the comparison has the seeds " + words(seeds) + ", and seeds can only be added: name"
                    + " these as well");
        }
        if (withCeiling && labels.isEmpty()) {
            faults.add("--ceiling: the comparison was begun without --labels, so that all its runs have all labels;"
                    + " leave it out");
        }
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", faults));
        }
        List<Long> all = new ArrayList<>(seeds); // the first one stays first: the ceiling is of that
        wanted.stream().filter(seed -> !seeds.contains(seed)).forEach(all::add);
        Map<String, List<String>> told = new TreeMap<>(options);
        if (all.size() > seeds.size()) {
            told.put("seeds", List.of(words(all)));
        }
        if (withCeiling) {
            told.put("ceiling", List.of());
        }
        return new Setup(methods, List.copyOf(all), labels, ceiling || withCeiling, told);
    }

    private static String words(List<Long> seeds) {
        return seeds.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** The method that a plan is made for: the one that takes longest. */
    public Method planned() {
        return methods.stream()
                .filter(method -> method != Method.SUPERVISED)
                .findFirst()
                .orElse(Method.SUPERVISED);
    }

    /** How long all runs take, in runs of the {@link #planned} method. */
    public double wholeRuns() {
        if (planned() == Method.SUPERVISED) {
            return runs().size();
        }
        double group = -SHARED_SHARE * (methods.size() - 1);
        for (Method method : methods) {
            group += method == Method.SUPERVISED ? SUPERVISED_SHARE : 1;
        }
        return group * seeds.size() * Math.max(1, labels.size()) + (ceiling ? SUPERVISED_SHARE : 0);
    }

    /** Writes or replaces the file. */
    void write(Path file) throws IOException {
        DurableFiles.replace(file, beside -> JSON.writeValue(beside.toFile(), this));
    }

    /** @throws UserException when it cannot be read */
    static Setup read(Path file) {
        try {
            Setup setup = JSON.readValue(file.toFile(), Setup.class);
            if (setup.methods == null || setup.methods.isEmpty() || setup.seeds == null || setup.seeds.isEmpty()) {
                throw damaged(file, null);
            }
            return setup;
        } catch (JsonProcessingException e) {
            throw damaged(file, e);
        } catch (IOException e) {
            throw new UserException(file + " cannot be read (" + FileProblem.of(e, file) + ")", e);
        }
    }

    private static UserException damaged(Path file, Exception cause) {
        return new UserException(file + " is damaged; put it back, or begin anew with another --out", cause);
    }

    /**
     * Refuses options that the comparison was not begun with.
     *
     * @param now options by name
     * @throws UserException that names all of them, one a line
     */
    public void requireUnchanged(Map<String, List<String>> now) {
        List<String> faults = new ArrayList<>();
        new TreeMap<>(now).forEach((option, values) -> {
            List<String> before = options.get(option);
            if (!values.equals(before)) {
                faults.add("--" + option + (values.isEmpty() ? "" : " " + String.join(" ", values))
                        + (before == null ? " was not given" : " was " + String.join(" ", before))
                        + " when the comparison was begun; --resume goes on as it was begun: leave it out, or begin"
                        + " another with another --out");
            }
        });
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", faults));
        }
    }
}
