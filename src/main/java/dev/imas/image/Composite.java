package dev.imas.image;

/**
 * Pictures of channels as people look at them. One channel is grey, two are magenta and green, of more the first three
 * are red, green and blue. Each is stretched from its 0.1st to its 99.9th percentile, or dim pictures would be black.
 */
public final class Composite {
    /** Which of red, green and blue each shown channel lights. */
    private static final boolean[][][] LIGHTS = {
        {{true, true, true}},
        {{true, false, true}, {false, true, false}},
        {{true, false, false}, {false, true, false}, {false, false, true}}
    };

    private Composite() {}

    /** A picture to look at, of the same size; colours stay as they are. */
    public static RgbImage of(Picture picture) {
        return picture instanceof FloatImage image ? of(image) : (RgbImage) picture;
    }

    private static RgbImage of(FloatImage image) {
        int shown = Math.min(LIGHTS.length, image.channels());
        boolean[][] lights = LIGHTS[shown - 1];
        byte[] rgb = new byte[image.width() * image.height() * 3];
        for (int c = 0; c < shown; c++) {
            byte[] levels = stretched(image, c);
            for (int colour = 0; colour < 3; colour++) {
                for (int i = 0; lights[c][colour] && i < levels.length; i++) {
                    rgb[3 * i + colour] = levels[i];
                }
            }
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    private static byte[] stretched(FloatImage image, int channel) {
        float[] values = channel(image, channel);
        ValueWindow window = ValueWindow.percentiles(values.clone());
        byte[] levels = new byte[values.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) Math.round(255 * window.place(values[i]));
        }
        return levels;
    }

    private static float[] channel(FloatImage image, int channel) {
        float[] values = new float[image.width() * image.height()];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.values()[i * image.channels() + channel];
        }
        return values;
    }
}
