package dev.imas.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.data.DataLoader;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.ImageTensors;
import dev.imas.device.OpenBlas;
import dev.imas.device.Torch;
import dev.imas.machine.CpuFeatures;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.StepAssembly;
import dev.imas.semi.StepResult;
import dev.imas.train.BatchFeed;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.HelpFormatter;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Whole training steps on a CPU, loader included: the product's against the same step as it is usually written, over
 * the same libtorch in the same JVM, taking turns. {@code --help} tells the options.
 */
public final class TrainCpu {
    private static final double DECAY = 0.996;
    private static final int PICTURES = 48;

    /** Losses of the first steps, from equal weights, differ by rounding alone: relative. */
    private static final double TOLERANCE = 2e-3;

    private static final int COMPARED_STEPS = 2;

    private final CommandLine line;
    private final TrainCpuCase which;
    private final ImasConfig config;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final int rounds;
    private final int steps;
    /** Of the product's step, where it is measured. */
    private StepSplit split;

    private double loaderWait;

    private TrainCpu(CommandLine line) {
        this.line = line;
        which = TrainCpuCase.of(line.getOptionValue("case", "wbc-r18"));
        config = which.config(Path.of(line.getOptionValue("images", "target/benchmark-images"), which.title));
        rounds = TrainStep.number(line, "rounds", 5);
        steps = TrainStep.number(line, "steps", 2);
    }

    public static void main(String[] arguments) throws Exception {
        Options options = new Options()
                .addOption(null, "case", true, TrainCpuCase.titles() + "; default wbc-r18")
                .addOption(null, "precision", true, "of iMAS: auto, fp32 or bf16 (default auto); the others: fp32")
                .addOption(null, "rounds", true, "how often each takes its turn; default 5")
                .addOption(null, "steps", true, "steps a turn; default 2")
                .addOption(null, "only", true, "imas, plain or channels_last alone: what it needs at most of memory")
                .addOption(null, "images", true, "folder for made-up pictures; default target/benchmark-images")
                .addOption(null, "json", true, "file for the measurements")
                .addOption(null, "help", false, "print this");
        try {
            CommandLine line = new DefaultParser().parse(options, arguments);
            if (line.hasOption("help")) {
                new HelpFormatter().printHelp("train-cpu [OPTIONS]", options);
                return;
            }
            Torch.load();
            torch.get_num_threads(); // settles libtorch's threads, as the trainer does
            new TrainCpu(line).run();
        } catch (ParseException | UserException e) {
            System.err.println("train-cpu: " + e.getMessage());
            System.exit(2);
        }
    }

