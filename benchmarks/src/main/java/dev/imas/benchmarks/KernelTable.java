package dev.imas.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.device.Compute;
import dev.imas.device.Gpu;
import dev.imas.kernels.Kernels;
import dev.imas.machine.CpuFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;

/**
 * Turns the files of a {@link KernelRun} into the Markdown table of the kernels: {@code KernelTable FILES COMMAND} for
 * {@code FILES.json} and those beside it, of a CPU, the table on standard output. Times are medians of all calls;
 * memory is the median peak of the iterations.
 */
public final class KernelTable {
    private final List<JsonNode> results;
    private final List<JsonNode> comparisons;
    private final Limits machine;
    private final Unit unit;

    /** Of the times in the table. */
    private enum Unit {
        MILLISECONDS("ms", 1),
        MICROSECONDS("us", 1000);

        final String name;
        final double perMillisecond;

        Unit(String name, double perMillisecond) {
            this.name = name;
            this.perMillisecond = perMillisecond;
        }
    }

    /** One kernel on one kind of input. */
    private record Row(
            Kernel kernel,
            String input,
            double kernelMillis,
            double compositionMillis,
            double kernelMegabytes,
            double compositionMegabytes,
            Work work) {
        double ratio() {
            return compositionMillis / kernelMillis;
        }

        /** Less than a megabyte cannot be told from what the JVM does beside. */
        boolean compositionAllocates() {
            return compositionMegabytes >= 1;
        }

        double memoryShare() {
            return kernelMegabytes / compositionMegabytes;
        }
    }

