package dev.imas.image;

import java.awt.image.BufferedImage;

/**
 * An 8-bit RGB picture.
 *
 * @param width  pixels a row, at least 1
 * @param height rows, at least 1
 * @param rgb    height*width*3 bytes, row-major, R G B of one pixel side by side
 */
public record RgbImage(int width, int height, byte[] rgb) implements Picture {
    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException(
                    "an image of " + width + "x" + height + " needs width*height*3 bytes, got " + rgb.length);
        }
    }

    @Override
    public int channels() {
        return 3;
    }

    /**
     * The stored samples of a picture, copied, as {@link ImageFiles#picture} takes them: grey and palettes expanded,
     * alpha dropped, 16 bits cut to the upper 8, colour profiles ignored.
     *
     * @throws dev.imas.common.UserException for samples that are signed, fractional or of more than 16 bits
     */
    public static RgbImage of(BufferedImage image) {
        return Pixels.rgb("the picture", image);
    }

    /** A copy for java.awt, of the type TYPE_INT_RGB. */
    public BufferedImage toBufferedImage() {
        int[] pixels = new int[width * height];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
        }
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        picture.getRaster().setDataElements(0, 0, width, height, pixels);
        return picture;
    }

    /** A picture of zeros. */
    public static RgbImage black(int width, int height) {
        return new RgbImage(width, height, new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)]);
    }
}
