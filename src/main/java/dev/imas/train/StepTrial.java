package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.device.Compute;
import dev.imas.device.Gpu;
import dev.imas.device.OutOfMemory;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.plan.StepClock;
import dev.imas.plan.StepCost;
import dev.imas.predict.WholePatches;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepAssembly;
import dev.imas.semi.StepInput;
import dev.imas.semi.StepResult;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Times a few real steps of a configuration: whole steps of student and teacher on made-up pictures, with networks
 * that are thrown away afterwards. Nothing of a later run depends on it.
 */
public final class StepTrial implements StepClock {
    /** Steps after the first, which alone pays for warming up; the fastest counts. */
    private static final int TIMED = 2;
    /** A first step that takes so long is not repeated. */
    private static final double LONG_SECONDS = 10;
    /** About the side of the picture that an evaluation is timed on. */
    private static final int EVALUATED = 256;

    private final LongSupplier nanoTime;

    /** @param nanoTime the time, as System.nanoTime gives it */
    public StepTrial(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<StepCost> measure(ImasConfig asked) {
        // Weights that follow the masks cost what any weights cost.
        ImasConfig config = asked.supervised().classWeights() == null
                ? asked.withSupervised(asked.supervised().withClassWeights(List.of()))
                : asked;
        Torch.load();
        torch.get_num_threads(); // libtorch decides its threads on the first question, as the trainer asks it
        Compute compute =
                Compute.of(config.device(), config.precision(), config.network().backbone());
        if (compute.cuda()) {
            Gpu.resetPeak(compute.deviceIndex());
        }
        try (PointerScope scope = new PointerScope();
                StepAssembly assembly = StepAssembly.create(config, compute, student -> {})) {
            compute.fixedShapes(true);
            return Optional.of(cost(config, compute, assembly));
        } catch (RuntimeException e) {
            if (OutOfMemory.advice(e).isPresent()) {
                return Optional.empty();
            }
            throw e;
        } finally {
            compute.fixedShapes(false);
        }
    }

    private StepCost cost(ImasConfig config, Compute compute, StepAssembly assembly) {
        assembly.teacher().mirrorsStudent(false); // a teacher of its own is what most steps have
        int height = config.augment().crop().get(0);
        int width = config.augment().crop().get(1);
        int l = config.training().batchLabeled();
        int u = config.training().batchUnlabeled();
        int channels = config.data().channels().count();
        Tensor images = images(compute, l, channels, height, width);
        Tensor labels = labels(compute, config.data().classes(), l, height, width);
        StepInput supervised = new StepInput.Supervised(images, labels);
        double alone = seconds(() -> step(config, assembly, supervised));
        double both = alone;
        if (config.method() != Method.SUPERVISED) {
            Tensor weak = images(compute, u, channels, height, width);
            Tensor strong = images(compute, u * config.method().strongViews(), channels, height, width);
            StepInput all = new StepInput.SemiSupervised(images, labels, weak, strong);
            both = seconds(() -> step(config, assembly, all));
        }
        int side = (int) WholePatches.rounded(EVALUATED, assembly.student().sideMultiple());
        Tensor picture = images(compute, 1, channels, side, side);
        double evaluated = seconds(() -> evaluation(compute, assembly.student(), picture));
        long bytes = compute.cuda() ? Gpu.peakBytes(compute.deviceIndex()) : ProcessMemory.resident();
        return new StepCost(alone, both, evaluated / (side * side), bytes);
    }

    /** Seconds of a piece of work that ends with a number from the device. */
    private double seconds(Runnable work) {
        double first = timed(work);
        return first > LONG_SECONDS
                ? first
                : Arrays.stream(new double[TIMED])
                        .map(nothing -> timed(work))
                        .min()
                        .orElse(first);
    }

    private double timed(Runnable work) {
        long start = nanoTime.getAsLong();
        try (PointerScope scope = new PointerScope()) {
            work.run();
        }
        return (nanoTime.getAsLong() - start) / 1e9;
    }

    private static double step(ImasConfig config, StepAssembly assembly, StepInput input) {
        StepResult result = assembly.step().run(input, SeededDraws.of(config, 0), 0, 0.99);
        Tensor loss = result instanceof StepResult.SemiSupervised both
                ? both.lossSup()
                : ((StepResult.Supervised) result).lossSup();
        return loss.item_double();
    }

    private static double evaluation(Compute compute, SegmentationNetwork network, Tensor picture) {
        return Torch.withoutGradient(() -> compute.forward(false, () -> network.forward(picture, false))
                        .logits())
                .sum(new ScalarTypeOptional())
                .item_double();
    }

    /** f32 [n,channels,height,width] within about two standard deviations, stored channels_last as pictures are. */
    private static Tensor images(Compute compute, int n, int channels, int height, int width) {
        long values = (long) channels * n * height * width;
        return torch.linspace(new Scalar(-200.0), new Scalar(200.0), values)
                .sin()
                .view(n, height, width, channels)
                .permute(0, 3, 1, 2)
                .to(compute.torchDevice(), ScalarType.Float);
    }

    /** u8 [n,1,height,width]: all classes in stripes. */
    private static Tensor labels(Compute compute, int classes, int n, int height, int width) {
        Tensor rows = torch.arange(new Scalar((long) n * height * width), new TensorOptions(ScalarType.Long));
        return rows.remainder(new Scalar(classes)).view(n, 1, height, width).to(compute.torchDevice(), ScalarType.Byte);
    }
}