    private KernelTable(List<JsonNode> results, List<JsonNode> comparisons, Limits machine, Unit unit) {
        this.results = results;
        this.comparisons = comparisons;
        this.machine = machine;
        this.unit = unit;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("usage: KernelTable FILES COMMAND");
        }
        KernelTable table = read(new KernelFiles(Path.of(arguments[0])), Unit.MILLISECONDS);
        System.out.print(table.ofCpu(arguments[1]));
    }

    static String markdown(KernelFiles files, String command, Compute compute) throws IOException {
        return compute.cuda()
                ? read(files, Unit.MICROSECONDS).ofCuda(command, Gpu.of(compute.deviceIndex()))
                : read(files, Unit.MILLISECONDS).ofCpu(command);
    }

    private static KernelTable read(KernelFiles files, Unit unit) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> results = StreamSupport.stream(
                        json.readTree(files.results().toFile()).spliterator(), false)
                .toList();
        List<JsonNode> comparisons = new ArrayList<>();
        if (Files.exists(files.comparisons())) { // there was something to tell
            for (String line : Files.readAllLines(files.comparisons())) {
                comparisons.add(json.readTree(line));
            }
        }
        return new KernelTable(results, comparisons, Limits.read(files.limits()), unit);
    }

    private String ofCpu(String command) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                """
                # CPU kernels against libtorch

                `%s` measured both sides of every row in one JVM, on the same tensors, with the same OpenMP threads; \
                the kernel calls and
                the compositions are in `benchmarks/src/main/java`, and each pair is compared before it is timed. ms: \
                median of all calls.
                Memory: how far the resident memory rises during calls, outputs excluded, workspace included. Limit: \
                the larger of memory
                traffic at the copy bandwidth and exponentials and multiply-adds at their peak rates, all three \
                measured here; see
                [Work.java](../src/main/java/dev/imas/benchmarks/Work.java) for what is counted.

                """,
                command));
        line(
                text,
                "- Machine: %s, %d processors, %s, Linux %s",
                CpuFeatures.read().model(),
                Runtime.getRuntime().availableProcessors(),
                memory(),
                System.getProperty("os.version"));
        software(text);
        line(
                text,
                "- Threads: %s (OMP_WAIT_POLICY=%s)",
                System.getenv("OMP_NUM_THREADS"),
                System.getenv("OMP_WAIT_POLICY"));
        line(
                text,
                "- Peaks: the best kind of copy %.0f GB/s (read + written), memcpy %.0f GB/s, %.1f G "
                        + "exponentials/s, %.0f G multiply-adds/s",
                machine.bytesPerSecond() / 1e9,
                machine.memcpyBytesPerSecond() / 1e9,
                machine.exponentialsPerSecond() / 1e9,
                machine.multiplyAddsPerSecond() / 1e9);
        return withRows(text);
    }

    private String ofCuda(String command, Gpu gpu) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                """
                # CUDA kernels against libtorch

                `%s` measured both sides of every row in one JVM, on the same tensors and the same stream; the kernel \
                calls and the
                compositions are in `benchmarks/src/main/java`, and each pair is compared before it is timed. us: \
                median of the rounds' medians, by CUDA
                events, the caches cleared before every call and the device kept busy while the host queues it. \
                Memory: what libtorch's
                allocator hands out at most during calls, outputs excluded, workspace included. Limit: the larger \
                of memory traffic at the
                copy bandwidth, measured here, and exponentials and multiply-adds at the rates of the GPU's highest \
                clock; see
                [Work.java](../src/main/java/dev/imas/benchmarks/Work.java) for what is counted.

                """,
                command));
        line(
                text,
                "- GPU: %s, compute capability %d.%d, %d multiprocessors, %.0f GiB",
                gpu.name(),
                gpu.major(),
                gpu.minor(),
                gpu.multiprocessors(),
                gpu.memory() / 0x1p30);
        software(text);
        line(
                text,
                "- Peaks: copy %.0f GB/s (read + written), %.0f G exponentials/s, %.0f G multiply-adds/s",
                machine.bytesPerSecond() / 1e9,
                machine.exponentialsPerSecond() / 1e9,
                machine.multiplyAddsPerSecond() / 1e9);
        return withRows(text);
    }

    private void software(StringBuilder text) {
        JsonNode first = results.get(0);
        line(
                text,
                "- Software: %s; libtorch %s; OpenJDK %s; JMH %s",
                Kernels.buildInfo(),
                libtorch(),
                first.path("jdkVersion").asText(),
                first.path("jmhVersion").asText());
    }

    private String withRows(StringBuilder text) {
        List<Row> rows = rows();
        line(text, "");
        summary(text, rows);
        details(text, rows);
        work(text, rows);
        doubtful(text);
        leftOut(text);
        return text.toString();
    }

    private static void summary(StringBuilder text, List<Row> rows) {
        line(text, "| kernel | composition / kernel, least to most | floor | memory share, at most |");
        line(text, "|---|---|---|---|");
        for (Kernel kernel : Kernel.values()) {
            List<Row> own = rows.stream().filter(row -> row.kernel == kernel).toList();
            if (own.isEmpty()) {
                continue;
            }
            OptionalDouble share = own.stream()
                    .filter(Row::compositionAllocates)
                    .mapToDouble(Row::memoryShare)
                    .max();
            line(
                    text,
                    "| %s | **%.1f** to %.1f | %s | %s |",
                    kernel.title,
                    ratios(own).min().orElseThrow(),
                    ratios(own).max().orElseThrow(),
                    number(kernel.floor),
                    share.isPresent() ? percent(share.getAsDouble()) : "the composition needs none");
        }
        line(text, "");
    }

    private static DoubleStream ratios(List<Row> rows) {
        return rows.stream().mapToDouble(Row::ratio);
    }

    private void details(StringBuilder text, List<Row> rows) {
        line(
                text,
                "| kernel | input | kernel %1$s | composition %1$s | ratio | kernel MB | composition MB "
                        + "| share | limit %1$s | set by | limit / kernel |",
                unit.name);
        line(text, "|---|---|---|---|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            double limit = row.work.limit(machine);
            boolean memoryBound = row.work.memoryMillis(machine) >= row.work.arithmeticMillis(machine);
            line(
                    text,
                    "| %s | %s | %.2f | %.1f | **%.1f** | %.1f | %.1f | %s | %.2f | %s | %s |",
                    row.kernel.title,
                    row.input,
                    row.kernelMillis * unit.perMillisecond,
                    row.compositionMillis * unit.perMillisecond,
                    row.ratio(),
                    row.kernelMegabytes,
                    row.compositionMegabytes,
                    row.compositionAllocates() ? percent(row.memoryShare()) : "-",
                    limit * unit.perMillisecond,
                    memoryBound ? "memory" : "arithmetic",
                    percent(limit / row.kernelMillis));
        }
        line(text, "");
    }

    private void work(StringBuilder text, List<Row> rows) {
        line(text, "What the limits count:");
        line(text, "");
        line(
                text,
                "| kernel | input | MB read and written | M exponentials | M multiply-adds | memory "
                        + "%1$s | arithmetic %1$s | GB/s of the kernel |",
                unit.name);
        line(text, "|---|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            Work work = row.work;
            line(
                    text,
                    "| %s | %s | %.1f | %.1f | %.1f | %.2f | %.2f | %.1f |",
                    row.kernel.title,
                    row.input,
                    work.bytes() / 1e6,
                    work.exponentials() / 1e6,
                    work.multiplyAdds() / 1e6,
                    work.memoryMillis(machine) * unit.perMillisecond,
                    work.arithmeticMillis(machine) * unit.perMillisecond,
                    work.bytes() / row.kernelMillis / 1e6);
        }
    }

    /** Pairs that agree but for pixels that rounding decides about. */
    private void doubtful(StringBuilder text) {
        Map<String, Long> pixels = new LinkedHashMap<>();
        for (JsonNode trial : comparisons) {
            if (trial.path(KernelRun.DOUBTFUL).asLong() > 0) {
                pixels.merge(nameOf(trial), trial.path(KernelRun.DOUBTFUL).asLong(), Math::max);
            }
        }
        if (!pixels.isEmpty()) {
            line(text, "");
            line(text, "Pixels whose probability is the selection's limit but for rounding, hard on one side only:");
            line(text, "");
            pixels.forEach((pair, count) -> line(text, "- %s: %d", pair, count));
        }
    }

    /** Pairs of which a side failed, or was not to be measured. */
    private void leftOut(StringBuilder text) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (JsonNode trial : comparisons) {
            if (trial.has(KernelRun.FAILURE)) {
                reasons.putIfAbsent(nameOf(trial), trial.path(KernelRun.FAILURE).asText());
            }
        }
        for (JsonNode result : results) {
            for (Kernel kernel : Kernel.values()) {
                if (isOf(result, kernel, "kernel")
                        && compositionOf(result, kernel).isEmpty()) {
                    reasons.putIfAbsent(nameOf(result), "no composition was measured");
                }
            }
        }
        reasons.forEach((pair, reason) -> {
            line(text, "");
            line(text, "Not in the table: %s: %s", pair, reason);
        });
    }

    /** The pair of kernel and composition that a trial is of, as the table names it. */
    static String nameOf(JsonNode trial) {
        for (Kernel kernel : Kernel.values()) {
            if (isOf(trial, kernel, "kernel") || isOf(trial, kernel, "composition")) {
                return kernel.title + ", " + inputOf(kernel, trial.path("params"));
            }
        }
        return trial.path("benchmark").asText().replaceFirst("\\.\\w+$", " ") + trial.path("params");
    }

    private Optional<JsonNode> compositionOf(JsonNode result, Kernel kernel) {
        return results.stream()
                .filter(other -> isOf(other, kernel, "composition")
                        && other.path("params").equals(result.path("params")))
                .findFirst();
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Kernel kernel : Kernel.values()) {
            for (JsonNode result : results) {
                if (isOf(result, kernel, "kernel")) {
                    compositionOf(result, kernel).ifPresent(composition -> rows.add(row(kernel, result, composition)));
                }
            }
        }
        return rows;
    }

    private static boolean isOf(JsonNode result, Kernel kernel, String method) {
        return result.path("benchmark").asText().equals(kernel.benchmark.getName() + "." + method)
                && (kernel.kind == null
                        || kernel.kind.equals(result.path("params").path("kind").asText()));
    }

    private static Row row(Kernel kernel, JsonNode result, JsonNode composition) {
        JsonNode params = result.path("params");
        return new Row(
                kernel,
                inputOf(kernel, params),
                timeOf(result),
                timeOf(composition),
                memoryOf(result),
                memoryOf(composition),
                workOf(kernel, params));
    }

    private static String inputOf(Kernel kernel, JsonNode params) {
        if (kernel.benchmark == EmaUpdateBenchmark.class) {
            return String.format(Locale.ROOT, "%.1f M weights", EmaUpdateBenchmark.parameters() / 1e6);
        }
        return params.path("size").asText() + " " + params.path("type").asText() + " "
                + params.path("layout").asText();
    }

    private static Work workOf(Kernel kernel, JsonNode params) {
        if (kernel.benchmark == EmaUpdateBenchmark.class) {
            return Work.ofEmaUpdate(EmaUpdateBenchmark.parameters());
        }
        return Work.of(
                kernel,
                ProblemSize.valueOf(params.path("size").asText()),
                params.path("type").asText().equals("F32") ? 4 : 2);
    }

    private static double median(JsonNode metric) {
        return metric.required("scorePercentiles").required("50.0").asDouble();
    }

    /** Milliseconds; on a GPU of the device. */
    private static double timeOf(JsonNode result) {
        JsonNode device = result.path("secondaryMetrics").path("deviceTime");
        return median(device.isMissingNode() ? result.path("primaryMetric") : device);
    }

    private static double memoryOf(JsonNode result) {
        return median(result.path("secondaryMetrics").required("peakMemory"));
    }

    private static String libtorch() {
        return org.bytedeco.pytorch.global.torch.class.getPackage().getImplementationVersion();
    }

    private static String memory() throws IOException {
        String total = Files.readAllLines(Path.of("/proc/meminfo")).get(0).replaceAll("\\D", "");
        return Math.round(Long.parseLong(total) / 1024.0 / 1024.0) + " GiB";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
