package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Pointer;

/**
 * Consistency loss of one view and its gradient with respect to the low-resolution logits:
 * {@code imas_consistency_loss} (docs/method.md 3.7). The loss is the mean over b of weight[b] / (H*W) times the sum
 * over kept pixels of -log softmax(logits)[label]; kept: confidence &gt;= threshold and label != 255.
 *
 * <p>A kept pixel with NaN or +infinity among its enlarged logits, or with -infinity alone, makes the loss NaN, and the
 * gradient at the logits it lies between (perhaps at their neighbours, in the same image); what is not kept harms
 * nothing. Only where all logits of the batch are NaN the loss is NaN, whatever is kept. -infinity is a class of
 * probability 0: where it is the label, the loss is infinite.
 *
 * @param logits     [B,C,h,w], f32, bf16 or f16, any strides
 * @param labels     u8 [B,1,H,W], values below C or 255, which is ignored; others are refused on the CPU, ignored on
 *                   CUDA
 * @param confidence f32 [B,1,H,W]; NaN is not kept
 * @param threshold  of the confidence, tau; compared in float32; finite
 * @param weight     f32 [B,1,1,1] (gamma); null: 1; an image of weight 0 is left out, whatever its logits are
 * @param loss       output f32 [1,1,1,1], without the gradient's scale
 * @param gradient   output; null: not wanted
 */
public record ConsistencyLoss(
        TensorView logits,
        TensorView labels,
        TensorView confidence,
        float threshold,
        TensorView weight,
        TensorView loss,
        Gradient gradient)
        implements Operation {
    private static final Checks CHECKS = new Checks("imas_consistency_loss");

    public ConsistencyLoss {
        CHECKS.floats("logits", logits);
        CHECKS.type(DType.U8, "labels", labels);
        CHECKS.type(DType.F32, "confidence", confidence);
        if (weight != null) {
            CHECKS.type(DType.F32, "weight", weight);
        }
        CHECKS.type(DType.F32, "loss", loss);
        if (gradient != null) {
            CHECKS.floats("grad", gradient.grad());
        }
    }

    /** Every image with weight 1, and no gradient. */
    public static ConsistencyLoss of(
            TensorView logits, TensorView labels, TensorView confidence, float threshold, TensorView loss) {
        return new ConsistencyLoss(logits, labels, confidence, threshold, null, loss, null);
    }

    /** The same with a weight an image. */
    public ConsistencyLoss withWeight(TensorView weights) {
        return new ConsistencyLoss(logits, labels, confidence, threshold, weights, loss, gradient);
    }

    /** The same with a gradient. */
    public ConsistencyLoss withGradient(TensorView grad, float gradScale) {
        return new ConsistencyLoss(logits, labels, confidence, threshold, weight, loss, new Gradient(grad, gradScale));
    }

    @Override
    public long workspaceBytes(Kernels kernels) {
        Arguments a = kernels.arguments(CHECKS);
        return a.bytes(
                Imas.imas_consistency_loss_workspace(a.backend, a.view("logits", logits), a.view("labels", labels)));
    }

    @Override
    public void run(Kernels kernels, Pointer workspace, long workspaceBytes) {
        Arguments a = kernels.arguments(CHECKS);
        a.check(Imas.imas_consistency_loss(
                a.backend,
                a.view("logits", logits),
                a.view("labels", labels),
                a.view("confidence", confidence),
                threshold,
                a.view("weight", weight),
                Gradient.scaleOf(gradient),
                a.view("loss", loss),
                a.view("grad", Gradient.viewOf(gradient)),
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }
}
