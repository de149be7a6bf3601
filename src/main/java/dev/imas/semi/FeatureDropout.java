package dev.imas.semi;

import dev.imas.device.Compute;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Complementary dropout of channels, as UniMatch V2 has it (docs/dino.md): of two views of a picture each channel of
 * the features is doubled in one and zero in the other; half of the pictures, rounded down, keep theirs in both.
 */
public final class FeatureDropout {
    private FeatureDropout() {}

    /**
     * The factors of both views, row by row: those of the first view's pictures, then those of the second's.
     *
     * @param coins    pictures*channels, 0 or 1
     * @param order    of 0..pictures-1; the first half of it keeps its channels
     * @param channels of the features
     * @return 2*pictures*channels of 0, 1 or 2
     */
    public static float[] factors(byte[] coins, int[] order, int channels) {
        int pictures = order.length;
        float[] factors = new float[2 * pictures * channels];
        for (int i = 0; i < pictures * channels; i++) {
            factors[i] = 2 * coins[i];
            factors[i + pictures * channels] = 2 - 2 * coins[i];
        }
        for (int k = 0; k < pictures / 2; k++) {
            int first = order[k] * channels;
            int second = first + pictures * channels;
            Arrays.fill(factors, first, first + channels, 1);
            Arrays.fill(factors, second, second + channels, 1);
        }
        return factors;
    }

    /** For a batch: f32 [N,channels] on the device, 1 outside its views; where it has one view, that is the first. */
    static Tensor ofBatch(Compute compute, StepDraws draws, StudentBatch batch, int channels) {
        int rows = (int) batch.images().size(0);
        float[] all = new float[rows * channels];
        Arrays.fill(all, 1);
        int pictures = (int) batch.views().get(0).images().count();
        float[] views = factors(draws.coins(pictures * channels), draws.unchanged(pictures), channels);
        for (int view = 0; view < batch.views().size(); view++) {
            int first = (int) batch.views().get(view).images().first() * channels;
            System.arraycopy(views, view * pictures * channels, all, first, pictures * channels);
        }
        return compute.upload(all, rows, channels);
    }
}
