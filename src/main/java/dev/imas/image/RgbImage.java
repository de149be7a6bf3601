package dev.imas.image;

/**
 * An 8-bit RGB picture.
 *
 * @param width  pixels a row, at least 1
 * @param height rows, at least 1
 * @param rgb    height*width*3 bytes, row-major, R G B of one pixel side by side
 */
public record RgbImage(int width, int height, byte[] rgb) {
    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException("an image of " + width + "x" + height + " needs width*height*3 bytes, got " + rgb.length);
        }
    }

    public static RgbImage black(int width, int height) {
        return new RgbImage(width, height, new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)]);
    }
}
