package dev.imas.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.Interrupts;
import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.DataLoader;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.DeviceQueue.Mark;
import dev.imas.device.Gpu;
import dev.imas.device.ImageTensors;
import dev.imas.device.Torch;
import dev.imas.machine.CpuFeatures;
import dev.imas.machine.FileView;
import dev.imas.machine.NvidiaDriver;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepAssembly;
import dev.imas.semi.StepDraws;
import dev.imas.semi.StepInput;
import dev.imas.train.BatchFeed;
import dev.imas.train.LoaderThreads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * Measures whole training steps of the published settings: images a second, what a step spends its time on, and
 * memory. CutMix fires in every step, so that all steps are the largest there are. `--help` tells the options.
 */
public final class TrainStep implements AutoCloseable {
    /** Batches that take turns when the images lie on the device, so that no cache holds them all. */
    private static final int INPUTS = 4;

    private static final double DECAY = 0.996;
    private static final int PICTURES = 64;

    private final CommandLine line;
    private final ImasConfig config;
    private final Compute compute;
    private final DeviceQueue queue;
    private final ImageTensors tensors;
    private final StepSplit split;
    private final StepAssembly assembly;
    private long done;

    private TrainStep(CommandLine line, ImasConfig config, Compute compute) {
        this.line = line;
        this.config = config;
        this.compute = compute;
        queue = DeviceQueue.of(compute);
        tensors = new ImageTensors(compute);
        split = new StepSplit(queue, number("steps", 30));
        assembly = StepAssembly.create(config, compute, student -> {}, split::around);
        assembly.teacher().mirrorsStudent(false);
        compute.fixedShapes(true);
    }

    @Override
    public void close() {
        assembly.close();
    }

    public static void main(String[] arguments) throws IOException {
        Interrupts.install();
        Options options = options();
        try {
            CommandLine line = new DefaultParser().parse(options, arguments);
            if (line.hasOption("help")) {
                new HelpFormatter().printHelp("step [OPTIONS]", options);
                return;
            }
            run(line);
        } catch (ParseException | UserException e) {
            System.err.println("step: " + e.getMessage());
            System.exit(2);
        }
    }

    private static Options options() {
        return new Options()
                .addOption(
                        null,
                        "case",
                        true,
                        "voc-r50, voc-r101, cityscapes-r50 (4+4 images, output stride 16), or smoke "
                                + "(tiny, 2+2 of 64x64); default smoke")
                .addOption(null, "device", true, "auto, cpu, cuda or cuda:i; default auto")
                .addOption(null, "precision", true, "auto, fp32, tf32 or bf16; default auto")
                .addOption(
                        null,
                        "source",
                        true,
                        "device: images lie there; loader: from files through the loader; default device")
                .addOption(
                        null,
                        "images",
                        true,
                        "folder for the loader's made-up pictures; written when it has none; default "
                                + "target/benchmark-images/CASE")
                .addOption(null, "workers", true, "threads of each loader; default auto")
                .addOption(null, "warmup", true, "steps before measuring; default 10")
                .addOption(null, "steps", true, "measured steps; default 30")
                .addOption(null, "json", true, "file for the measurements")
                .addOption(null, "help", false, "print this");
    }

    private static ImasConfig config(CommandLine line) {
        String name = line.getOptionValue("case", "smoke");
        Map<String, Object> layers = ConfigYaml.preset(
                name.startsWith("cityscapes") ? "cityscapes" : name.equals("smoke") ? "embedded" : "voc");
        switch (name) {
            case "voc-r50", "cityscapes-r50" -> ConfigYaml.set(layers, "network.backbone=resnet50");
            case "voc-r101" -> ConfigYaml.set(layers, "network.backbone=resnet101");
            case "smoke" ->
                List.of("augment.crop=[64, 64]", "training.batch_labeled=2", "training.batch_unlabeled=2")
                        .forEach(s -> ConfigYaml.set(layers, s));
            default ->
                throw new UserException("--case " + name + ": expected voc-r50, voc-r101, cityscapes-r50 or smoke");
        }
        ConfigYaml.set(layers, "data.layout=list");
        String folder =
                line.getOptionValue("images", "target/benchmark-images/" + (name.startsWith("voc") ? "voc" : name));
        ConfigYaml.set(layers, "data.root", folder, "--images");
        List.of("labeled", "unlabeled", "validation")
                .forEach(list -> ConfigYaml.set(
                        layers, "data." + list + "=" + (list.equals("validation") ? "val" : list) + ".txt"));
        ConfigYaml.set(layers, "device", line.getOptionValue("device", "auto"), "--device");
        ConfigYaml.set(layers, "precision", line.getOptionValue("precision", "auto"), "--precision");
        ConfigYaml.set(layers, "data.workers", line.getOptionValue("workers", "auto"), "--workers");
        return ConfigYaml.resolve(layers);
    }

