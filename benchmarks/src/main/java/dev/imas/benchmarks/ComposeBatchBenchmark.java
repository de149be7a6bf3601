package dev.imas.benchmarks;

import static dev.imas.device.TensorViews.of;

import dev.imas.kernels.ComposeBatch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * The student's batch (method 3.3 to 3.5): labelled | weak | cutmix | strong, and the mixed labels and confidences. The
 * loader's images are float32, NCHW on the CPU; on a GPU they have the batch's layout, as training makes them there.
 * The batch has the type and layout that the network trains with.
 */
public class ComposeBatchBenchmark extends KernelBenchmark {
    @Param({"VOC", "CITYSCAPES"})
    public ProblemSize size;

    @Param({"F32", "BF16"})
    public LogitsBenchmark.Type type;

    @Param({"NCHW", "NHWC"})
    public Layout layout;

    private Tensor labeled;
    private Tensor weak;
    private Tensor strong;
    private Tensor gamma;
    private Tensor pairing;
    private Tensor boxes;
    private Tensor labels;
    private Tensor confidence;
    private Tensor batch;
    private Tensor mixedLabels;
    private Tensor mixedConfidence;
    private int top;
    private int left;
    private int side;

    @Setup(Level.Trial)
    public void setUp() {
        openThen(this::inputs);
    }

    private void inputs() {
        long b = size.images;
        labeled = images();
        weak = images();
        strong = images();
        gamma = onDevice(torch.rand(b, 1, 1, 1));
        labels = onDevice(torch.rand(b, 1, size.full, size.full)
                .mul_(new Scalar(size.classes))
                .to(ScalarType.Byte));
        confidence = onDevice(torch.rand(b, 1, size.full, size.full));
        batch = inFormat(allocate(type.torch, 4 * b, 3, size.full, size.full), layout);
        mixedLabels = allocate(ScalarType.Byte, b, 1, size.full, size.full);
        mixedConfidence = allocate(ScalarType.Float, b, 1, size.full, size.full);
        top = size.full / 5;
        left = size.full / 4;
        side = size.full / 2;
        Tensor partners = torch.zeros(new long[] {b, 1, 1, 1}, new TensorOptions(ScalarType.Int));
        Tensor corners = torch.zeros(new long[] {b, 1, 1, 4}, new TensorOptions(ScalarType.Int));
        for (int k = 0; k < b; k++) {
            partners.data_ptr_int().put(k, partner(k));
            corners.data_ptr_int().position(4L * k).put(new int[] {top, left, top + side, left + side}, 0, 4);
        }
        pairing = onDevice(partners);
        boxes = onDevice(corners);
        kernel();
        try (PointerScope call = new PointerScope()) {
            Tensor byKernel = batch.clone();
            Tensor labelsByKernel = mixedLabels.clone();
            Tensor confidenceByKernel = mixedConfidence.clone();
            compose();
            // Copies agree to the last bit; the blend of numbers below 1 may be rounded otherwise.
            requireNear(
                    "batches", byKernel, batch, type == LogitsBenchmark.Type.F32 ? 2.4e-7 : LogitsBenchmark.BF16_STEP);
            requireNear("mixed labels", labelsByKernel, mixedLabels, 0);
            requireNear("mixed confidences", confidenceByKernel, mixedConfidence, 0);
        }
    }

    private Tensor images() {
        Tensor images = torch.rand(size.images, 3, size.full, size.full);
        return onDevice(onGpu() ? inFormat(images, layout) : images);
    }

    private int partner(int image) {
        return size.images - 1 - image;
    }

    @Override
    long workspaceBytes() {
        return 0;
    }

    @Benchmark
    public void kernel() {
        measured(() -> run(ComposeBatch.ofStrong(of(weak), of(strong), of(batch))
                .withLabeled(of(labeled))
                .withGamma(of(gamma))
                .withWeak()
                .withCutMix(new ComposeBatch.CutMix(
                        of(pairing), of(boxes), of(labels), of(confidence), of(mixedLabels), of(mixedConfidence)))));
    }

    @Benchmark
    public void composition() {
        measured(() -> {
            try (PointerScope call = new PointerScope()) {
                compose();
            }
        });
    }

    /** The host knows pairing and boxes here, so that libtorch copies rectangles instead of indexing. */
    private void compose() {
        long b = size.images;
        batch.narrow(0, 0, b).copy_(labeled);
        batch.narrow(0, b, b).copy_(weak);
        mix(weak, batch.narrow(0, 2 * b, b));
        Tensor strongPart = batch.narrow(0, 3 * b, b);
        if (type == LogitsBenchmark.Type.F32) {
            torch.lerp_out(strongPart, weak, strong, gamma);
        } else {
            strongPart.copy_(torch.lerp(weak, strong, gamma));
        }
        mix(labels, mixedLabels);
        mix(confidence, mixedConfidence);
    }

    private void mix(Tensor from, Tensor to) {
        to.copy_(from);
        for (int k = 0; k < size.images; k++) {
            box(to, k).copy_(box(from, partner(k)));
        }
    }

    private Tensor box(Tensor images, int image) {
        return images.select(0, image).narrow(1, top, side).narrow(2, left, side);
    }
}
