package dev.imas.benchmarks;

import dev.imas.augment.DrawnOperation;
import dev.imas.augment.StrongOperation;
import dev.imas.augment.StrongView;
import dev.imas.augment.WeakView;
import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.data.Batch;
import dev.imas.data.DataLoader;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.device.Compute;
import dev.imas.device.ImageTensors;
import dev.imas.device.Torch;
import dev.imas.image.RgbImage;
import dev.imas.semi.DeviceStrongView;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Unlabelled samples as the published VOC settings make them (long side drawn from 250..1000, flip, crop of 513x513,
 * two
 * strong operations), from the pictures that a list of a folder names: {@code -p data=FOLDER}. One call is one sample
 * or
 * one stage of it; the pictures take turns, each call with draws of its own, and {@code sample} includes everything
 * that a
 * core does until both views are normalised tensors.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class LoaderBenchmark {
    private static final int SIDE = 513;
    private static final int BYTES = SIDE * SIDE * 3;

    /** Pictures and what the stages make of them. */
    @State(org.openjdk.jmh.annotations.Scope.Benchmark)
    public static class Pictures {
        @Param("")
        public String data;
        /** Lines of {@code image mask}, relative to the folder; the masks are not read. */
        @Param("splits/val.txt")
        public String list;

        ImasConfig config;
        ImageSource source;
        RgbImage[] decoded;
        RgbImage[] weak;
        private int call;

        @Setup(Level.Trial)
        public void open() {
            if (data.isEmpty()) {
                throw new UserException(
                        "no pictures: name a folder with -p data=FOLDER, whose list (-p list=PATH) holds image paths");
            }
            config = settings(2, "data.layout", "list", "data.root", data, "data.validation", list);
            source = Dataset.openValidation(config).validation();
            decoded = new RgbImage[source.size()];
            weak = new RgbImage[source.size()];
            for (int i = 0; i < source.size(); i++) {
                decoded[i] = (RgbImage) source.image(i);
                weak[i] = weakView(decoded[i], i);
            }
        }

        /** The number of this call. */
        int next() {
            return call = call + 1 & Integer.MAX_VALUE;
        }

        RgbImage weakView(RgbImage image, int call) {
            return WeakView.apply(image, null, config.augment(), Rng.of(1, "weak", 0, call)::uniform)
                    .image();
        }

        List<DrawnOperation> operations(int call) {
            return StrongView.draw(config.augment(), Rng.of(1, "strong", 0, call)::uniform);
        }
    }

    private static ImasConfig settings(int workers, Object... keysAndValues) {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "data.workers", workers);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            ConfigYaml.set(layers, (String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return ConfigYaml.resolve(layers);
    }

    private final PointerScope trial = new PointerScope();
    private final ByteBuffer weakBytes = ByteBuffer.allocateDirect(BYTES);
    private final ByteBuffer strongBytes = ByteBuffer.allocateDirect(BYTES);
    private ImageTensors tensors;

    @Setup(Level.Trial)
    public void useOneThread() {
        Torch.load();
        torch.get_num_threads();
        torch.set_num_threads(1);
        tensors = new ImageTensors(new Compute("cpu", Precision.FP32, true));
    }

    @TearDown(Level.Trial)
    public void release() {
        trial.close();
    }

    @Benchmark
    public void sample(Pictures pictures) {
        int call = pictures.next();
        RgbImage weak = pictures.weakView((RgbImage) pictures.source.image(call % pictures.source.size()), call);
        weakBytes.put(0, weak.rgb());
        strongBytes.put(0, StrongView.apply(weak, pictures.operations(call)).rgb());
        normalize(weakBytes);
        normalize(strongBytes);
    }

    @Benchmark
    public RgbImage decode(Pictures pictures) {
        return (RgbImage) pictures.source.image(pictures.next() % pictures.source.size());
    }

    @Benchmark
    public RgbImage weakView(Pictures pictures) {
        int call = pictures.next();
        return pictures.weakView(pictures.decoded[call % pictures.decoded.length], call);
    }

    @Benchmark
    public RgbImage strongView(Pictures pictures) {
        int call = pictures.next();
        return StrongView.apply(pictures.weak[call % pictures.weak.length], pictures.operations(call));
    }

    @Benchmark
    public void copyBothViews(Pictures pictures) {
        byte[] rgb = pictures.weak[pictures.next() % pictures.weak.length].rgb();
        weakBytes.put(0, rgb);
        strongBytes.put(0, rgb);
    }

    @Benchmark
    public void normalizeBothViews() {
        normalize(weakBytes);
        normalize(strongBytes);
    }

    private void normalize(ByteBuffer bytes) {
        try (PointerScope call = new PointerScope()) {
            tensors.normalized(bytes, 1, SIDE, SIDE);
        }
    }

    /** One strong operation on weak views, by the loader and by tensor operations on one thread. */
    @State(org.openjdk.jmh.annotations.Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    @Warmup(iterations = 2, time = 2)
    @Measurement(iterations = 3, time = 2)
    @Fork(1)
    public static class Operations {
        @Param({
            "AUTOCONTRAST",
            "EQUALIZE",
            "INVERT",
            "BLUR",
            "CONTRAST",
            "BRIGHTNESS",
            "COLOR",
            "SHARPNESS",
            "POSTERIZE",
            "SOLARIZE",
            "HUE"
        })
        public StrongOperation operation;

        private final PointerScope trial = new PointerScope();
        private DeviceStrongView device;
        private Tensor bytes;

        @Setup(Level.Trial)
        public void allocate() {
            Torch.load();
            torch.get_num_threads();
            torch.set_num_threads(1);
            device = new DeviceStrongView(new Compute("cpu", Precision.FP32, true));
            bytes = torch.empty(new long[] {BYTES}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        }

        @TearDown(Level.Trial)
        public void release() {
            trial.close();
        }

        private List<DrawnOperation> drawn(int call) {
            return StrongView.draw(List.of(operation), Rng.of(1, "strong", 0, call)::uniform);
        }

        @Benchmark
        public RgbImage onBytes(Pictures pictures) {
            int call = pictures.next();
            return StrongView.apply(pictures.weak[call % pictures.weak.length], drawn(call));
        }

        @Benchmark
        public void onTensors(Pictures pictures) {
            int call = pictures.next();
            try (PointerScope scope = new PointerScope()) {
                new BytePointer(bytes.data_ptr()).put(pictures.weak[call % pictures.weak.length].rgb());
                device.apply(bytes, Collections.singletonList(drawn(call)), SIDE, SIDE);
            }
        }
    }

    /** Whole batches by the loader with its worker threads, without normalisation; counted in samples. */
    @State(org.openjdk.jmh.annotations.Scope.Benchmark)
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @Warmup(iterations = 3, time = 5)
    @Measurement(iterations = 5, time = 5)
    @Fork(1)
    public static class Workers {
        private static final int BATCH = 8;

        @Param({"1", "2"})
        public int workers;
        /** Whether the strong views are left to the device. */
        @Param({"false", "true"})
        public boolean device;

        private DataLoader loader;
        private Iterator<Batch> batches;
        private int epoch;

        @Setup(Level.Trial)
        public void start(Pictures pictures) {
            ImasConfig config = settings(workers, "training.batch_unlabeled", BATCH, "augment.device", device);
            loader = DataLoader.unlabeled(pictures.source, 10_000, config);
            batches = Collections.emptyIterator();
        }

        @TearDown(Level.Trial)
        public void close() {
            loader.close();
        }

        @Benchmark
        @OperationsPerInvocation(BATCH)
        public Batch samples() {
            if (!batches.hasNext()) {
                batches = loader.epoch(epoch++, 0);
            }
            return batches.next();
        }
    }
}