    private static void run(CommandLine line) throws IOException {
        Torch.load();
        torch.get_num_threads(); // settles libtorch's threads, as the trainer does
        ImasConfig config = config(line);
        Compute compute =
                Compute.of(config.device(), config.precision(), config.network().backbone());
        try (PointerScope scope = new PointerScope();
                TrainStep steps = new TrainStep(line, LoaderThreads.settled(config, compute.cuda()), compute)) {
            ObjectNode result = steps.measure();
            if (line.hasOption("json")) {
                new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValue(Path.of(line.getOptionValue("json")).toFile(), result);
            }
            print(result);
        }
    }

    /** Gives the next step's input; told when its work is queued. */
    private interface Source {
        StepInput next();

        default void queued() {}

        /** Milliseconds that the device stood still for it since the last call. */
        default double waited() {
            return 0;
        }
    }

    private ObjectNode measure() throws IOException {
        boolean files =
                switch (line.getOptionValue("source", "device")) {
                    case "device" -> false;
                    case "loader" -> true;
                    default ->
                        throw new UserException(
                                "--source " + line.getOptionValue("source") + ": expected device or loader");
                };
        if (!files) {
            return measure(onDevice(), "device");
        }
        boolean street = config.network().auxiliary();
        boolean small = config.augment().crop().get(0) < 100;
        SyntheticImages.write(
                Path.of(config.data().root()),
                small ? 8 : street ? PICTURES / 4 : PICTURES,
                small ? 60 : street ? 1024 : 375,
                small ? 80 : street ? 2048 : 500,
                config.data().classes(),
                street ? "png" : "jpg");
        Dataset data = Dataset.open(config);
        int samples = (number("warmup", 10) + 2 * number("steps", 30) + 2)
                * Math.max(config.training().batchLabeled(), config.training().batchUnlabeled());
        try (DataLoader labeled = DataLoader.labeled(data.labeled(), samples, config);
                DataLoader unlabeled = DataLoader.unlabeled(data.unlabeled(), samples, config)) {
            BatchFeed feed = new BatchFeed(compute, queue, tensors, config);
            feed.start(labeled.epoch(0, 0), Optional.of(unlabeled.epoch(0, 0)));
            return measure(fed(feed), "loader");
        }
    }

    private static Source fed(BatchFeed feed) {
        return new Source() {
            @Override
            public StepInput next() {
                return feed.next().input();
            }

            @Override
            public void queued() {
                feed.stepQueued();
                feed.fetch();
            }

            @Override
            public double waited() {
                return feed.takeWait();
            }
        };
    }

    private Source onDevice() {
        int height = config.augment().crop().get(0);
        int width = config.augment().crop().get(1);
        List<StepInput> inputs = new ArrayList<>();
        for (int i = 0; i < INPUTS; i++) {
            int labeled = config.training().batchLabeled();
            int unlabeled = config.training().batchUnlabeled();
            inputs.add(new StepInput.SemiSupervised(
                    images(labeled, height, width, 3 * i),
                    labels(labeled, height, width, i),
                    images(unlabeled, height, width, 3 * i + 1),
                    images(unlabeled, height, width, 3 * i + 2)));
        }
        int[] turn = {0};
        return () -> inputs.get(turn[0]++ % INPUTS);
    }

    private Tensor images(int count, int height, int width, int seed) {
        return tensors.normalized(bytes((long) 3 * count * height * width, 256, seed), count, height, width);
    }

    private Tensor labels(int count, int height, int width, int seed) {
        return tensors.labels(
                bytes((long) count * height * width, config.data().classes(), 100 + seed), count, height, width);
    }

