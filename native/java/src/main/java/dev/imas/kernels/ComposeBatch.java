package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Pointer;

/**
 * The student's batch, labelled | weak | cutmix | strong, in one pass: {@code imas_compose_batch} (docs/method.md 3.3
 * to 3.5). Needs no workspace. {@link #ofStrong} makes a batch of the strong part alone, and the {@code with} methods
 * add the others:
 * {@code ComposeBatch.ofStrong(weak, strong, batch).withLabeled(labeled).withCutMix(cutMix).run(kernels)}.
 *
 * @param labeled     normalised images [Bl,3,H,W], f32, bf16 or f16; null: no labelled part
 * @param weak        images [B,3,H,W], of the same type
 * @param strong      images [B,3,H,W], of the same type
 * @param gamma       f32 [B,1,1,1]: the strong part is gamma*strong + (1-gamma)*weak; null: strong as it is
 * @param includeWeak whether the weak part is in the batch
 * @param cutMix      what the cutmix part needs; null: no cutmix part
 * @param batch       output [N,3,H,W], f32, bf16 or f16, any strides; N the sum of the parts
 */
public record ComposeBatch(
        TensorView labeled,
        TensorView weak,
        TensorView strong,
        TensorView gamma,
        boolean includeWeak,
        CutMix cutMix,
        TensorView batch)
        implements Operation {
    private static final Checks CHECKS = new Checks("imas_compose_batch");

    /**
     * Inside its box image b takes the pixels, labels and confidences of image {@code pairing[b]}, as they were
     * before mixing.
     *
     * @param pairing         i32 [B,1,1,1], values 0 to B-1
     * @param boxes           i32 [B,1,1,4]: top, left, bottom, right; bottom and right exclusive,
     *                        0 &lt;= top &lt;= bottom &lt;= H, columns likewise
     * @param labels          u8 [B,1,H,W]
     * @param confidence      f32 [B,1,H,W]
     * @param mixedLabels     output u8 [B,1,H,W]
     * @param mixedConfidence output f32 [B,1,H,W]
     */
    public record CutMix(
            TensorView pairing,
            TensorView boxes,
            TensorView labels,
            TensorView confidence,
            TensorView mixedLabels,
            TensorView mixedConfidence) {
        public CutMix {
            CHECKS.type(DType.I32, "pairing", pairing);
            CHECKS.type(DType.I32, "boxes", boxes);
            CHECKS.type(DType.U8, "labels", labels);
            CHECKS.type(DType.F32, "confidence", confidence);
            CHECKS.type(DType.U8, "mixed_labels", mixedLabels);
            CHECKS.type(DType.F32, "mixed_confidence", mixedConfidence);
        }
    }

    public ComposeBatch {
        CHECKS.floats("weak", weak);
        CHECKS.type(weak.dtype(), "strong", strong);
        if (labeled != null) {
            CHECKS.type(weak.dtype(), "labeled", labeled);
        }
        if (gamma != null) {
            CHECKS.type(DType.F32, "gamma", gamma);
        }
        CHECKS.floats("batch", batch);
    }

    /** The strong images as they are, and no other part. */
    public static ComposeBatch ofStrong(TensorView weak, TensorView strong, TensorView batch) {
        return new ComposeBatch(null, weak, strong, null, false, null, batch);
    }

    /** The same with a labelled part. */
    public ComposeBatch withLabeled(TensorView images) {
        return new ComposeBatch(images, weak, strong, gamma, includeWeak, cutMix, batch);
    }

    /** The same with strong images blended with weak ones. */
    public ComposeBatch withGamma(TensorView weights) {
        return new ComposeBatch(labeled, weak, strong, weights, includeWeak, cutMix, batch);
    }

    /** The same with a weak part. */
    public ComposeBatch withWeak() {
        return new ComposeBatch(labeled, weak, strong, gamma, true, cutMix, batch);
    }

    /** The same with a cutmix part. */
    public ComposeBatch withCutMix(CutMix mix) {
        return new ComposeBatch(labeled, weak, strong, gamma, includeWeak, mix, batch);
    }

    @Override
    public void run(Kernels kernels, Pointer workspace, long workspaceBytes) {
        boolean mix = cutMix != null;
        Arguments a = kernels.arguments(CHECKS);
        a.check(Imas.imas_compose_batch(
                a.backend,
                a.view("labeled", labeled),
                a.view("weak", weak),
                a.view("strong", strong),
                a.view("gamma", gamma),
                mix ? a.view("pairing", cutMix.pairing) : null,
                mix ? a.view("boxes", cutMix.boxes) : null,
                includeWeak ? 1 : 0,
                mix ? a.view("labels", cutMix.labels) : null,
                mix ? a.view("confidence", cutMix.confidence) : null,
                a.view("batch", batch),
                mix ? a.view("mixed_labels", cutMix.mixedLabels) : null,
                mix ? a.view("mixed_confidence", cutMix.mixedConfidence) : null));
    }
}
