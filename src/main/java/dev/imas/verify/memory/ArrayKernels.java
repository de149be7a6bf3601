package dev.imas.verify.memory;

import dev.imas.kernels.ComposeBatch;
import dev.imas.kernels.ComposeBatch.CutMix;
import dev.imas.kernels.ConsistencyLoss;
import dev.imas.kernels.DType;
import dev.imas.kernels.Gamma.Rule;
import dev.imas.kernels.Gradient;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.Operation;
import dev.imas.kernels.PseudoLabel;
import dev.imas.kernels.SupervisedLoss;
import dev.imas.kernels.TensorView;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;

/** The kernels on Java arrays: copies the inputs to the backend's memory, calls, copies the outputs back. */
public final class ArrayKernels {
    private static final int GAMMA_PARTS = 5;

    private final Supplier<Kernels> backend;
    private final KernelMemory memory;

    /**
     * @param backend asked at each call, so that a library that does not load fails the check at hand, not the suite
     */
    public ArrayKernels(Supplier<Kernels> backend, KernelMemory memory) {
        this.backend = backend;
        this.memory = memory;
    }

    /** On the backend of a place. */
    public static ArrayKernels at(Place place) {
        int device = place.compute().deviceIndex();
        return place.compute().cuda()
                ? new ArrayKernels(() -> Kernels.cuda(device, null), new DeviceMemory("cuda:" + device))
                : new ArrayKernels(Kernels::cpu, new HostMemory());
    }

    /**
     * @param labels     [B,H,W]
     * @param confidence [B,H,W]
     * @param counts     [B,3C+2]: n_S, n_T, n_ST per class, confident pixels of student and teacher
     */
    public record PseudoLabels(byte[] labels, float[] confidence, int[] counts) {}

    /** @param parts [B,5]: wIoU_S, wIoU_T, rho_S, rho_T, gamma; @param pairing partner of each image */
    public record Gamma(float[] parts, int[] pairing, float mean) {
        public static final int IOU_STUDENT = 0;
        public static final int IOU_TEACHER = 1;
        public static final int RATIO_STUDENT = 2;
        public static final int RATIO_TEACHER = 3;
        public static final int GAMMA = 4;

        /** One of the parts for every image. */
        public float[] part(int index) {
            float[] values = new float[parts.length / GAMMA_PARTS];
            for (int b = 0; b < values.length; b++) {
                values[b] = parts[b * GAMMA_PARTS + index];
            }
            return values;
        }
    }

    /** @param kept pixels in the mean (supervised loss alone) ; @param grad like the logits */
    public record Loss(float loss, long kept, float[] grad) {}

    /** @param batch [cutmix | strong, 3, H, W] or [strong, 3, H, W]; labels and confidence null without CutMix */
    public record Composed(float[] batch, byte[] labels, float[] confidence) {}

    public PseudoLabels pseudoLabel(Logits student, Logits teacher, int height, int width, float threshold) {
        try (PointerScope scope = new PointerScope()) {
            TensorView s = put(student);
            TensorView t = put(teacher);
            TensorView labels = memory.room(DType.U8, student.images(), 1, height, width);
            TensorView confidence = memory.room(DType.F32, student.images(), 1, height, width);
            TensorView counts = memory.room(DType.I32, student.images(), 1, 1, 3L * student.classes() + 2);
            run(new PseudoLabel(s, t, threshold, labels, confidence, counts));
            return new PseudoLabels(memory.bytes(labels), memory.floats(confidence), memory.ints(counts));
        }
    }

    /** @param counts [images, 3C+2] */
    public Gamma gamma(int[] counts, int images, long pixels, Rule rule) {
        try (PointerScope scope = new PointerScope()) {
            TensorView parts = memory.room(DType.F32, images, 1, 1, GAMMA_PARTS);
            TensorView pairing = memory.room(DType.I32, images, 1, 1, 1);
            TensorView mean = memory.room(DType.F32, 1, 1, 1, 1);
            TensorView measured = memory.put(counts, images, 1, 1, counts.length / images);
            run(new dev.imas.kernels.Gamma(measured, pixels, rule, parts, pairing, mean));
            return new Gamma(memory.floats(parts), memory.ints(pairing), memory.floats(mean)[0]);
        }
    }