    private void run() throws Exception {
        SyntheticImages.write(
                Path.of(config.data().root()), PICTURES, which.pictureHeight, which.pictureWidth, which.classes, "jpg");
        List<String> names = line.hasOption("only")
                ? List.of(line.getOptionValue("only"))
                : List.of("imas", "plain", "channels_last");
        try (PointerScope scope = new PointerScope()) {
            List<Contender> contenders = new ArrayList<>();
            for (String name : names) {
                contenders.add(contender(name));
            }
            requireSameLosses(contenders);
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < contenders.size(); i++) {
                    contenders.get((i + round) % contenders.size()).measure(steps); // each comes first in turn
                }
            }
            if (line.hasOption("only")) {
                System.out.println(TrainStep.largestResident());
                return;
            }
            splitSteps(contenders.get(0));
            ObjectNode result = result(contenders);
            print(result);
            if (line.hasOption("json")) {
                new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValue(Path.of(line.getOptionValue("json")).toFile(), result);
            }
        } finally {
            for (AutoCloseable resource : open) {
                resource.close();
            }
        }
    }

    private Contender contender(String name) throws IOException {
        Compute compute =
                switch (name) {
                    case "imas" ->
                        Compute.of("cpu", precision(), config.network().backbone());
                    case "plain" -> new Compute("cpu", Precision.FP32, false);
                    case "channels_last" -> new Compute("cpu", Precision.FP32, true);
                    default -> throw new UserException("--only " + name + ": expected imas, plain or channels_last");
                };
        Dataset data = Dataset.open(config);
        int samples = (2 + COMPARED_STEPS + (rounds + 1) * steps)
                * Math.max(config.training().batchLabeled(), config.training().batchUnlabeled());
        DataLoader labeled = kept(DataLoader.labeled(data.labeled(), samples, config));
        DataLoader unlabeled = kept(DataLoader.unlabeled(data.unlabeled(), samples, config));
        BatchFeed feed = new BatchFeed(compute, DeviceQueue.of(compute), new ImageTensors(compute), config);
        feed.start(labeled.epoch(0, 0), Optional.of(unlabeled.epoch(0, 0)));
        return new Contender(name, feed, config, name.equals("imas") ? product(compute) : eager(compute));
    }

    private Precision precision() {
        String text = line.getOptionValue("precision", "auto");
        try {
            return Precision.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UserException("--precision " + text + ": expected auto, fp32 or bf16");
        }
    }

    private <T extends AutoCloseable> T kept(T resource) {
        open.add(0, resource);
        return resource;
    }

    private Contender.Runner product(Compute compute) {
        split = new StepSplit(DeviceQueue.of(compute), steps);
        StepAssembly assembly = kept(StepAssembly.create(config, compute, student -> {}, split::around));
        assembly.teacher().mirrorsStudent(false);
        return (input, draws) -> {
            StepResult.SemiSupervised result = assembly.step().run(input, draws, which.kind.lr, DECAY);
            return new EagerStep.Losses(
                    result.lossSup().item_float(), result.lossUnsup().item_float());
        };
    }

    /** One more turn of the product's step, which tells what its time goes into. */
    private void splitSteps(Contender imas) {
        imas.feed.takeWait();
        split.start();
        for (int i = 0; i < steps; i++) {
            split.step();
            imas.step();
        }
        split.end();
        loaderWait = imas.feed.takeWait() / steps;
    }

    private Contender.Runner eager(Compute compute) {
        if (config.method() == Method.UNIMATCH_V2) {
            EagerUniMatch step = kept(new EagerUniMatch(config, compute));
            return (input, draws) -> step.run(input, draws, which.kind.lr, DECAY);
        }
        EagerStep step = kept(new EagerStep(config, compute));
        return (input, draws) -> step.run(input, draws, which.kind.lr, DECAY);
    }

    /** All compute the same, from the first step to what the first update made of the networks. */
    private static void requireSameLosses(List<Contender> contenders) {
        for (int i = 0; i < COMPARED_STEPS; i++) {
            EagerStep.Losses first = null;
            for (Contender contender : contenders) {
                EagerStep.Losses losses = contender.step();
                first = first == null ? losses : first;
                if (differ(losses.supervised(), first.supervised())
                        || differ(losses.unsupervised(), first.unsupervised())) {
                    throw new IllegalStateException("step " + i + ": " + contender.name + " finds " + losses + ", "
                            + contenders.get(0).name + " " + first);
                }
            }
        }
    }

    private static boolean differ(double a, double b) {
        return !(Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b)));
    }

    private ObjectNode result(List<Contender> contenders) throws IOException, InterruptedException {
        ImasConfig.Training training = config.training();
        int images = training.batchLabeled() + training.batchUnlabeled();
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("case", which.title)
                .put("machine", CpuFeatures.read().model())
                .put("threads", torch.get_num_threads())
                .put("blas_threads", OpenBlas.threads())
                .put("libtorch", Loader.getVersion("org.bytedeco", "pytorch"))
                .put("java", System.getProperty("java.version"))
                .put("labeled", training.batchLabeled())
                .put("unlabeled", training.batchUnlabeled());
        json.putArray("crop").add(which.height).add(which.width);
        double multiplyAdds = multiplyAdds();
        json.put("multiply_adds_per_step", multiplyAdds).put("sgemm_multiply_adds_per_second", sgemm());
        Contender imas = contenders.get(0);
        for (Contender contender : contenders) {
            double median = median(contender.milliseconds);
            ObjectNode of = json.putObject(contender.name);
            of.put("step_ms", median)
                    .put("processor_ms", median(contender.processor))
                    .put("images_per_second", images * 1000 / median)
                    .put("peak_bytes", peakAlone(contender.name))
                    .put("multiply_adds_per_second", multiplyAdds * 1000 / median)
                    .put("times_imas_by_the_clock", median(ratios(contender.milliseconds, imas.milliseconds)))
                    .put("times_imas_of_processor", median(ratios(contender.processor, imas.processor)));
            contender.milliseconds.forEach(of.withArray("step_ms_of_turns")::add);
            contender.processor.forEach(of.withArray("processor_ms_of_turns")::add);
        }
        ObjectNode parts = ((ObjectNode) json.get(imas.name)).putObject("split_ms");
        parts.put("loader_wait", loaderWait); // which falls into the update, as the next batch is asked for
        split.perStep()
                .forEach((part, ms) -> parts.put(
                        part.name().toLowerCase(Locale.ROOT), part == StepSplit.Part.UPDATE ? ms - loaderWait : ms));
        return json;
    }

    /**
     * Of convolutions and matrix products, as the method is published: a prediction by either network, or the teacher,
     * for each unlabelled image; images learnt from count thrice, in a frozen encoder once.
     */
    private double multiplyAdds() {
        try (SegmentationNetwork network =
                SegmentationNetwork.create(config.network(), config.data().classes(), 1)) {
            MultiplyAdds.Sum pass = MultiplyAdds.of(network, which.height, which.width);
            boolean pairs = config.method() == Method.UNIMATCH_V2;
            double predicted = (pairs ? 1.0 : 2.0) * which.unlabeled;
            double learnt = which.labeled + (pairs ? 2.0 : 3.0) * which.unlabeled;
            double encoder = pass.encoder() * (predicted + (network.frozenEncoder() ? 1 : 3) * learnt);
            return encoder + pass.rest() * (predicted + 3 * learnt);
        }
    }

    /** Multiply-adds a second of a product of large matrices, the best of ten: what this machine's cores reach. */
    private static double sgemm() {
        long n = 2048;
        double best = Double.MAX_VALUE;
        int before = OpenBlas.threads();
        OpenBlas.useThreads(torch.get_num_threads());
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.rand(n, n);
            Tensor b = torch.rand(n, n);
            for (int i = 0; i < 10; i++) {
                long start = System.nanoTime();
                torch.matmul(a, b).close();
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
            }
        }
        OpenBlas.useThreads(before);
        return (double) n * n * n / best;
    }

    private static List<Double> ratios(List<Double> of, List<Double> to) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < of.size(); i++) {
            ratios.add(of.get(i) / to.get(i));
        }
        return ratios;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Peak of the resident memory of a JVM that runs this contender and nothing else. */
    private long peakAlone(String name) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TrainCpu.class.getName()));
        command.addAll(List.of("--case", which.title, "--only", name, "--rounds", "2"));
        command.addAll(List.of("--precision", line.getOptionValue("precision", "auto")));
        if (line.hasOption("images")) {
            command.addAll(List.of("--images", line.getOptionValue("images")));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(name + " alone ended with status " + process.exitValue());
        }
        return Long.parseLong(said.strip());
    }

    private void print(ObjectNode json) {
        System.out.printf(
                Locale.ROOT,
                "%s: %d+%d crops of %dx%d, %d threads, %s%n%n",
                which.title,
                which.labeled,
                which.unlabeled,
                which.height,
                which.width,
                json.get("threads").asInt(),
                json.get("machine").asText());
        System.out.println("| step | images/s | ms | times iMAS, clock | times iMAS, processor | peak memory, MB |"
                + " multiply-adds, share of sgemm |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (String name : List.of("imas", "plain", "channels_last")) {
            ObjectNode of = (ObjectNode) json.get(name);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.0f | %.2f | %.2f | %.0f | %.0f %% |%n",
                    name,
                    of.get("images_per_second").asDouble(),
                    of.get("step_ms").asDouble(),
                    of.get("times_imas_by_the_clock").asDouble(),
                    of.get("times_imas_of_processor").asDouble(),
                    of.get("peak_bytes").asDouble() / 1e6,
                    100
                            * of.get("multiply_adds_per_second").asDouble()
                            / json.get("sgemm_multiply_adds_per_second").asDouble());
        }
        System.out.println(json.get("imas").get("split_ms").properties().stream()
                .map(part -> String.format(
                        Locale.ROOT,
                        "%s %.0f ms",
                        part.getKey(),
                        part.getValue().asDouble()))
                .collect(Collectors.joining(", ", "\nimas: ", "")));
    }
}
