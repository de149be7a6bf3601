package dev.imas.benchmarks;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A kernel on the logits of student and teacher: smooth regions of classes with noise, as a network gives them. */
public abstract class LogitsBenchmark extends KernelBenchmark {
    /** Element type of the logits. */
    public enum Type {
        F32(ScalarType.Float), BF16(ScalarType.BFloat16);

        final ScalarType torch;

        Type(ScalarType torch) {
            this.torch = torch;
        }
    }

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

    @Setup(Level.Trial)
    public void setUp() {
        student = logits(new SplittableRandom(1));
        teacher = logits(new SplittableRandom(2));
        prepare();
    }

    /** Makes the other inputs and the outputs, and compares both sides once. */
    abstract void prepare();

    private Tensor logits(SplittableRandom random) {
        float[] values = new float[size.images * size.classes * size.low * size.low];
        double slopeY = random.nextDouble(0.03, 0.08);
        double slopeX = random.nextDouble(0.03, 0.08);
        int at = 0;
        for (int b = 0; b < size.images; b++) {
            for (int c = 0; c < size.classes; c++) {
                for (int y = 0; y < size.low; y++) {
                    for (int x = 0; x < size.low; x++) {
                        values[at++] = (float) (SPREAD * Math.sin(slopeY * y + slopeX * x + 2.4 * c + b) + random.nextDouble(-1, 1));
                    }
                }
            }
        }
        Tensor tensor = allocate(ScalarType.Float, size.images, size.classes, size.low, size.low);
        tensor.data_ptr_float().put(values);
        return inFormat(tensor.to(type.torch), layout);
    }

    /** Room for a gradient, as the logits are. */
    Tensor likeLogits() {
        return student.clone();
    }

    Tensor perPixel(ScalarType pixelType) {
        return allocate(pixelType, size.images, 1, size.full, size.full);
    }
}
