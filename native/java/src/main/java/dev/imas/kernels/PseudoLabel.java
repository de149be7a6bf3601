package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Pointer;

/**
 * Pseudo-labels of the teacher, and the counts that {@link Gamma} needs: {@code imas_pseudo_label} (docs/method.md 3.1,
 * 3.2 and 4). A pixel with NaN or +infinity among its enlarged logits, or with -infinity alone, gets label 0 and
 * confidence NaN and is confident nowhere; else -infinity is a class of probability 0.
 *
 * @param student    logits [B,C,h,w], f32, bf16 or f16, any strides
 * @param teacher    logits like the student's; the same view may be given twice
 * @param threshold  of the confidence, tau; compared in float32 with {@code >=}; finite
 * @param labels     output u8 [B,1,H,W]: first class with the teacher's largest probability
 * @param confidence output f32 [B,1,H,W]: that probability
 * @param counts     output i32 [B,1,1,3C+2], contiguous: n_S(0..C-1), n_T(0..C-1), n_ST(0..C-1), confident pixels of
 *                   the student, confident pixels of the teacher
 */
public record PseudoLabel(
        TensorView student,
        TensorView teacher,
        float threshold,
        TensorView labels,
        TensorView confidence,
        TensorView counts)
        implements Operation {
    private static final Checks CHECKS = new Checks("imas_pseudo_label");

    public PseudoLabel {
        CHECKS.floats("student", student);
        CHECKS.floats("teacher", teacher);
        CHECKS.type(DType.U8, "labels", labels);
        CHECKS.type(DType.F32, "confidence", confidence);
        CHECKS.type(DType.I32, "counts", counts);
    }

    @Override
    public long workspaceBytes(Kernels kernels) {
        Arguments a = kernels.arguments(CHECKS);
        return a.bytes(
                Imas.imas_pseudo_label_workspace(a.backend, a.view("student", student), a.view("labels", labels)));
    }

    @Override
    public void run(Kernels kernels, Pointer workspace, long workspaceBytes) {
        Arguments a = kernels.arguments(CHECKS);
        a.check(Imas.imas_pseudo_label(
                a.backend,
                a.view("student", student),
                a.view("teacher", teacher),
                threshold,
                a.view("labels", labels),
                a.view("confidence", confidence),
                a.view("counts", counts),
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }
}
