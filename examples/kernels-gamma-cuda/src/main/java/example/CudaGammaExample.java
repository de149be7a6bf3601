package example;

import dev.imas.kernels.DType;
import dev.imas.kernels.Gamma;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.PseudoLabel;
import dev.imas.kernels.TensorView;
import java.util.Arrays;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Gamma of a batch on the GPU, in memory from CUDA's presets and on a stream of its own. Where there is no device this
 * program says so and never touches CUDA; the profile device adds CUDA's natives to the class path.
 */
public final class CudaGammaExample {
    private static final int IMAGES = 2;
    private static final int CLASSES = 3;
    private static final int LOW = 5; // the logits are 5x5
    private static final int FULL = 17; // the images 17x17
    private static final int COUNTS = 3 * CLASSES + 2;

    private CudaGammaExample() {}

    public static void main(String[] arguments) {
        CUstream_st stream;
        Kernels kernels;
        try {
            Kernels.cuda(0, null); // asks for a device before any of CUDA's natives are loaded
        } catch (IllegalStateException e) {
            System.out.println("no CUDA here: " + e.getMessage());
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            stream = new CUstream_st();
            check(cudart.cudaStreamCreate(stream));
            kernels = Kernels.cuda(0, stream);
            TensorView student = onDevice(logitsOfSureNetworks(1, 1));
            TensorView teacher = onDevice(logitsOfSureNetworks(1, 2));
            TensorView labels = room(DType.U8, 1, IMAGES, 1, FULL, FULL);
            TensorView confidence = room(DType.F32, 4, IMAGES, 1, FULL, FULL);
            TensorView counts = room(DType.I32, 4, IMAGES, 1, 1, COUNTS);
            TensorView parts = room(DType.F32, 4, IMAGES, 1, 1, 5);
            TensorView pairing = room(DType.I32, 4, IMAGES, 1, 1, 1);
            TensorView mean = room(DType.F32, 4, 1, 1, 1, 1);

            PseudoLabel pseudoLabel = new PseudoLabel(student, teacher, 0.95f, labels, confidence, counts);
            long bytes = pseudoLabel.workspaceBytes(kernels);
            Pointer workspace = bytes == 0 ? null : allocate(bytes);
            pseudoLabel.run(kernels, workspace, bytes);
            new Gamma(counts, FULL * FULL, Gamma.Rule.PUBLISHED, parts, pairing, mean).run(kernels);

            // The calls above only queue work; copies on the same stream come after it.
            FloatPointer hostParts = new FloatPointer(IMAGES * 5L);
            IntPointer hostPairing = new IntPointer(IMAGES);
            FloatPointer hostMean = new FloatPointer(1);
            check(cudart.cudaMemcpyAsync(
                    hostParts, parts.data(), IMAGES * 5L * 4, cudart.cudaMemcpyDeviceToHost, stream));
            check(cudart.cudaMemcpyAsync(
                    hostPairing, pairing.data(), IMAGES * 4L, cudart.cudaMemcpyDeviceToHost, stream));
            check(cudart.cudaMemcpyAsync(hostMean, mean.data(), 4, cudart.cudaMemcpyDeviceToHost, stream));
            check(cudart.cudaStreamSynchronize(stream));
            System.out.println("gamma " + hostParts.get(4) + " " + hostParts.get(9) + ", mean " + hostMean.get(0)
                    + ", partners " + hostPairing.get(0) + " " + hostPairing.get(1));

            for (TensorView view :
                    new TensorView[] {student, teacher, labels, confidence, counts, parts, pairing, mean}) {
                check(cudart.cudaFree(view.data()));
            }
            check(cudart.cudaFree(workspace == null ? new Pointer() : workspace));
            check(cudart.cudaStreamDestroy(stream));
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

    private static TensorView onDevice(float[] values) {
        TensorView view = room(DType.F32, 4, IMAGES, CLASSES, LOW, LOW);
        check(cudart.cudaMemcpy(
                view.data(), new FloatPointer(values), values.length * 4L, cudart.cudaMemcpyHostToDevice));
        return view;
    }

    private static TensorView room(DType dtype, long size, long... shape) {
        return TensorView.contiguous(allocate(shape[0] * shape[1] * shape[2] * shape[3] * size), dtype, shape);
    }

    private static Pointer allocate(long bytes) {
        Pointer memory = new Pointer();
        check(cudart.cudaMalloc(memory, bytes));
        return memory;
    }

    private static void check(int error) {
        if (error != cudart.cudaSuccess) {
            throw new IllegalStateException(
                    "CUDA: " + cudart.cudaGetErrorString(error).getString());
        }
    }
}
