package dev.imas.benchmarks;

import static dev.imas.device.TensorViews.of;

import dev.imas.kernels.Gamma;
import dev.imas.kernels.PseudoLabel;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;

/** Pseudo-labels, confidences and gamma of a batch (method 3.1, 3.2 and 4) from the logits of both networks. */
public class PseudoLabelBenchmark extends LogitsBenchmark {
    private static final double THRESHOLD = 0.95;
    /** Float32 sums of 21 exponentials by different approximations, and the differences that this makes to shares. */
    private static final double TOLERANCE = 1e-5;
    /** A pixel on the edge of the threshold or of two classes may fall to the other side: as many in a million. */
    private static final double DOUBTFUL = 2e-5;

    private Tensor labels;
    private Tensor confidence;
    private Tensor counts;
    private Tensor parts;
    private Tensor pairing;
    private Tensor mean;

    /** What the composition gives: [B,1,H,W] labels (int64) and confidences, [B] gamma. */
    private Tensor classes;

    private Tensor probabilities;
    private Tensor gammas;

    /** One image's prediction by one network, [1,H,W]. */
    private record Prediction(Tensor classes, Tensor probabilities) {}

    @Override
    void prepare() {
        labels = perPixel(ScalarType.Byte);
        confidence = perPixel(ScalarType.Float);
        counts = allocate(ScalarType.Int, size.images, 1, 1, 3L * size.classes + 2);
        parts = allocate(ScalarType.Float, size.images, 1, 1, 5);
        pairing = allocate(ScalarType.Int, size.images, 1, 1, 1);
        mean = allocate(ScalarType.Float, 1, 1, 1, 1);
        classes = perPixel(ScalarType.Long);
        probabilities = perPixel(ScalarType.Float);
        gammas = allocate(ScalarType.Float, size.images);
    }

    @Override
    void compare() {
        kernel();
        composition();
        requireNear("confidences", confidence, probabilities, TOLERANCE);
        requireNear(
                "shares of labels that differ",
                labels.ne(classes).to(ScalarType.Float).mean(),
                torch.zeros(1),
                DOUBTFUL);
        requireNear("gammas", parts.select(3, 4).reshape(-1), gammas, DOUBTFUL);
    }

    @Override
    long workspaceBytes() {
        return pseudoLabel().workspaceBytes(kernels);
    }

    @Benchmark
    public void kernel() {
        measured(() -> {
            run(pseudoLabel());
            long pixels = (long) size.full * size.full;
            run(new Gamma(of(counts), pixels, Gamma.Rule.PUBLISHED, of(parts), of(pairing), of(mean)));
        });
    }

    private PseudoLabel pseudoLabel() {
        return new PseudoLabel(of(student), of(teacher), (float) THRESHOLD, of(labels), of(confidence), of(counts));
    }

    @Benchmark
    public void composition() {
        measured(this::compose);
    }

    private void compose() {
        try (PointerScope call = new PointerScope()) {
            Tensor lowS = Composition.low(student);
            Tensor lowT = Composition.low(teacher);
            for (int b = 0; b < size.images; b++) {
                try (PointerScope image = new PointerScope()) {
                    Prediction s = predict(lowS, b);
                    Prediction t = predict(lowT, b);
                    classes.select(0, b).copy_(t.classes);
                    probabilities.select(0, b).copy_(t.probabilities);
                    gammas.select(0, b).copy_(gamma(s, t));
                }
            }
        }
    }

    private Prediction predict(Tensor low, int image) {
        Tensor x = composition.enlarge(low, image);
        T_TensorTensor_T largest = x.max(3, true);
        Tensor sum = x.sub_(largest.get0()).exp_().sum(3);
        return new Prediction(largest.get1().squeeze(3), sum.reciprocal_());
    }

    private Tensor gamma(Prediction s, Prediction t) {
        Tensor countS = count(s.classes);
        Tensor countT = count(t.classes);
        // Pixels of agreement count for their class, the others for one class more, which is dropped.
        Tensor both = count(torch.where(s.classes.eq(t.classes), t.classes, new Scalar(size.classes)));
        Tensor iou = both.div(countS.add(countT).sub(both).clamp_min(new Scalar(1)));
        return weightedIou(iou, countS)
                .mul(confidentShare(s))
                .add(weightedIou(iou, countT).mul(confidentShare(t)))
                .mul(new Scalar(0.5));
    }

    private Tensor count(Tensor classes) {
        return torch.bincount(classes.view(-1), new TensorOptional(), size.classes + 1L)
                .narrow(0, 0, size.classes)
                .to(ScalarType.Float);
    }

    private Tensor confidentShare(Prediction prediction) {
        return prediction
                .probabilities
                .ge(new Scalar(THRESHOLD))
                .sum()
                .to(ScalarType.Float)
                .div(new Scalar((double) size.full * size.full));
    }

    /** Without the background, class 0. */
    private Tensor weightedIou(Tensor iou, Tensor counts) {
        Tensor weight = counts.narrow(0, 1, size.classes - 1L);
        return iou.narrow(0, 1, size.classes - 1L)
                .mul(weight)
                .sum()
                .div(weight.sum().clamp_min(new Scalar(1)));
    }
}
