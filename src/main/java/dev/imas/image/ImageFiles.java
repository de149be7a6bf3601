package dev.imas.image;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG, JPEG, BMP, GIF and TIFF files (of several pictures in one file the first) into plain bytes. Whatever is
 * wrong with a file comes out as a {@link UserException} with its path; a file that ends early or fails its checksums
 * is refused, never half read. Safe to use from several threads.
 */
public final class ImageFiles {
    /** Larger pictures are refused before any memory is taken for them. */
    static final long MAX_PIXELS = 100_000_000;
    /** Larger files are refused unread. */
    static final long MAX_BYTES = 1L << 30;

    private static final String ENDS_EARLY = "its data end early";

    private ImageFiles() {}

    /**
     * A picture as 8-bit RGB: grey and palettes expanded, alpha dropped, 16 bits cut to the upper 8, colour profiles
     * ignored, JPEGs turned as their EXIF orientation says.
     */
    public static RgbImage picture(Path path) {
        byte[] file = bytes(path);
        RgbImage stored = withReader(path, file, reader -> Pixels.rgb(path, decode(reader, file)));
        return Orientation.of(file).shown(stored);
    }

    /**
     * A mask: palette indices, grey values, or RGB with three equal channels.
     *
     * @param classes values must be below this, or 255
     * @param picture size of the mask's picture
     */
    public static LabelMap mask(Path path, int classes, ImageSize picture) {
        StoredMask stored = storedMask(path, picture);
        if (stored.colour()) {
            int i = 0;
            while (isGrey(stored.values()[i])) {
                i++;
            }
            int colour = stored.values()[i];
            throw new UserException(path + " is a colour picture (" + (colour >> 16) + "," + (colour >> 8 & 255) + ","
                    + (colour & 255) + " at x=" + i % stored.width() + ", y=" + i / stored.width()
                    + "); a mask holds class indices: save it as a palette or grey PNG");
        }
        byte[] labels = new byte[stored.values().length];
        for (int i = 0; i < labels.length; i++) {
            int value = stored.values()[i];
            if (value != LabelMap.IGNORE && (value < 0 || value >= classes)) {
                throw new UserException(path + " holds label " + value + " at x=" + i % stored.width() + ", y="
                        + i / stored.width() + "; expected 0 to " + (classes - 1)
                        + " or 255 (ignored); check data.classes");
            }
            labels[i] = (byte) value;
        }
        return new LabelMap(stored.width(), stored.height(), labels);
    }

    private static boolean isGrey(int colour) {
        return (colour >> 16) == (colour & 255) && (colour >> 8 & 255) == (colour & 255);
    }

    /**
     * What a mask file holds.
     *
     * @param picture size of the mask's picture, which the mask must have
     */
    public static StoredMask storedMask(Path path, ImageSize picture) {
        byte[] file = bytes(path);
        if (Orientation.isJpeg(file)) {
            throw new UserException(path + " is a JPEG, whose compression changes class indices; save masks as PNG");
        }
        return withReader(path, file, reader -> {
            if (reader.getWidth(0) != picture.width() || reader.getHeight(0) != picture.height()) {
                throw new UserException(
                        path + " is " + reader.getWidth(0) + "x" + reader.getHeight(0) + ", its picture is "
                                + picture.width() + "x" + picture.height() + "; a mask must have its picture's size");
            }
            return Pixels.mask(path, decode(reader, file));
        });
    }

    /** Width and height of a picture as {@link #picture} gives it, from the header alone. */
    public static ImageSize size(Path path) {
        byte[] file = bytes(path);
        ImageSize stored = withReader(path, file, reader -> new ImageSize(reader.getWidth(0), reader.getHeight(0)));
        return Orientation.of(file).shown(stored);
    }

    private static byte[] bytes(Path path) {
        String problem = FileProblem.ofInput(path);
        if (problem != null) {
            throw new UserException(path + " " + problem + "; expected an image");
        }
        try {
            long size = Files.size(path);
            if (size > MAX_BYTES) {
                throw new UserException(path + " has " + size + " bytes; an image may have " + MAX_BYTES + " at most");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UserException(path + " cannot be read (" + FileProblem.of(e, path) + ")", e);
        } catch (OutOfMemoryError e) {
            throw outOfMemory(path, e);
        }
    }

    private interface Reading<T> {
        T from(ImageReader reader) throws IOException;
    }

    private static <T> T withReader(Path path, byte[] file, Reading<T> reading) {
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new UserException(
                        path + " is not an image this program reads (PNG, JPEG, BMP, GIF, TIFF); it has " + file.length
                                + " bytes");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MAX_PIXELS) {
                    throw new UserException(path + " is " + reader.getWidth(0) + "x" + reader.getHeight(0)
                            + "; an image may have " + MAX_PIXELS + " pixels at most");
                }
                return reading.from(reader);
            } finally {
                reader.dispose();
            }
        } catch (UserException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new UserException(
                    path + " cannot be read as an image (" + reason(path, e) + "); it may be truncated or damaged", e);
        } catch (OutOfMemoryError e) {
            throw outOfMemory(path, e);
        }
    }

    private static BufferedImage decode(ImageReader reader, byte[] file) throws IOException {
        if (PngChunks.isPng(file)) {
            PngChunks.check(file);
        }
        // libjpeg fills the missing part of a truncated file with grey and only warns.
        boolean[] endsEarly = {false};
        reader.addIIOReadWarningListener((source, warning) -> {
            String text = warning.toLowerCase(Locale.ROOT);
            endsEarly[0] |= text.contains("premature end") || text.contains("truncated");
        });
        BufferedImage image = reader.read(0);
        if (endsEarly[0]) {
            throw new IOException(ENDS_EARLY);
        }
        return image;
    }

    private static UserException outOfMemory(Path path, OutOfMemoryError e) {
        return new UserException(
                path + " does not fit into the " + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MB this program may use; make the image smaller or raise -Xmx",
                e);
    }

    /** Decoders wrap what they found, and fail on damaged data in ways of their own. */
    private static String reason(Path path, Exception e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        if (deepest instanceof EOFException) {
            return ENDS_EARLY;
        }
        if (deepest instanceof IOException problem) {
            return FileProblem.of(problem, path);
        }
        String message = deepest.getMessage();
        return message == null || message.isBlank()
                ? "its data make no sense"
                : message.lines().findFirst().orElse("");
    }
}
