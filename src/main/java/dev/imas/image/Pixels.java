package dev.imas.image;

import dev.imas.common.UserException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * Takes the stored samples out of a decoded picture. Colour profiles are not applied: networks are trained on stored
 * values everywhere, and the conversion would cost more than the decoding.
 */
final class Pixels {
    private Pixels() {}

    /**
     * 8-bit RGB: grey is repeated, palettes are looked up, alpha is dropped, of 16 bits the upper 8 are kept, fewer
     * bits are stretched to 0..255, CMYK (Adobe's convention) is multiplied out.
     *
     * @param origin what messages call the picture
     */
    static RgbImage rgb(Object origin, BufferedImage image) {
        requireIntegers(origin, image);
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(image.getWidth(), image.getHeight()), 3)];
        ColorModel colours = image.getColorModel();
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR && isPacked(image, 3)) {
            fromReversedBytes(bytes(image), 3, rgb);
        } else if (image.getType() == BufferedImage.TYPE_4BYTE_ABGR && isPacked(image, 4)) {
            fromReversedBytes(bytes(image), 4, rgb);
        } else if (colours instanceof IndexColorModel palette) {
            fromPalette(image, palette, rgb);
        } else if (colours.isAlphaPremultiplied()) {
            converted(image, rgb);
        } else {
            switch (colours.getColorSpace().getType()) {
                case ColorSpace.TYPE_GRAY, ColorSpace.TYPE_RGB -> fromSamples(image, rgb);
                case ColorSpace.TYPE_CMYK -> fromCmyk(image, rgb);
                default -> converted(image, rgb);
            }
        }
        return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    }

    private static void requireIntegers(Object origin, BufferedImage image) {
        int type = image.getRaster().getTransferType();
        int bits = Arrays.stream(image.getColorModel().getComponentSize()).max().orElse(0);
        if (bits > 16
                || type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT && type != DataBuffer.TYPE_INT) {
            throw new UserException(origin + " has signed, fractional or " + bits
                    + "-bit samples; expected 1 to 16 unsigned bits a sample");
        }
    }

    private static boolean isPacked(BufferedImage image, int bands) {
        return image.getRaster().getSampleModel() instanceof PixelInterleavedSampleModel model
                && model.getScanlineStride() == image.getWidth() * bands
                && image.getRaster().getParent() == null
                && image.getRaster().getDataBuffer().getOffset() == 0;
    }

    private static byte[] bytes(BufferedImage image) {
        return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    }

    /** From (A) B G R. */
    private static void fromReversedBytes(byte[] from, int bands, byte[] rgb) {
        for (int i = 0, last = bands - 1; i < rgb.length; i += 3, last += bands) {
            rgb[i] = from[last];
            rgb[i + 1] = from[last - 1];
            rgb[i + 2] = from[last - 2];
        }
    }

    private static void fromPalette(BufferedImage image, IndexColorModel palette, byte[] rgb) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int width = image.getWidth();
        int[] row = new int[width];
        for (int y = 0, i = 0; y < image.getHeight(); y++) {
            image.getRaster().getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++, i += 3) {
                put(colours[row[x]], rgb, i);
            }
        }
    }

    private static void fromSamples(BufferedImage image, byte[] rgb) {
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int[] bits = image.getColorModel().getComponentSize();
        int width = image.getWidth();
        int green = bands < 3 ? 0 : 1;
        int blue = bands < 3 ? 0 : 2;
        int[] row = new int[width * bands];
        for (int y = 0, i = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int from = 0; from < row.length; from += bands, i += 3) {
                rgb[i] = Rgb.toByte(row[from], bits[0]);
                rgb[i + 1] = Rgb.toByte(row[from + green], bits[green]);
                rgb[i + 2] = Rgb.toByte(row[from + blue], bits[blue]);
            }
        }
    }

    /** Each ink takes its share of the light that black leaves. */
    private static void fromCmyk(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        int bands = image.getRaster().getNumBands();
        int[] row = new int[width * bands];
        for (int y = 0, i = 0; y < image.getHeight(); y++) {
            image.getRaster().getPixels(0, y, width, 1, row);
            for (int from = 0; from < row.length; from += bands, i += 3) {
                int light = 255 - row[from + 3];
                for (int c = 0; c < 3; c++) {
                    rgb[i + c] = (byte) ((light * (255 - row[from + c]) + 127) / 255);
                }
            }
        }
    }

    /** By the colour model, for rare colour spaces. */
    private static void converted(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        int[] row = new int[width];
        for (int y = 0, i = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++, i += 3) {
                put(row[x], rgb, i);
            }
        }
    }

    private static void put(int colour, byte[] rgb, int at) {
        rgb[at] = (byte) (colour >> 16);
        rgb[at + 1] = (byte) (colour >> 8);
        rgb[at + 2] = (byte) colour;
    }
}
