package example;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * Numbers of a picture, one plane after the other: value c of pixel (x,y) stands at {@code (c*height + y)*width + x}.
 *
 * @param channels of a picture, or classes of a result
 */
public record Planes(int channels, int height, int width, float[] values) {
    /**
     * Red, green and blue as stored, 0 to 255, which models for colours take; of grey pictures three times the same.
     * Not getRGB: that brightens greys and applies colour profiles.
     *
     * @throws IllegalArgumentException for pictures of another kind
     */
    public static Planes of(BufferedImage picture) {
        Raster stored = picture.getRaster();
        int bands = stored.getNumBands();
        boolean bytes = Arrays.stream(stored.getSampleModel().getSampleSize()).allMatch(bits -> bits == 8);
        if (!bytes || picture.getColorModel() instanceof IndexColorModel) {
            throw new IllegalArgumentException("the picture is of another kind than grey or RGB of 8 bits; convert it");
        }
        float[] values = new float[3 * picture.getWidth() * picture.getHeight()];
        int next = 0;
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < picture.getHeight(); y++) {
                for (int x = 0; x < picture.getWidth(); x++) {
                    values[next++] = stored.getSample(x, y, bands < 3 ? 0 : c);
                }
            }
        }
        return new Planes(3, picture.getHeight(), picture.getWidth(), values);
    }

    /** The plane of the largest value at a pixel: of probabilities, its class. */
    public int largest(int pixel) {
        int best = 0;
        for (int c = 1; c < channels; c++) {
            if (values[c * height * width + pixel] > values[best * height * width + pixel]) {
                best = c;
            }
        }
        return best;
    }
}
