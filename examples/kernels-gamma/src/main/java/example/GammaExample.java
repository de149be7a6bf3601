package example;

import dev.imas.kernels.DType;
import dev.imas.kernels.Gamma;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.PseudoLabel;
import dev.imas.kernels.TensorView;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * For the author of another JVM tool: gamma of a batch from plain native memory. The class path has imas-kernels and
 * JavaCPP with its platform jar, nothing else; every buffer is yours, the kernels own none.
 */
public final class GammaExample {
    private static final int IMAGES = 2;
    private static final int CLASSES = 3;
    private static final int LOW = 5; // the logits are 5x5
    private static final int FULL = 17; // the images 17x17
    private static final int COUNTS = 3 * CLASSES + 2;

    private GammaExample() {}

    public static void main(String[] arguments) {
        Kernels kernels = Kernels.cpu();
        try (PointerScope scope = new PointerScope()) {
            // Student and teacher logits [B,C,h,w]. Image 0: both sure of class 1. Image 1: student 1, teacher 2.
            TensorView student = TensorView.contiguous(
                    new FloatPointer(logitsOfSureNetworks(1, 1)), DType.F32, IMAGES, CLASSES, LOW, LOW);
            TensorView teacher = TensorView.contiguous(
                    new FloatPointer(logitsOfSureNetworks(1, 2)), DType.F32, IMAGES, CLASSES, LOW, LOW);

            // Outputs: pseudo-labels and confidences at full size, counts an image, then gamma and its parts.
            BytePointer labels = new BytePointer((long) IMAGES * FULL * FULL);
            FloatPointer confidence = new FloatPointer((long) IMAGES * FULL * FULL);
            TensorView labelView = TensorView.contiguous(labels, DType.U8, IMAGES, 1, FULL, FULL);
            TensorView confidenceView = TensorView.contiguous(confidence, DType.F32, IMAGES, 1, FULL, FULL);
            TensorView counts =
                    TensorView.contiguous(new IntPointer((long) IMAGES * COUNTS), DType.I32, IMAGES, 1, 1, COUNTS);
            FloatPointer parts = new FloatPointer(IMAGES * 5L);
            IntPointer pairing = new IntPointer(IMAGES);
            FloatPointer mean = new FloatPointer(1);

            PseudoLabel pseudoLabel = new PseudoLabel(student, teacher, 0.95f, labelView, confidenceView, counts);
            long bytes = pseudoLabel.workspaceBytes(kernels);
            pseudoLabel.run(kernels, aligned(bytes), bytes);
            Gamma gamma = new Gamma(
                    counts,
                    FULL * FULL,
                    Gamma.Rule.PUBLISHED,
                    TensorView.contiguous(parts, DType.F32, IMAGES, 1, 1, 5),
                    TensorView.contiguous(pairing, DType.I32, IMAGES, 1, 1, 1),
                    TensorView.contiguous(mean, DType.F32, 1, 1, 1, 1));
            gamma.run(kernels);

            System.out.println("labels " + labels.get(0) + " " + labels.get(FULL * FULL) + ", confidence "
                    + "above 0.99: " + (confidence.get(0) > 0.99f));
            System.out.println("gamma " + parts.get(4) + " " + parts.get(9) + ", mean " + mean.get(0) + ", partners "
                    + pairing.get(0) + " " + pairing.get(1));
        }
    }

    /** Logits of 10 for the given class of each image, 0 elsewhere. */
    private static float[] logitsOfSureNetworks(int... classOfImage) {
        float[] logits = new float[IMAGES * CLASSES * LOW * LOW];
        for (int b = 0; b < IMAGES; b++) {
            Arrays.fill(
                    logits,
                    (b * CLASSES + classOfImage[b]) * LOW * LOW,
                    (b * CLASSES + classOfImage[b] + 1) * LOW * LOW,
                    10f);
        }
        return logits;
    }

    /** A workspace starts at a multiple of 64 bytes. */
    private static Pointer aligned(long bytes) {
        BytePointer memory = new BytePointer(bytes + 64);
        return memory.position((64 - memory.address() % 64) % 64);
    }
}
