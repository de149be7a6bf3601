package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/**
 * For the author of another JVM tool: gamma of a batch from plain native memory. Nothing but JavaCPP and this project's
 * jar is needed; every buffer is yours, the kernels own none.
 */
class EmbeddingExampleTest {
    private static final int IMAGES = 2;
    private static final int CLASSES = 3;
    private static final int LOW = 5;    // the logits are 5x5
    private static final int FULL = 17;  // the images 17x17

    @Test
    void gammaOfABatch() {
        Kernels kernels = Kernels.cpu();
        try (PointerScope scope = new PointerScope()) {
            // Student and teacher logits [B,C,h,w]. Image 0: both sure of class 1. Image 1: student 1, teacher 2.
            FloatPointer student = new FloatPointer(logitsOfSureNetworks(1, 1));
            FloatPointer teacher = new FloatPointer(logitsOfSureNetworks(1, 2));
            TensorView studentView = TensorView.contiguous(student, DType.F32, IMAGES, CLASSES, LOW, LOW);
            TensorView teacherView = TensorView.contiguous(teacher, DType.F32, IMAGES, CLASSES, LOW, LOW);

            // Outputs: pseudo-labels and confidences at full size, counts an image, then gamma and its parts.
            BytePointer labels = new BytePointer((long) IMAGES * FULL * FULL);
            FloatPointer confidence = new FloatPointer((long) IMAGES * FULL * FULL);
            TensorView labelView = TensorView.contiguous(labels, DType.U8, IMAGES, 1, FULL, FULL);
            TensorView confidenceView = TensorView.contiguous(confidence, DType.F32, IMAGES, 1, FULL, FULL);
            TensorView counts = TensorView.contiguous(new IntPointer((long) IMAGES * (3 * CLASSES + 2)), DType.I32, IMAGES, 1, 1, 3 * CLASSES + 2);
            FloatPointer parts = new FloatPointer(IMAGES * 5L);
            IntPointer pairing = new IntPointer(IMAGES);
            FloatPointer mean = new FloatPointer(1);

            long bytes = kernels.pseudoLabelWorkspace(studentView, labelView);
            Pointer workspace = aligned(bytes);
            kernels.pseudoLabel(studentView, teacherView, 0.95f, labelView, confidenceView, counts, workspace, bytes);
            kernels.gamma(counts, FULL * FULL, Kernels.GammaVersion.V1, true, true,
                    TensorView.contiguous(parts, DType.F32, IMAGES, 1, 1, 5),
                    TensorView.contiguous(pairing, DType.I32, IMAGES, 1, 1, 1),
                    TensorView.contiguous(mean, DType.F32, 1, 1, 1, 1));

            assertThat(parts.get(4)).as("gamma of the image both agree on").isEqualTo(1f);
            assertThat(parts.get(9)).as("gamma of the image they disagree on").isEqualTo(0f);
            assertThat(mean.get(0)).isEqualTo(0.5f);
            assertThat(new int[] {pairing.get(0), pairing.get(1)}).as("easy and hard image exchange").containsExactly(1, 0);
            assertThat(labels.get(0)).isEqualTo((byte) 1);
            assertThat(labels.get(FULL * FULL)).isEqualTo((byte) 2);
            assertThat(confidence.get(0)).isGreaterThan(0.99f);
        }
    }

    /** Logits of 10 for the given class of each image, 0 elsewhere. */
    private static float[] logitsOfSureNetworks(int... classOfImage) {
        float[] logits = new float[IMAGES * CLASSES * LOW * LOW];
        for (int b = 0; b < IMAGES; b++) {
            java.util.Arrays.fill(logits, (b * CLASSES + classOfImage[b]) * LOW * LOW, (b * CLASSES + classOfImage[b] + 1) * LOW * LOW, 10f);
        }
        return logits;
    }

    /** A workspace starts at a multiple of 64 bytes. */
    private static Pointer aligned(long bytes) {
        BytePointer memory = new BytePointer(bytes + 64);
        return memory.position((64 - memory.address() % 64) % 64);
    }
}
