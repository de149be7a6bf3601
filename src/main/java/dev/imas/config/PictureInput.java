package dev.imas.config;

import dev.imas.common.Normalization;
import java.util.List;

/**
 * What a network sees of a picture file, and in which form: the part of the settings that its weights cannot do
 * without. Values come out of {@code range} in [0,1] and reach the network as (value - mean) / std, by channel.
 *
 * @param channels which of the file's channels
 * @param range    which stored values become 0 and 1
 * @param page     page of a file that holds a stack, from 0; null: the file holds one picture
 * @param mean     one a channel, of values in [0,1]
 * @param std      one a channel, greater than 0
 */
public record PictureInput(Channels channels, PixelRange range, Integer page, List<Double> mean, List<Double> std) {
    /** Three 8-bit colours as files hold them, normalised by ImageNet's numbers. */
    public static final PictureInput RGB =
            new PictureInput(Channels.RGB, PixelRange.of(PixelRange.Rule.AUTO), null, List.of(), List.of());

    public PictureInput {
        mean = mean.isEmpty() && channels.rgb() ? Normalization.MEAN : List.copyOf(mean);
        std = std.isEmpty() && channels.rgb() ? Normalization.STD : List.copyOf(std);
    }

    /** What a configuration says. */
    public static PictureInput of(ImasConfig.Data data) {
        return new PictureInput(data.channels(), data.range(), data.page(), data.mean(), data.std());
    }

    /** Bytes of a pixel on its way to the network: three colours, or a float a channel. */
    public int pixelBytes() {
        return channels.rgb() ? 3 : Float.BYTES * channels.count();
    }

    /** Whether mean and std are known: of stored channels they are, once a data set was looked at. */
    public boolean settled() {
        return !mean.isEmpty() && !std.isEmpty();
    }
}
