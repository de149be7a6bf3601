package dev.imas.kernels;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The kernels of {@code native/include/imas.h} on one backend; shapes, types and meanings are documented there and
 * are the same here. Owns nothing: outputs and workspace come from the caller, so there is nothing to close.
 * Arguments that the C side refuses raise {@link IllegalArgumentException} with its message.
 * May be null: the arguments whose C documentation says NULL.
 */
public final class Kernels {
    public enum GammaVersion { V1, V2 }

    public enum SupervisedKind { CE, OHEM }

    private Kernels() {
    }

    /** The CPU backend. */
    public static Kernels cpu() {
        throw new UnsupportedOperationException();
    }

    /** The CUDA backend on a device and stream (null: the default stream). */
    public static Kernels cuda(int device, Pointer stream) {
        throw new UnsupportedOperationException();
    }

    public long pseudoLabelWorkspace(TensorView student, TensorView labels) {
        throw new UnsupportedOperationException();
    }

    public void pseudoLabel(TensorView student, TensorView teacher, float threshold, TensorView labels, TensorView confidence, TensorView counts, Pointer workspace, long workspaceBytes) {
        throw new UnsupportedOperationException();
    }

    public void gamma(TensorView counts, long pixels, GammaVersion version, boolean classWeighted, boolean ignoreBackground, TensorView parts, TensorView pairing, TensorView mean) {
        throw new UnsupportedOperationException();
    }

    public void composeBatch(TensorView labeled, TensorView weak, TensorView strong, TensorView gamma, TensorView pairing, TensorView boxes, boolean includeWeak, TensorView labels, TensorView confidence, TensorView batch, TensorView mixedLabels, TensorView mixedConfidence) {
        throw new UnsupportedOperationException();
    }

    public long consistencyLossWorkspace(TensorView logits, TensorView labels) {
        throw new UnsupportedOperationException();
    }

    public void consistencyLoss(TensorView logits, TensorView labels, TensorView confidence, float threshold, TensorView weight, float gradScale, TensorView loss, TensorView grad, Pointer workspace, long workspaceBytes) {
        throw new UnsupportedOperationException();
    }

    public long supervisedLossWorkspace(TensorView logits, TensorView labels, SupervisedKind kind) {
        throw new UnsupportedOperationException();
    }

    public void supervisedLoss(TensorView logits, TensorView labels, SupervisedKind kind, float thresh, long minKept, float gradScale, TensorView loss, TensorView kept, TensorView grad, Pointer workspace, long workspaceBytes) {
        throw new UnsupportedOperationException();
    }

    public long emaUpdateWorkspace(long[] numel) {
        throw new UnsupportedOperationException();
    }

    /** teacher and student: host arrays of {@code numel.limit()} data pointers. */
    public void emaUpdate(PointerPointer<?> teacher, PointerPointer<?> student, LongPointer numel, float decay, Pointer workspace, long workspaceBytes) {
        throw new UnsupportedOperationException();
    }

    public long confusionWorkspace(TensorView logits, TensorView truth) {
        throw new UnsupportedOperationException();
    }

    public void confusion(TensorView logits, TensorView truth, TensorView counts, Pointer workspace, long workspaceBytes) {
        throw new UnsupportedOperationException();
    }
}
