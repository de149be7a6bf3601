package dev.imas.image;

import dev.imas.common.UserException;
import java.awt.image.SampleModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * What a picture file says of itself before its pixels, and whether its end is there: a small part of the cost of
 * decoding it, in time and in bytes that are read.
 *
 * @param stored      size as stored
 * @param shown       size as {@link ImageFiles#picture} gives it
 * @param orientation EXIF's code, 1 to 8; 1: as stored
 * @param channels    samples a pixel, 1 for a palette; 0: not known before decoding
 * @param bits        of a sample; 0: not known before decoding
 */
public record PictureHeader(ImageSize stored, ImageSize shown, int orientation, int channels, int bits) {
    /** The mark of the orientation is in front. */
    private static final int BEGINNING = 1 << 18;
    /** Some cameras write after the end of the picture. */
    private static final int END = 1 << 16;

    private static final int PNG_SIGNATURE = 8;
    private static final int PNG_FRAME = 12;
    private static final int IEND = 0x49454E44;

    /** @throws UserException naming the file, when it is no picture, or ends early */
    public static PictureHeader of(Path path) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] beginning = new byte[(int) Math.min(BEGINNING, file.length())];
            file.readFully(beginning);
            if (PngChunks.isPng(beginning) && !pngEnds(file) || Orientation.isJpeg(beginning) && !jpegEnds(file)) {
                throw new UserException(
                        path + " cannot be read as an image (its data end early); it may be truncated" + " or damaged");
            }
            Orientation orientation = Orientation.of(beginning);
            file.seek(0);
            try (ImageInputStream stream = new FileImageInputStream(file)) {
                return read(stream, orientation);
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof UserException known) {
                throw known;
            }
            ImageSize size = ImageFiles.size(path); // tells what is wrong, or reads more than is tried here
            return new PictureHeader(size, size, 1, 0, 0);
        }
    }

    private static PictureHeader read(ImageInputStream stream, Orientation orientation) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        if (!readers.hasNext()) {
            throw new IOException("no reader");
        }
        ImageReader reader = readers.next();
        try {
            reader.setInput(stream, true, true);
            ImageSize stored = new ImageSize(reader.getWidth(0), reader.getHeight(0));
            SampleModel samples = samples(reader);
            return new PictureHeader(
                    stored,
                    orientation.shown(stored),
                    orientation.code(),
                    samples == null ? 0 : samples.getNumBands(),
                    samples == null ? 0 : samples.getSampleSize(0));
        } finally {
            reader.dispose();
        }
    }

    /** Null where the reader does not know before decoding. */
    private static SampleModel samples(ImageReader reader) throws IOException {
        ImageTypeSpecifier raw = reader.getRawImageType(0);
        if (raw == null) {
            Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
            raw = types != null && types.hasNext() ? types.next() : null;
        }
        return raw == null ? null : raw.getSampleModel();
    }

    private static boolean pngEnds(RandomAccessFile file) throws IOException {
        long at = PNG_SIGNATURE;
        while (at + PNG_FRAME <= file.length()) {
            file.seek(at);
            long length = file.readInt() & 0xFFFFFFFFL;
            int type = file.readInt();
            at += PNG_FRAME + length;
            if (type == IEND) {
                return at <= file.length();
            }
        }
        return false;
    }

    /** A scan ends with FF D9, wherever near the end of the file that is. */
    private static boolean jpegEnds(RandomAccessFile file) throws IOException {
        byte[] end = new byte[(int) Math.min(END, file.length())];
        file.seek(file.length() - end.length);
        file.readFully(end);
        for (int i = end.length - 2; i >= 0; i--) {
            if ((end[i] & 255) == 0xFF && (end[i + 1] & 255) == 0xD9) {
                return true;
            }
        }
        return false;
    }
}
