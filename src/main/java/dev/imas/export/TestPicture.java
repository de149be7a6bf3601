package dev.imas.export;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange.Window;
import dev.imas.image.FloatImage;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import dev.imas.image.Samples;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The picture that exported models are tried with: smooth waves with some noise, the same every time, of sides that no
 * stride divides.
 *
 * @param shares one value in [0,1] a pixel and channel: the channels of a pixel side by side, row by row
 */
record TestPicture(ModelInput input, int width, int height, float[] shares) {
    private static final int WIDTH = 107;
    private static final int HEIGHT = 83;
    private static final double NOISE = 0.1;
    /** Files stay small. */
    private static final int LARGEST = 256;

    static TestPicture of(ModelInput input) {
        return of(input, WIDTH, HEIGHT);
    }

    /** Of sides that descriptions allow, which are not mixed up unnoticed. */
    static TestPicture ofTile(ModelInput input) {
        TileSides tiles = TileSides.of(input.scale());
        return of(input, tiles.smallest() + tiles.step(), tiles.smallest());
    }

    static TestPicture of(ModelInput input, int width, int height) {
        int channels = input.input().channels().count();
        Rng rng = Rng.of(1, "export");
        float[] shares = new float[width * height * channels];
        for (int c = 0; c < channels; c++) {
            double slopeX = rng.uniform(0.02, 0.2);
            double slopeY = rng.uniform(0.02, 0.2);
            for (int p = 0; p < width * height; p++) {
                double wave = Math.sin(slopeX * (p % width) + slopeY * (p / width) + c);
                double value = 0.5 + 0.4 * wave + rng.uniform(-NOISE, NOISE);
                shares[p * channels + c] = (float) Math.max(0, Math.min(1, value));
            }
        }
        return new TestPicture(input, width, height, shares);
    }

    /** The upper left part of a picture that somebody chose, of sides as descriptions allow, up to LARGEST. */
    static TestPicture of(ModelInput input, Picture picture) {
        TileSides tiles = TileSides.of(input.scale());
        int width = side(picture.width(), tiles);
        int height = side(picture.height(), tiles);
        int channels = picture.channels();
        float[] shares = new float[width * height * channels];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < width * channels; i++) {
                shares[y * width * channels + i] = share(picture, y * picture.width() * channels + i);
            }
        }
        return new TestPicture(input, width, height, shares);
    }

    private static int side(int pixels, TileSides tiles) {
        if (pixels < tiles.smallest()) {
            throw new UserException("the picture to show the model by has a side of " + pixels + " pixels; expected "
                    + tiles.smallest() + " or more");
        }
        return tiles.within(Math.min(pixels, Math.max(LARGEST, tiles.smallest())));
    }

    private static float share(Picture picture, int i) {
        return picture instanceof RgbImage colours
                ? (colours.rgb()[i] & 255) / 255f
                : ((FloatImage) picture).values()[i];
    }

    /** For people: its colours, or its first channel in grey. */
    RgbImage visible() {
        if (input.input().channels().rgb()) {
            return colours();
        }
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) colour(i / 3 * channels());
        }
        return new RgbImage(width, height, rgb);
    }

    private int channels() {
        return input.input().channels().count();
    }

    /** What the trained network itself sees in it. */
    Segmentation segmented(Segmenter segmenter) {
        return switch (input.kind()) {
            case BYTES -> segmenter.segmentWithProbabilities(colours());
            case STORED -> segmenter.segmentWithProbabilities(samples());
            case UNIT ->
                input.input().channels().rgb()
                        ? segmenter.segmentWithProbabilities((Picture) colours()) // which are in the range already
                        : segmenter.segmentWithProbabilities(new FloatImage(width, height, channels(), shares));
        };
    }

    private RgbImage colours() {
        byte[] rgb = new byte[shares.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) colour(i);
        }
        return new RgbImage(width, height, rgb);
    }

    private int colour(int i) {
        return Math.round(255 * shares[i]);
    }

    /** As a file would hold it, with the channels that the network sees among others. */
    private Samples samples() {
        PictureInput seen = input.input();
        List<Integer> stored = seen.channels().stored();
        int all = Collections.max(stored) + 1;
        float[] values = new float[width * height * all];
        for (int p = 0; p < width * height; p++) {
            for (int c = 0; c < stored.size(); c++) {
                values[p * all + stored.get(c)] = stored(p * channels() + c, c);
            }
        }
        return new Samples(width, height, all, Samples.Kind.FLOAT, Float.SIZE, values, List.of());
    }

    private float stored(int i, int channel) {
        Window range = input.ranges().get(channel);
        return (float) (range.low() + shares[i] * (range.high() - range.low()));
    }

    /** As exported models take it: float32 [1,C,H,W]. */
    Tensor tensor() {
        int channels = channels();
        boolean colours = input.input().channels().rgb();
        float[] planes = new float[shares.length];
        for (int p = 0; p < width * height; p++) {
            for (int c = 0; c < channels; c++) {
                int i = p * channels + c;
                planes[c * width * height + p] = switch (input.kind()) {
                    case BYTES -> colour(i);
                    case STORED -> stored(i, c);
                    case UNIT -> colours ? colour(i) / 255f : shares[i];
                };
            }
        }
        return torch.tensor(planes).view(1, channels, height, width);
    }
}
