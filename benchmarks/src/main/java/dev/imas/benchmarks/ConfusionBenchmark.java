package dev.imas.benchmarks;

import static dev.imas.device.TensorViews.of;

import dev.imas.kernels.Confusion;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;

/** The counts behind mIoU (method 5): prediction against truth, one pixel in 50 ignored. */
public class ConfusionBenchmark extends LogitsBenchmark {
    /** Pixels on the edge of two classes may fall to the other side: as many in a million. */
    private static final double DOUBTFUL = 2e-5;

    private Tensor truth;
    private Tensor counts;
    /** The same truth for libtorch. */
    private Tensor indices;
    /** [3,C] */
    private Tensor composedCounts;

    @Override
    void prepare() {
        truth = truth();
        indices = indices(truth);
        counts = allocate(ScalarType.Long, 1, 1, 3, size.classes);
        composedCounts = allocate(ScalarType.Long, 3, size.classes);
    }

    @Override
    void compare() {
        counts.zero_();
        composedCounts.zero_();
        kernel();
        composition();
        requireNear("counts", counts.view(3, size.classes), composedCounts, DOUBTFUL * size.pixels());
    }

    @Override
    long workspaceBytes() {
        return operation().workspaceBytes(kernels);
    }

    @Benchmark
    public void kernel() {
        measured(() -> run(operation()));
    }

    private Confusion operation() {
        return new Confusion(of(student), of(truth), of(counts));
    }

    /**
     * Intersection, predicted and true area from one histogram of pairs; ignored pixels fall into a bin of their own.
     */
    @Benchmark
    public void composition() {
        measured(this::compose);
    }

    private void compose() {
        long c = size.classes;
        try (PointerScope call = new PointerScope()) {
            Tensor low = Composition.low(student);
            for (int b = 0; b < size.images; b++) {
                try (PointerScope image = new PointerScope()) {
                    Tensor predicted = composition.enlarge(low, b).max(3, true).get1();
                    Tensor pair = predicted
                            .add_(indices.narrow(0, b, 1), new Scalar(c))
                            .clamp_max_(new Scalar(c * c));
                    Tensor pairs = torch.bincount(pair.view(-1), new TensorOptional(), c * c + 1)
                            .narrow(0, 0, c * c)
                            .view(c, c);
                    composedCounts.add_(torch.stack(new TensorVector(pairs.diagonal(), pairs.sum(0), pairs.sum(1))));
                }
            }
        }
    }
}
