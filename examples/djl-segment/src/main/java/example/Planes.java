package example;

import java.awt.image.BufferedImage;

/**
 * Numbers of a picture, one plane after the other: value c of pixel (x,y) stands at {@code (c*height + y)*width + x}.
 *
 * @param channels of a picture, or classes of a result
 */
public record Planes(int channels, int height, int width, float[] values) {
    /** Red, green and blue from 0 to 255, which models for colours take. */
    public static Planes of(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] pixels = picture.getRGB(0, 0, width, height, null, 0, width);
        float[] values = new float[3 * pixels.length];
        for (int p = 0; p < pixels.length; p++) {
            for (int c = 0; c < 3; c++) {
                values[c * pixels.length + p] = pixels[p] >> (16 - 8 * c) & 255;
            }
        }
        return new Planes(3, height, width, values);
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
