package dev.imas.kernels;

/**
 * Where a loss leaves its gradient with respect to the low-resolution logits.
 *
 * @param grad      output [B,C,h,w], f32, bf16 or f16, any strides: {@code gradScale} times the derivative of the loss
 * @param gradScale factor of the gradient alone (lambda; 1/2 with two views); finite
 */
public record Gradient(TensorView grad, float gradScale) {
    static TensorView viewOf(Gradient gradient) {
        return gradient == null ? null : gradient.grad;
    }

    static float scaleOf(Gradient gradient) {
        return gradient == null ? 1 : gradient.gradScale;
    }
}
