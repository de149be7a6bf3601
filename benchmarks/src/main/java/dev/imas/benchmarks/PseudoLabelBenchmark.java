package dev.imas.benchmarks;

import dev.imas.kernels.Kernels;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
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

    /** What the composition gives: [B,H,W] labels (int64) and confidences, [B] gamma. */
    private record Result(Tensor labels, Tensor confidence, Tensor gamma) {
    }

    private record Prediction(Tensor labels, Tensor confidence) {
    }

    @Override
    void prepare() {
        labels = perPixel(ScalarType.Byte);
        confidence = perPixel(ScalarType.Float);
        counts = allocate(ScalarType.Int, size.images, 1, 1, 3L * size.classes + 2);
        parts = allocate(ScalarType.Float, size.images, 1, 1, 5);
        pairing = allocate(ScalarType.Int, size.images, 1, 1, 1);
        mean = allocate(ScalarType.Float, 1, 1, 1, 1);
        try (PointerScope call = new PointerScope()) {
            allocateWorkspace();
            kernel();
            releaseWorkspace();
            Result result = compose();
            requireNear("confidences", confidence.squeeze(1), result.confidence, TOLERANCE);
            requireNear("shares of labels that differ", labels.squeeze(1).ne(result.labels).to(ScalarType.Float).mean(), torch.zeros(1), DOUBTFUL);
            requireNear("gammas", parts.select(3, 4).reshape(-1), result.gamma, DOUBTFUL);
        }
    }

    @Override
    long workspaceBytes() {
        return kernels.pseudoLabelWorkspace(view(student), view(labels));
    }

    @Benchmark
    public void kernel() {
        kernels.pseudoLabel(view(student), view(teacher), (float) THRESHOLD, view(labels), view(confidence), view(counts), workspace(), workspaceBytes());
        kernels.gamma(view(counts), (long) size.full * size.full, Kernels.GammaVersion.V1, true, true, view(parts), view(pairing), view(mean));
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            compose();
        }
    }

    private Result compose() {
        Prediction s = predict(student);
        Prediction t = predict(teacher);
        Tensor countS = countByImage(s.labels);
        Tensor countT = countByImage(t.labels);
        // Pixels of agreement count for their class, the others for one class more, which is dropped.
        Tensor agreed = torch.where(s.labels.eq(t.labels), t.labels, new Scalar(size.classes));
        Tensor both = countByImage(agreed);
        Tensor iou = both.div(countS.add(countT).sub(both).clamp_min(new Scalar(1)));
        Tensor shareS = confidentShare(s.confidence);
        Tensor shareT = confidentShare(t.confidence);
        Tensor gamma = weightedIou(iou, countS).mul(shareS).add(weightedIou(iou, countT).mul(shareT)).mul(new Scalar(0.5));
        return new Result(t.labels, t.confidence, gamma);
    }

    private Prediction predict(Tensor logits) {
        Tensor probabilities = Composition.probabilities(logits, size.full);
        T_TensorTensor_T largest = probabilities.max(3, false);
        probabilities.close(); // the largest tensor here; not to be kept until the call ends
        return new Prediction(largest.get1(), largest.get0());
    }

    /** [B,H,W] class indices up to C to [B,C] counts as float32. */
    private Tensor countByImage(Tensor classes) {
        long bins = size.classes + 1L;
        Tensor images = torch.arange(new Scalar(size.images)).mul(new Scalar(bins)).view(-1, 1, 1);
        return torch.bincount(classes.add(images).view(-1), new TensorOptional(), size.images * bins).view(size.images, bins).narrow(1, 0, size.classes).to(ScalarType.Float);
    }

    private Tensor confidentShare(Tensor confidences) {
        return confidences.ge(new Scalar(THRESHOLD)).sum(new long[] {1, 2}, false, new ScalarTypeOptional()).to(ScalarType.Float).div(new Scalar((double) size.full * size.full));
    }

    /** Without the background, class 0. */
    private Tensor weightedIou(Tensor iou, Tensor counts) {
        Tensor weight = counts.narrow(1, 1, size.classes - 1L);
        return iou.narrow(1, 1, size.classes - 1L).mul(weight).sum(1).div(weight.sum(1).clamp_min(new Scalar(1)));
    }
}
