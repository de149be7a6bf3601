package dev.imas.semi;

import org.bytedeco.pytorch.Tensor;

/**
 * What one step learns from; normalised images as f32.
 *
 * @param labeled [Bl,3,H,W]
 * @param labels  u8 [Bl,1,H,W]
 * @param weak    [B,3,H,W]; null in a supervised-only step
 * @param strong  [B,3,H,W], the same crops as weak; null in a supervised-only step
 */
public record StepInput(Tensor labeled, Tensor labels, Tensor weak, Tensor strong) {
    /** A supervised-only step. */
    public static StepInput supervised(Tensor labeled, Tensor labels) {
        return new StepInput(labeled, labels, null, null);
    }
}
