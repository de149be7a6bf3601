package dev.imas.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.device.Compute;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Measures kernels on one device, a benchmark class after the other, both sides in this JVM: it is native code that is
 * measured. JMH's results are written after every trial and the table after every class, so that a run which is cut off
 * leaves what it has; a trial that fails takes no other one with it. JMH tells of single trials only through its
 * output, so this listens there.
 */
final class KernelRun {
    /** Keys of a line about a comparison, beside those that JMH's results have. */
    static final String FAILURE = "failure";

    static final String DOUBTFUL = "doubtful_pixels";

    private static final String OTHER_FAILURE = "it failed; JMH's output says why";

    private final Compute compute;
    private final KernelFiles files;
    private final Options options;
    private final String command;
    private final OutputFormat output;

    private final ObjectMapper json = new ObjectMapper();
    private final List<RunResult> results = new ArrayList<>();
    /** By the pair of kernel and composition: why it is left out. */
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    /** The trial that has begun and not ended, or null. */
    private BenchmarkParams trial;

    /** @param command for the table, what was called */
    KernelRun(Compute compute, KernelFiles files, Options options, String command) throws IOException {
        this.compute = compute;
        this.files = files;
        this.options = options;
        this.command = command;
        OutputFormat ofJmh = outputOf(options);
        output = (OutputFormat) Proxy.newProxyInstance(
                KernelRun.class.getClassLoader(),
                new Class<?>[] {OutputFormat.class},
                (proxy, method, arguments) -> told(ofJmh, method, arguments));
    }

    /**
     * Measures, and replaces what the files hold of an earlier run. The limits must be there already.
     *
     * @return of each pair that is left out, which and why, in a line
     */
    List<String> run(List<Class<?>> benchmarks) throws IOException, RunnerException {
        for (Path old : List.of(files.results(), files.comparisons(), files.table())) {
            Files.deleteIfExists(old);
        }
        for (Class<?> benchmark : benchmarks) {
            measure(benchmark);
            if (!results.isEmpty()) {
                Files.writeString(files.table(), KernelTable.markdown(files, command, compute));
            }
        }
        return leftOut.entrySet().stream()
                .map(pair -> pair.getKey() + ": " + pair.getValue())
                .toList();
    }

    private void measure(Class<?> benchmark) throws IOException, RunnerException {
        try {
            new Runner(optionsOf(benchmark), output).run();
        } catch (NoBenchmarksException e) {
            return; // excluded by an option
        }
        end();
    }

    boolean measuredAny() {
        return !results.isEmpty();
    }

    private Options optionsOf(Class<?> benchmark) {
        return new OptionsBuilder()
                .parent(options)
                .include(Pattern.quote(benchmark.getName()) + "\\.")
                .param("device", compute.device())
                .addProfiler(compute.cuda() ? DeviceTime.class : PeakMemory.class)
                .forks(0)
                .shouldFailOnError(false)
                .build();
    }

    private static OutputFormat outputOf(Options options) throws IOException {
        PrintStream stream = options.getOutput().hasValue()
                ? new PrintStream(options.getOutput().get(), StandardCharsets.UTF_8)
                : System.out;
        return OutputFormatFactory.createFormatInstance(
                stream, options.verbosity().orElse(Defaults.VERBOSITY));
    }

    /** Passes on what JMH tells its output. */
    private Object told(OutputFormat ofJmh, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "close" -> {
                ofJmh.flush(); // the next class writes there, too
                return null;
            }
            case "startBenchmark" -> begin((BenchmarkParams) arguments[0]);
            case "endBenchmark" -> add((BenchmarkResult) arguments[0]);
            default -> {}
        }
        try {
            return method.invoke(ofJmh, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void begin(BenchmarkParams params) throws IOException {
        end();
        trial = params;
        Comparison.begin();
    }

    private void add(BenchmarkResult result) throws IOException {
        if (result.getIterationResults().size() < trial.getMeasurement().getCount()) {
            return; // a later iteration failed
        }
        if (Comparison.doubtful().isPresent()) {
            record(line(trial).put(DOUBTFUL, Comparison.doubtful().getAsLong()));
        }
        trial = null;
        results.add(new RunResult(result.getParams(), List.of(result)));
        Path unfinished = files.results().resolveSibling(files.results().getFileName() + ".part");
        ResultFormatFactory.getInstance(ResultFormatType.JSON, unfinished.toString())
                .writeOut(results);
        Files.move(unfinished, files.results(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The trial that had begun is over; has it no result, it failed. */
    private void end() throws IOException {
        if (trial == null) {
            return;
        }
        forget(trial);
        String reason = Comparison.disagreement().orElse(OTHER_FAILURE);
        ObjectNode line = line(trial).put(FAILURE, reason);
        trial = null;
        leftOut.putIfAbsent(KernelTable.nameOf(line), reason);
        record(line);
    }

    /**
     * JMH, within one JVM, keeps the benchmark's object when a call fails, and would measure the method's next trial
     * with it: with the parameters of this one.
     */
    private static void forget(BenchmarkParams failed) {
        try {
            Class<?> generated = Class.forName(failed.generatedBenchmark().replaceFirst("\\.\\w+$", ""));
            for (Field field : generated.getDeclaredFields()) {
                if (KernelBenchmark.class.isAssignableFrom(field.getType())) {
                    field.setAccessible(true);
                    KernelBenchmark kept = (KernelBenchmark) field.get(null);
                    field.set(null, null);
                    if (kept != null) {
                        kept.release();
                    }
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("JMH's code is not as it was: " + failed.generatedBenchmark(), e);
        }
    }

    /** The trial by the names that JMH's results have. */
    private ObjectNode line(BenchmarkParams of) {
        ObjectNode line = json.createObjectNode().put("benchmark", of.getBenchmark());
        ObjectNode params = line.putObject("params");
        of.getParamsKeys().forEach(key -> params.put(key, of.getParam(key)));
        return line;
    }

    private void record(ObjectNode line) throws IOException {
        Files.writeString(files.comparisons(), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
