package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Pointer;

/**
 * Adds one batch to the counts behind mIoU: {@code imas_confusion} (docs/method.md 5). The prediction is the first
 * class with the largest enlarged logit, 0 where any is NaN.
 *
 * @param logits [B,C,h,w], f32, bf16 or f16, any strides
 * @param truth  u8 [B,1,H,W]; pixels of 255 are left out, values from C to 254 are wrong predictions of no class
 * @param counts in and out, i64 [1,1,3,C], contiguous: intersection, predicted area, true area
 */
public record Confusion(TensorView logits, TensorView truth, TensorView counts) implements Operation {
    private static final Checks CHECKS = new Checks("imas_confusion");

    public Confusion {
        CHECKS.floats("logits", logits);
        CHECKS.type(DType.U8, "truth", truth);
        CHECKS.type(DType.I64, "counts", counts);
    }

    @Override
    public long workspaceBytes(Kernels kernels) {
        Arguments a = kernels.arguments(CHECKS);
        return a.bytes(Imas.imas_confusion_workspace(a.backend, a.view("logits", logits), a.view("truth", truth)));
    }

    @Override
    public void run(Kernels kernels, Pointer workspace, long workspaceBytes) {
        Arguments a = kernels.arguments(CHECKS);
        a.check(Imas.imas_confusion(
                a.backend,
                a.view("logits", logits),
                a.view("truth", truth),
                a.view("counts", counts),
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }
}
