package dev.imas.verify;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.verify.groups.Groups;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A look at one device in some seconds: whether the kernels and a pass of the small network, forward and backward,
 * compute there what they should. {@link GoldenSuite} looks closer.
 */
public final class SelfTest {
    /**
     * @param part         what was tried
     * @param milliseconds what it took, start-up left out
     * @param detail       what was compared and how it came out
     */
    public record Result(String part, boolean passed, double milliseconds, String detail) {}

    private static final int CLASSES = 7;
    private static final long[] IMAGES = {4, 3, 96, 96};
    /** Float32 against float64, ||found - reference|| / ||reference||. Single ReLUs switch within rounding. */
    private static final double LOGITS = 1e-4;

    private static final double GRADIENT = 1e-3;

    private SelfTest() {}

    /**
     * The kernels against recorded numbers of the published implementation. Needs no libtorch on the CPU.
     *
     * @param device {@code cpu} or {@code cuda:i}
     */
    public static Result kernels(String device) {
        ArrayKernels kernels = ArrayKernels.at(Place.of(device));
        GoldenData data = GoldenData.builtIn();
        Groups.withoutLibtorch(kernels).forEach(group -> GroupRunner.run(group, data, check -> {})); // start-up
        List<Check> checks = new ArrayList<>();
        long start = System.nanoTime();
        Groups.withoutLibtorch(kernels).forEach(group -> GroupRunner.run(group, data, checks::add));
        double milliseconds = (System.nanoTime() - start) / 1e6;
        List<Check> failed = checks.stream().filter(check -> !check.passed()).toList();
        String detail = failed.isEmpty()
                ? checks.size() + " comparisons with recorded numbers"
                : failed.size() + " of " + checks.size() + " comparisons failed, first "
                        + failed.get(0).group() + " " + failed.get(0).name()
                        + (failed.get(0).note().isEmpty()
                                ? ""
                                : ": " + failed.get(0).note());
        return new Result("kernels", failed.isEmpty(), milliseconds, detail);
    }

    /** The small network in float32 against itself in float64 on the CPU. */
    public static Result network(String device) {
        Torch.load();
        Place place = Place.of(device);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork exact = network();
                SegmentationNetwork found = network()) {
            Torch.withoutGradient(() -> exact.parameters().values().forEach(SelfTest::widen));
            Torch.withoutGradient(() ->
                    exact.buffers().values().stream().filter(b -> b.dim() > 0).forEach(SelfTest::widen));
            found.to(place.compute().torchDevice());
            Tensor images = Tensors.of(
                    new Filler("")
                            .image("self-test", (int) IMAGES[0], (int) IMAGES[1], (int) IMAGES[2], (int) IMAGES[3]),
                    IMAGES);
            Tensor here = place.here(images);
            Tensor reference = pass(exact, images.to(ScalarType.Double));
            pass(found, here); // start-up
            clear(found.parameters());
            long start = System.nanoTime();
            Tensor logits = pass(found, here).cpu();
            Tensor gradient = gradient(found).cpu(); // waits for the device
            double milliseconds = (System.nanoTime() - start) / 1e6;
            double logitsError = relative(logits, reference);
            double gradientError = relative(gradient, gradient(exact));
            return new Result(
                    "network",
                    logitsError <= LOGITS && gradientError <= GRADIENT,
                    milliseconds,
                    String.format(
                            Locale.ROOT,
                            "one pass forward and back; relative error of the logits %.1e (at most "
                                    + "%.0e), of the gradient %.1e (at most %.0e)",
                            logitsError,
                            LOGITS,
                            gradientError,
                            GRADIENT));
        }
    }

    private static SegmentationNetwork network() {
        ImasConfig.Network settings = ConfigYaml.defaults().network().with(network -> network.backbone(Backbone.TINY)
                .aspp(List.of(1, 2, 3))
                .multiGrid(false));
        return SegmentationNetwork.create(settings, CLASSES, 1);
    }

    private static void widen(Tensor t) {
        try (PointerScope scope = new PointerScope()) {
            t.set_data(t.to(ScalarType.Double));
        }
    }

    private static Tensor pass(SegmentationNetwork network, Tensor images) {
        Tensor logits = network.forward(images, true).logits();
        logits.pow(new Scalar(2)).mean().backward();
        return logits.detach();
    }

    private static void clear(Map<String, Tensor> parameters) {
        parameters.values().forEach(p -> p.mutable_grad().put(new Tensor()));
    }

    private static Tensor gradient(SegmentationNetwork network) {
        TensorVector flat = new TensorVector();
        network.parameters().values().forEach(p -> flat.push_back(p.grad().reshape(-1)));
        return torch.cat(flat, 0);
    }

    private static double relative(Tensor found, Tensor reference) {
        Tensor wide = found.to(ScalarType.Double);
        return wide.sub(reference).norm().item_double() / reference.norm().item_double();
    }
}
