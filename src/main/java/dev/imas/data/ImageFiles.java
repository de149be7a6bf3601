package dev.imas.data;

import dev.imas.augment.ImageSize;
import dev.imas.augment.LabelMap;
import dev.imas.augment.RgbImage;
import dev.imas.common.UserException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/** Reads pictures and masks with ImageIO into plain bytes. */
public final class ImageFiles {
    /** Larger pictures are refused before any memory is taken for them. */
    static final long MAX_PIXELS = 100_000_000;

    static {
        ImageIO.setUseCache(false); // files are read once: no copy on disk
    }

    private ImageFiles() {
    }

    /** A picture as 8-bit RGB: grey and palette expanded, alpha dropped, 16 bits rounded down to 8. */
    public static RgbImage picture(Path path) {
        BufferedImage image = decode(path);
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[width * height * 3];
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR && isPacked(image, 3)) {
            byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
            for (int i = 0; i < rgb.length; i += 3) {
                rgb[i] = bgr[i + 2];
                rgb[i + 1] = bgr[i + 1];
                rgb[i + 2] = bgr[i];
            }
        } else if (isGrey(image) && image.getRaster().getTransferType() <= DataBuffer.TYPE_USHORT) {
            greyToRgb(image, rgb);
        } else {
            int[] row = new int[width];
            for (int y = 0; y < height; y++) {
                image.getRGB(0, y, width, 1, row, 0, width);
                for (int x = 0, i = 3 * y * width; x < width; x++, i += 3) {
                    rgb[i] = (byte) (row[x] >> 16);
                    rgb[i + 1] = (byte) (row[x] >> 8);
                    rgb[i + 2] = (byte) row[x];
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /**
     * A mask: palette indices, grey values, or RGB with three equal channels.
     *
     * @param classes values must be below this, or 255
     * @param picture size of the mask's picture
     */
    static LabelMap mask(Path path, int classes, ImageSize picture) {
        BufferedImage image = decode(path);
        int width = image.getWidth();
        int height = image.getHeight();
        if (width != picture.width() || height != picture.height()) {
            throw new UserException(path + " is " + width + "x" + height + ", its picture is " + picture.width() + "x" + picture.height() + "; a mask must have its picture's size");
        }
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        byte[] labels = new byte[width * height];
        int[] row = new int[width * bands];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int value = row[x * bands];
                if (bands >= 3 && (row[x * bands + 1] != value || row[x * bands + 2] != value)) {
                    throw new UserException(path + " is a colour picture (" + value + "," + row[x * bands + 1] + "," + row[x * bands + 2] + " at x=" + x + ", y=" + y
                            + "); a mask holds class indices: save it as a palette or grey PNG");
                }
                if (value != LabelMap.IGNORE && value >= classes) {
                    throw new UserException(path + " holds label " + value + " at x=" + x + ", y=" + y + "; expected 0 to " + (classes - 1) + " or 255 (ignored); check data.classes");
                }
                labels[y * width + x] = (byte) value;
            }
        }
        return new LabelMap(width, height, labels);
    }

    private static boolean isPacked(BufferedImage image, int bands) {
        return image.getRaster().getSampleModel() instanceof PixelInterleavedSampleModel model && model.getScanlineStride() == image.getWidth() * bands
                && image.getRaster().getParent() == null;
    }

    private static boolean isGrey(BufferedImage image) {
        return image.getRaster().getNumBands() <= 2 && image.getColorModel().getColorSpace().getType() == java.awt.color.ColorSpace.TYPE_GRAY;
    }

    /** The stored values, not ImageIO's colour-managed conversion, which would change them. */
    private static void greyToRgb(BufferedImage image, byte[] rgb) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int bits = image.getColorModel().getComponentSize(0);
        int[] row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                int value = bits > 8 ? row[x] >> (bits - 8) : row[x] * 255 / ((1 << bits) - 1);
                java.util.Arrays.fill(rgb, 3 * (y * width + x), 3 * (y * width + x) + 3, (byte) value);
            }
        }
    }

    /** Width and height from the header alone. */
    static ImageSize size(Path path) {
        return withReader(path, reader -> new ImageSize(reader.getWidth(0), reader.getHeight(0)));
    }

    private static BufferedImage decode(Path path) {
        return withReader(path, ImageFiles::read);
    }

    private interface Reading<T> {
        T from(ImageReader reader) throws IOException;
    }

    private static <T> T withReader(Path path, Reading<T> reading) {
        File file = path.toFile();
        if (!Files.isRegularFile(path)) {
            throw new UserException("no image at " + path);
        }
        try (ImageInputStream stream = ImageIO.createImageInputStream(file)) {
            if (stream == null) {
                throw new UserException(path + " cannot be opened; check its permissions");
            }
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new UserException(path + " is not an image this program reads (PNG, JPEG, BMP, GIF, TIFF); it has " + file.length() + " bytes");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MAX_PIXELS) {
                    throw new UserException(path + " is " + reader.getWidth(0) + "x" + reader.getHeight(0) + "; at most " + MAX_PIXELS + " pixels are read");
                }
                return reading.from(reader);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof UserException known) {
                throw known;
            }
            throw new UserException(path + " cannot be read as an image (" + reason(e) + "); it may be truncated or damaged", e);
        }
    }

    private static BufferedImage read(ImageReader reader) throws IOException {
        try {
            return reader.read(0);
        } catch (IIOException unsupported) {
            if (!reader.canReadRaster()) {
                throw unsupported;
            }
            return fromCmyk(reader.readRaster(0, null), unsupported);
        }
    }

    /** Four-channel JPEGs, which ImageIO hands out as a raster only; Adobe's writers store them inverted. */
    private static BufferedImage fromCmyk(Raster raster, IIOException unsupported) throws IIOException {
        if (raster.getNumBands() != 4) {
            throw unsupported;
        }
        BufferedImage image = new BufferedImage(raster.getWidth(), raster.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
        int[] row = new int[4 * raster.getWidth()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int x = 0; x < raster.getWidth(); x++) {
                int k = row[4 * x + 3];
                image.setRGB(x, y, row[4 * x] * k / 255 << 16 | row[4 * x + 1] * k / 255 << 8 | row[4 * x + 2] * k / 255);
            }
        }
        return image;
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
    }
}
