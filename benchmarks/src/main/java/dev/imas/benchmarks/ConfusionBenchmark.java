package dev.imas.benchmarks;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;

/** The counts behind mIoU (method 5): prediction against truth, one pixel in 50 ignored. */
public class ConfusionBenchmark extends LogitsBenchmark {
    private static final int IGNORED = 255;
    /** Pixels on the edge of two classes may fall to the other side: as many in a million. */
    private static final double DOUBTFUL = 2e-5;

    private Tensor truth;
    private Tensor counts;
    /** The same truth for libtorch: [B,H,W] int64. */
    private Tensor indices;

    @Override
    void prepare() {
        try (PointerScope making = new PointerScope()) {
            Tensor classes = Composition.enlarge(teacher, size.full).argmax(new LongOptional(3), false);
            indices = classes.masked_fill(torch.rand(size.images, size.full, size.full).lt(new Scalar(0.02)), new Scalar(IGNORED));
            truth = indices.to(ScalarType.Byte).unsqueeze(1);
            indices.retainReference();
            truth.retainReference();
        }
        counts = allocate(ScalarType.Long, 1, 1, 3, size.classes);
        try (PointerScope call = new PointerScope()) {
            allocateWorkspace();
            counts.zero_();
            kernel();
            releaseWorkspace();
            requireNear("counts", counts.view(3, size.classes), compose(), DOUBTFUL * size.pixels());
        }
    }

    @Override
    long workspaceBytes() {
        return kernels.confusionWorkspace(view(student), view(truth));
    }

    @Benchmark
    public void kernel() {
        kernels.confusion(view(student), view(truth), view(counts), workspace(), workspaceBytes());
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            compose();
        }
    }

    /** [3,C]: intersection, predicted and true area, from one histogram of pairs; ignored pixels fall into a bin of their own. */
    private Tensor compose() {
        long c = size.classes;
        Tensor predicted = Composition.enlarge(student, size.full).argmax(new LongOptional(3), false);
        Tensor pair = predicted.add_(indices, new Scalar(c)).clamp_max_(new Scalar(c * c));
        Tensor pairs = torch.bincount(pair.view(-1), new TensorOptional(), c * c + 1).narrow(0, 0, c * c).view(c, c);
        return torch.stack(new TensorVector(pairs.diagonal(), pairs.sum(0), pairs.sum(1)));
    }
}
