package dev.imas.benchmarks;

import static dev.imas.device.TensorViews.of;

import dev.imas.kernels.Gradient;
import dev.imas.kernels.SupervisedLoss;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Supervised loss (method 3.6) and its gradient at the low-resolution logits. The truth is the teacher's prediction and
 * disagrees with the logits of the student nearly everywhere, so that nearly all pixels are hard ones; one pixel in 50
 * is ignored, here and there, so that no region can be skipped.
 */
public class SupervisedLossBenchmark extends LogitsBenchmark {
    /**
     * What is computed: OHEM finds enough pixels below the threshold, {@code OHEM_SELECT} has to select the hardest
     * ones.
     */
    public enum Kind {
        CE(SupervisedLoss.Kind.CE, 0),
        OHEM(SupervisedLoss.Kind.OHEM, 0.7),
        OHEM_SELECT(SupervisedLoss.Kind.OHEM, 0);

        final SupervisedLoss.Kind loss;
        final double hard;

        Kind(SupervisedLoss.Kind loss, double hard) {
            this.loss = loss;
            this.hard = hard;
        }
    }

    private static final long AT_LEAST = 100_000;
    /** Of the largest gradient, for float32 sums in another order. */
    private static final double TOLERANCE = 1e-5;
    /**
     * So many pixels may have the limit's probability but for rounding, and be hard on one side only. Each adds or
     * takes its share of one loss, at the four logits of each class that it was enlarged from.
     */
    private static final long DOUBTFUL = 2;

    private static final int PLACES = 4;

    @Param({"CE", "OHEM", "OHEM_SELECT"})
    public Kind kind;

    private Tensor labels;
    private Tensor loss;
    private Tensor kept;
    private Tensor gradient;
    /** The same labels for libtorch. */
    private Tensor indices;
    /** [1,H,W,1] of -1. */
    private Tensor minusOne;

    private Tensor composedLoss;
    private Tensor composedGradient;

    @Override
    void prepare() {
        labels = truth();
        indices = indices(labels);
        minusOne = onDevice(torch.ones(1, size.full, size.full, 1).neg());
        loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        kept = allocate(ScalarType.Long, 1, 1, 1, 1);
        gradient = likeLogits();
        composedLoss = allocate(ScalarType.Float, 1);
        composedGradient = likeLogits();
    }

    @Override
    void compare() {
        kernel();
        composition();
        long tolerated = kind == Kind.CE ? 0 : DOUBTFUL;
        double share = (double) tolerated / kept.item_long();
        requireNear("losses", loss.view(-1), composedLoss, (TOLERANCE + share) * loss.item_double());
        double rounding = (type == Type.F32 ? TOLERANCE : BF16_STEP) + share;
        double tolerance = composedGradient.abs().max().item_double() * rounding;
        requireNear(
                "gradients",
                gradient,
                composedGradient,
                tolerance,
                tolerated * PLACES * size.classes,
                tolerance + share);
        if (kind != Kind.CE) {
            countDoubtful(tolerance);
        }
    }

    /** Neither side gives its selection, but how many pixels it has, and gradients that differ where a pixel does. */
    private void countDoubtful(double tolerance) {
        long places = difference(gradient, composedGradient)
                .gt(new Scalar(tolerance))
                .any(1)
                .sum()
                .item_long();
        long doubtful = fewest(places, kept.item_long() - composedKept());
        Comparison.doubtful(doubtful);
        if (doubtful > DOUBTFUL) {
            throw Comparison.disagreement("selections of kernel and composition differ in " + doubtful + " pixels");
        }
    }

    /**
     * The fewest pixels that explain the differences of two selections: each changes the gradient at up to four places,
     * and the number of pixels by one, up or down.
     */
    static long fewest(long places, long more) {
        long pixels = Math.max(Math.abs(more), (places + PLACES - 1) / PLACES);
        return pixels + Math.floorMod(pixels - more, 2);
    }

    @Override
    long workspaceBytes() {
        return operation().workspaceBytes(kernels);
    }

    @Benchmark
    public void kernel() {
        measured(() -> run(operation()));
    }

    private SupervisedLoss operation() {
        return new SupervisedLoss(
                of(student),
                of(labels),
                kind.loss,
                (float) kind.hard,
                AT_LEAST,
                of(loss),
                of(kept),
                new Gradient(of(gradient), 1));
    }

    @Benchmark
    public void composition() {
        measured(this::compose);
    }

    private void compose() {
        try (PointerScope call = new PointerScope()) {
            if (kind == Kind.CE) {
                composeCrossEntropy();
            } else {
                composeHardExamples();
            }
        }
    }

    private void composeCrossEntropy() {
        Tensor low = Composition.low(student);
        Tensor share = indices.ne(new Scalar(IGNORED)).sum().reciprocal();
        composedLoss.zero_();
        for (int b = 0; b < size.images; b++) {
            try (PointerScope image = new PointerScope()) {
                Tensor p = composition.softmax(low, b, 0);
                Tensor ignored = indices.narrow(0, b, 1).eq(new Scalar(IGNORED));
                Tensor known = indices.narrow(0, b, 1).masked_fill(ignored, new Scalar(0));
                finish(p, known, p.gather(3, known), ignored.logical_not().mul(share), b);
            }
        }
    }

    /** The limit needs the probabilities of all images, which are kept rather than computed twice. */
    private void composeHardExamples() {
        Tensor p = probabilities();
        Tensor ignored = indices.eq(new Scalar(IGNORED));
        Tensor known = indices.masked_fill(ignored, new Scalar(0));
        Tensor truth = p.gather(3, known);
        Tensor hard = hard(truth, ignored);
        Tensor factor = hard.div(hard.sum());
        composedLoss.zero_();
        for (int b = 0; b < size.images; b++) {
            try (PointerScope image = new PointerScope()) {
                finish(p.narrow(0, b, 1), known.narrow(0, b, 1), truth.narrow(0, b, 1), factor.narrow(0, b, 1), b);
            }
        }
    }

    /** Of all images, [B,H,W,C]. */
    private Tensor probabilities() {
        Tensor low = Composition.low(student);
        for (int b = 0; b < size.images; b++) {
            composition.softmax(low, b, b);
        }
        return composition.probabilities();
    }

    /** The pixels that count, by the probabilities of the true classes. */
    private Tensor hard(Tensor truth, Tensor ignored) {
        Tensor ranked = truth.masked_fill(ignored, new Scalar(1));
        Tensor hard = ranked.le(new Scalar(kind.hard));
        if (hard.sum().item_long() < AT_LEAST) {
            hard = ranked.le(torch.topk(ranked.view(-1), AT_LEAST, -1, false, false)
                    .get0()
                    .max());
        }
        return hard.logical_and_(ignored.logical_not());
    }

    /** How many pixels count; for the comparison, so that the composition need not keep it. */
    private long composedKept() {
        Tensor ignored = indices.eq(new Scalar(IGNORED));
        Tensor known = indices.masked_fill(ignored, new Scalar(0));
        return hard(probabilities().gather(3, known), ignored).sum().item_long();
    }

    /** Loss and gradient of one image from its probabilities: softmax minus one-hot, times the factor. */
    private void finish(Tensor p, Tensor known, Tensor truth, Tensor factor, int image) {
        composedLoss.sub_(truth.log_().mul_(factor).sum());
        composition.enlargeBackward(p.scatter_add_(3, known, minusOne).mul_(factor), composedGradient, image);
    }
}
