package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Pointer;

/**
 * Supervised loss and its gradient with respect to the low-resolution logits: {@code imas_supervised_loss}
 * (docs/method.md 3.6). No labelled pixel: loss 0, gradient 0. Logits that are not finite: as in
 * {@link ConsistencyLoss}; OHEM ranks such a pixel last and leaves it out: where there are fewer than {@code minKept}
 * others, it takes them all. Where there are no others, it takes every labelled pixel, and the loss is NaN.
 *
 * @param logits   [B,C,h,w], f32, bf16 or f16, any strides
 * @param labels   u8 [B,1,H,W], values below C or 255, which is ignored; others are refused on the CPU, ignored on CUDA
 * @param kind     which pixels are in the mean
 * @param thresh   OHEM: pixels whose true class has at most this probability are hard; finite
 * @param minKept  OHEM: at least so many of the hardest pixels are taken; 0 or more than there are labelled ones: all
 * @param loss     output f32 [1,1,1,1], without the gradient's scale
 * @param kept     output i64 [1,1,1,1]: pixels in the mean; null: not wanted
 * @param gradient output; null: not wanted
 */
public record SupervisedLoss(
        TensorView logits,
        TensorView labels,
        Kind kind,
        float thresh,
        long minKept,
        TensorView loss,
        TensorView kept,
        Gradient gradient)
        implements Operation {
    private static final Checks CHECKS = new Checks("imas_supervised_loss");

    /** Cross-entropy of all labelled pixels, or online hard example mining. */
    public enum Kind {
        CE(Imas.IMAS_CE),
        OHEM(Imas.IMAS_OHEM);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    public SupervisedLoss {
        CHECKS.floats("logits", logits);
        CHECKS.type(DType.U8, "labels", labels);
        CHECKS.present("kind", kind);
        CHECKS.type(DType.F32, "loss", loss);
        if (kept != null) {
            CHECKS.type(DType.I64, "kept", kept);
        }
        if (gradient != null) {
            CHECKS.floats("grad", gradient.grad());
        }
    }

    /** Cross-entropy of all labelled pixels, no gradient. */
    public static SupervisedLoss crossEntropy(TensorView logits, TensorView labels, TensorView loss) {
        return new SupervisedLoss(logits, labels, Kind.CE, 0, 0, loss, null, null);
    }

    /** Cross-entropy of the hard pixels, no gradient. */
    public static SupervisedLoss ohem(
            TensorView logits, TensorView labels, float thresh, long minKept, TensorView loss) {
        return new SupervisedLoss(logits, labels, Kind.OHEM, thresh, minKept, loss, null, null);
    }

    /** The same with the number of pixels in the mean. */
    public SupervisedLoss withKept(TensorView count) {
        return new SupervisedLoss(logits, labels, kind, thresh, minKept, loss, count, gradient);
    }

    /** The same with a gradient. */
    public SupervisedLoss withGradient(TensorView grad, float gradScale) {
        return new SupervisedLoss(logits, labels, kind, thresh, minKept, loss, kept, new Gradient(grad, gradScale));
    }

    @Override
    public long workspaceBytes(Kernels kernels) {
        Arguments a = kernels.arguments(CHECKS);
        return a.bytes(Imas.imas_supervised_loss_workspace(
                a.backend, a.view("logits", logits), a.view("labels", labels), kind.code));
    }

    @Override
    public void run(Kernels kernels, Pointer workspace, long workspaceBytes) {
        Arguments a = kernels.arguments(CHECKS);
        a.check(Imas.imas_supervised_loss(
                a.backend,
                a.view("logits", logits),
                a.view("labels", labels),
                kind.code,
                thresh,
                minKept,
                Gradient.scaleOf(gradient),
                a.view("loss", loss),
                a.view("kept", kept),
                a.view("grad", Gradient.viewOf(gradient)),
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }
}