    private static ByteBuffer bytes(long size, int bound, int seed) {
        Rng rng = Rng.of(seed, "bytes");
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(size));
        while (buffer.hasRemaining()) {
            buffer.put((byte) rng.integer(0, bound));
        }
        return buffer.flip();
    }

    private void step(Source source) {
        try (PointerScope scope = new PointerScope()) {
            StepInput input = source.next();
            assembly.step()
                    .run(
                            input,
                            always(SeededDraws.of(config, done++)),
                            config.training().lr(),
                            DECAY);
        }
        source.queued();
    }

    private ObjectNode measure(Source source, String kind) {
        int warmup = number("warmup", 10);
        int steps = number("steps", 30);
        for (int i = 0; i < warmup; i++) {
            step(source);
        }
        queue.finish();
        source.waited();
        resetPeak();
        List<Mark> begins = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            begins.add(mark());
            step(source);
        }
        begins.add(mark());
        queue.finish();
        double seconds = (System.nanoTime() - start) / 1e9;
        double waited = source.waited() / steps;
        long peak = peak();
        split.start();
        for (int i = 0; i < steps; i++) {
            split.step();
            step(source);
        }
        split.end();
        queue.finish();
        return result(kind, warmup, steps, seconds, milliseconds(begins), waited, peak);
    }

    private Mark mark() {
        Mark mark = queue.newMark();
        mark.set();
        return mark;
    }

    private static double[] milliseconds(List<Mark> begins) {
        double[] result = new double[begins.size() - 1];
        for (int i = 0; i < result.length; i++) {
            result[i] = begins.get(i + 1).millisecondsSince(begins.get(i));
        }
        Arrays.sort(result);
        return result;
    }

    private ObjectNode result(
            String kind, int warmup, int steps, double seconds, double[] sorted, double waited, long peak) {
        ImasConfig.Training t = config.training();
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("program", "imas")
                .put("case", line.getOptionValue("case", "smoke"))
                .put("source", kind)
                .put("device", compute.device())
                .put("device_name", deviceName());
        json.put("precision", compute.precision().name().toLowerCase(Locale.ROOT))
                .put("channels_last", compute.channelsLast());
        json.put("labeled", t.batchLabeled()).put("unlabeled", t.batchUnlabeled());
        json.putArray("crop")
                .add(config.augment().crop().get(0))
                .add(config.augment().crop().get(1));
        json.put("warmup", warmup).put("steps", steps);
        json.put("images_per_second", steps * (t.batchLabeled() + t.batchUnlabeled()) / seconds);
        json.putObject("step_ms")
                .put("median", sorted[sorted.length / 2])
                .put("p10", sorted[sorted.length / 10])
                .put("p90", sorted[sorted.length * 9 / 10]);
        ObjectNode parts = json.putObject("split_ms").put("loader_wait", waited);
        split.perStep().forEach((part, ms) -> parts.put(part.name().toLowerCase(Locale.ROOT), ms));
        json.put("peak_memory_bytes", peak)
                .put(
                        "memory",
                        compute.cuda()
                                ? "largest sum of the allocator's blocks"
                                : "largest resident memory of the process");
        ObjectNode versions = json.putObject("versions").put("java", System.getProperty("java.version"));
        try {
            versions.put("libtorch", Loader.getVersion("org.bytedeco", "pytorch"));
        } catch (IOException e) {
            versions.put("libtorch", "unknown");
        }
        NvidiaDriver.version(FileView.ofThisMachine()).ifPresent(driver -> versions.put("driver", driver));
        json.put("workers", config.data().workers())
                .put("cores", Runtime.getRuntime().availableProcessors());
        return json;
    }

    private String deviceName() {
        return compute.cuda()
                ? String.valueOf(Gpu.all().get(compute.deviceIndex()).name())
                : CpuFeatures.read().model();
    }

    private void resetPeak() {
        try {
            if (compute.cuda()) {
                Gpu.resetPeak(compute.deviceIndex());
            }
        } catch (LinkageError e) {
            System.err.println("step: peak memory is not measured, the bindings of CUDA's libraries do not load: "
                    + e.getMessage());
        }
    }

    /** Bytes; 0 if unknown. */
    private long peak() {
        if (compute.cuda()) {
            try {
                return Gpu.peakBytes(compute.deviceIndex());
            } catch (LinkageError e) {
                return 0; // resetPeak told why
            }
        }
        return largestResident();
    }

    /** Bytes of the process's largest resident memory; 0 if unknown. */
    static long largestResident() {
        return FileView.ofThisMachine().lines("/proc/self/status").stream()
                .filter(l -> l.startsWith("VmHWM:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    private int number(String option, int otherwise) {
        return number(line, option, otherwise);
    }

    static int number(CommandLine line, String option, int otherwise) {
        String text = line.getOptionValue(option, Integer.toString(otherwise));
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw new UserException("--" + option + " " + text + ": expected a number from 1 on");
        }
        return Integer.parseInt(text);
    }

    /** The same draws, but CutMix fires whatever gamma is. */
    static StepDraws always(StepDraws draws) {
        return new StepDraws() {
            @Override
            public double trigger() {
                return -1;
            }

            @Override
            public int[][] boxes(int count, int height, int width, double spread) {
                return draws.boxes(count, height, width, spread);
            }

            @Override
            public int[] pairing(int count) {
                return draws.pairing(count);
            }

            @Override
            public float[] intensity(int count) {
                return draws.intensity(count);
            }

            @Override
            public int[][] areas(int view, int count, int height, int width, double probability) {
                return draws.areas(view, count, height, width, probability);
            }

            @Override
            public byte[] coins(int count) {
                return draws.coins(count);
            }

            @Override
            public int[] unchanged(int count) {
                return draws.unchanged(count);
            }
        };
    }

    private static void print(ObjectNode json) {
        System.out.printf(
                Locale.ROOT,
                "%s, %s, %s (%s), %s, images from %s%n",
                json.get("case").asText(),
                json.get("program").asText(),
                json.get("device").asText(),
                json.get("device_name").asText(),
                json.get("precision").asText(),
                json.get("source").asText());
        System.out.printf(
                Locale.ROOT,
                "  %.1f images/s, step %.2f ms (median; %.2f to %.2f), peak memory %.2f GiB%n",
                json.get("images_per_second").asDouble(),
                json.at("/step_ms/median").asDouble(),
                json.at("/step_ms/p10").asDouble(),
                json.at("/step_ms/p90").asDouble(),
                json.get("peak_memory_bytes").asDouble() / (1L << 30));
        System.out.println("  "
                + json.get("split_ms").properties().stream()
                        .map(e -> String.format(
                                Locale.ROOT,
                                "%s %.2f ms",
                                e.getKey().replace('_', ' '),
                                e.getValue().asDouble()))
                        .collect(Collectors.joining(", ")));
    }
}