    /** @param weight one number an image, or null */
    public Loss consistencyLoss(
            Logits logits, byte[] labels, float[] confidence, int height, int width, float threshold, float[] weight) {
        try (PointerScope scope = new PointerScope()) {
            TensorView p = put(logits);
            TensorView l = memory.put(labels, logits.images(), 1, height, width);
            TensorView c = memory.put(confidence, logits.images(), 1, height, width);
            TensorView w = weight == null ? null : memory.put(weight, weight.length, 1, 1, 1);
            TensorView loss = memory.room(DType.F32, 1, 1, 1, 1);
            TensorView grad = memory.room(DType.F32, logits.shape());
            run(ConsistencyLoss.of(p, l, c, threshold, loss).withWeight(w).withGradient(grad, 1f));
            return new Loss(memory.floats(loss)[0], -1, memory.floats(grad));
        }
    }

    public Loss supervisedLoss(
            Logits logits,
            byte[] labels,
            int height,
            int width,
            SupervisedLoss.Kind kind,
            float thresh,
            long minKept,
            float gradScale) {
        try (PointerScope scope = new PointerScope()) {
            TensorView p = put(logits);
            TensorView l = memory.put(labels, logits.images(), 1, height, width);
            TensorView loss = memory.room(DType.F32, 1, 1, 1, 1);
            TensorView kept = memory.room(DType.I64, 1, 1, 1, 1);
            TensorView grad = memory.room(DType.F32, logits.shape());
            run(new SupervisedLoss(p, l, kind, thresh, minKept, loss, kept, new Gradient(grad, gradScale)));
            return new Loss(memory.floats(loss)[0], memory.longs(kept)[0], memory.floats(grad));
        }
    }

    /** The batch (cutmix | strong) without labelled and weak images; strong as it is. All arrays [B, ., H, W]. */
    public Composed cutMix(
            float[] weak,
            float[] strong,
            byte[] labels,
            float[] confidence,
            int[] pairing,
            int[] boxes,
            int height,
            int width) {
        try (PointerScope scope = new PointerScope()) {
            int images = pairing.length;
            TensorView batch = memory.room(DType.F32, 2L * images, 3, height, width);
            TensorView mixedLabels = memory.room(DType.U8, images, 1, height, width);
            TensorView mixedConfidence = memory.room(DType.F32, images, 1, height, width);
            CutMix cutMix = new CutMix(
                    memory.put(pairing, images, 1, 1, 1),
                    memory.put(boxes, images, 1, 1, 4),
                    memory.put(labels, images, 1, height, width),
                    memory.put(confidence, images, 1, height, width),
                    mixedLabels,
                    mixedConfidence);
            run(strongPart(weak, strong, images, height, width, batch).withCutMix(cutMix));
            return new Composed(memory.floats(batch), memory.bytes(mixedLabels), memory.floats(mixedConfidence));
        }
    }

    /** The strong images blended with the weak ones, [B,3,H,W]. */
    public Composed blend(float[] weak, float[] strong, float[] gamma, int height, int width) {
        try (PointerScope scope = new PointerScope()) {
            int images = gamma.length;
            TensorView batch = memory.room(DType.F32, images, 3, height, width);
            run(strongPart(weak, strong, images, height, width, batch).withGamma(memory.put(gamma, images, 1, 1, 1)));
            return new Composed(memory.floats(batch), null, null);
        }
    }

    private ComposeBatch strongPart(float[] weak, float[] strong, int images, int height, int width, TensorView batch) {
        return ComposeBatch.ofStrong(
                memory.put(weak, images, 3, height, width), memory.put(strong, images, 3, height, width), batch);
    }

    private void run(Operation operation) {
        Kernels kernels = backend.get();
        long bytes = operation.workspaceBytes(kernels);
        operation.run(kernels, memory.workspace(bytes), bytes);
    }

    private TensorView put(Logits logits) {
        return memory.put(logits.values(), logits.shape());
    }
}
