package dev.imas.benchmarks;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A kernel on the logits of student and teacher: smooth regions of classes with noise, as a network gives them. */
public abstract class LogitsBenchmark extends KernelBenchmark {
    /** Element type of the logits. */
    public enum Type {
        F32(ScalarType.Float),
        BF16(ScalarType.BFloat16);

        final ScalarType torch;

        Type(ScalarType torch) {
            this.torch = torch;
        }
    }

    static final int IGNORED = 255;
    /** From one bf16 number to the next, relative: results that round to either side of a middle differ by so much. */
    static final double BF16_STEP = 0x1p-7;

    private static final double SPREAD = 6;

    @Param({"VOC", "CITYSCAPES"})
    public ProblemSize size;

    @Param({"F32", "BF16"})
    public Type type;

    @Param({"NCHW", "NHWC"})
    public Layout layout;

    /** [B,C,h,w] */
    Tensor student;
    /** [B,C,h,w] */
    Tensor teacher;

    /**
     * Allocated an iteration like the kernel's workspace, and for the same reason; takes no memory until it is used.
     */
    Composition composition;

    @Setup(Level.Iteration)
    public void allocateComposition() {
        composition = new Composition(size, this);
    }

    @TearDown(Level.Iteration)
    public void releaseComposition() {
        composition.close();
    }

    @Setup(Level.Trial)
    public void setUp() {
        openThen(this::logitsAndRest);
    }

    private void logitsAndRest() {
        torch.manual_seed(1); // so that a trial's pixels do not depend on the trials before it
        student = logits(new SplittableRandom(1));
        teacher = logits(new SplittableRandom(2));
        prepare();
        allocateWorkspace();
        allocateComposition();
        try (PointerScope call = new PointerScope()) {
            if (!DeviceClock.REHEARSAL) { // there a composition may fail, and the kernel is to be timed
                compare();
            }
        }
        releaseComposition();
        releaseWorkspace();
    }

    /** Makes the other inputs and the outputs. */
    abstract void prepare();

    /** Refuses to go on if kernel and composition disagree. */
    abstract void compare();

    private Tensor logits(SplittableRandom random) {
        float[] values = new float[size.images * size.classes * size.low * size.low];
        double slopeY = random.nextDouble(0.03, 0.08);
        double slopeX = random.nextDouble(0.03, 0.08);
        int at = 0;
        for (int b = 0; b < size.images; b++) {
            for (int c = 0; c < size.classes; c++) {
                for (int y = 0; y < size.low; y++) {
                    for (int x = 0; x < size.low; x++) {
                        values[at++] = (float)
                                (SPREAD * Math.sin(slopeY * y + slopeX * x + 2.4 * c + b) + random.nextDouble(-1, 1));
                    }
                }
            }
        }
        Tensor tensor = torch.empty(size.images, size.classes, size.low, size.low);
        tensor.data_ptr_float().put(values);
        return onDevice(inFormat(tensor.to(type.torch), layout));
    }

    /** Room for a gradient, as the logits are. */
    Tensor likeLogits() {
        return student.clone();
    }

    /** [B,1,H,W] bytes as libtorch wants class indices, [B,H,W,1] int64. */
    static Tensor indices(Tensor labels) {
        return labels.to(ScalarType.Long).permute(0, 2, 3, 1).contiguous();
    }

    /** The truth of the supervised benchmarks: the teacher's prediction, one pixel in 50 ignored, here and there. */
    Tensor truth() {
        Tensor labels = perPixel(ScalarType.Byte);
        Composition whole = new Composition(size, this);
        try (PointerScope making = new PointerScope()) {
            Tensor low = Composition.low(teacher);
            for (int b = 0; b < size.images; b++) {
                labels.narrow(0, b, 1)
                        .copy_(whole.enlarge(low, b)
                                .argmax(new LongOptional(3), false)
                                .unsqueeze(1));
            }
            labels.masked_fill_(
                    onDevice(torch.rand(size.images, 1, size.full, size.full)).lt(new Scalar(0.02)),
                    new Scalar(IGNORED));
        }
        whole.close();
        return labels;
    }

    Tensor perPixel(ScalarType pixelType) {
        return allocate(pixelType, size.images, 1, size.full, size.full);
    }
}
