package dev.imas.data;

import dev.imas.image.PictureRows;
import dev.imas.image.Samples;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The pixels of a large picture that its range is found in, which are those that would be looked at in memory. */
final class ThinnedSamples {
    private ThinnedSamples() {}

    /**
     * Reads a picture through.
     *
     * @param block makes samples of the next rows
     * @param most  pixels that are kept at most, evenly spread
     * @return one row of them
     */
    static Samples of(PictureRows rows, Function<PictureRows, Samples> block, int most) {
        long pixels = (long) rows.size().width() * rows.size().height();
        long step = Math.max(1, (pixels + most - 1) / most);
        float[] values = new float[0];
        Samples samples = null;
        int kept = 0;
        long first = 0; // pixel of the block
        while (rows.row() < rows.size().height()) {
            samples = block.apply(rows);
            int channels = samples.channels();
            if (kept == 0) {
                values = new float[Math.toIntExact((pixels + step - 1) / step * channels)];
            }
            long end = first + (long) samples.width() * samples.height();
            for (long p = (first + step - 1) / step * step; p < end; p += step, kept++) {
                System.arraycopy(samples.values(), (int) (p - first) * channels, values, kept * channels, channels);
            }
            first = end;
        }
        return new Samples(
                kept,
                1,
                samples.channels(),
                samples.kind(),
                samples.bits(),
                Arrays.copyOf(values, kept * samples.channels()),
                List.of());
    }
}
