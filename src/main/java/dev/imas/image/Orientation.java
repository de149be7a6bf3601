package dev.imas.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held, as the EXIF block of a JPEG records it. Pictures are turned accordingly, because masks are
 * drawn over what viewers show; the published data sets carry no such mark.
 *
 * @param code 1 (as stored) to 8: 2 to 4 mirror and turn by 180 degrees, 5 to 8 exchange rows and columns as well
 */
record Orientation(int code) {
    static final Orientation AS_STORED = new Orientation(1);

    private static final int ORIENTATION_TAG = 0x0112;
    private static final int SHORT = 3;
    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

    static boolean isJpeg(byte[] file) {
        return file.length >= 3 && (file[0] & 255) == 0xFF && (file[1] & 255) == 0xD8 && (file[2] & 255) == 0xFF;
    }

    /** The orientation of a JPEG; of other files, and where the mark is missing or makes no sense, as stored. */
    static Orientation of(byte[] file) {
        if (!isJpeg(file)) {
            return AS_STORED;
        }
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int at = 2;
        while (at + 4 <= file.length && (file[at] & 255) == 0xFF) {
            int marker = file[at + 1] & 255;
            int length = bytes.getShort(at + 2) & 0xFFFF;
            boolean imageData = marker == 0xDA;
            if (imageData || length < 2 || at + 2 + length > file.length) {
                break;
            }
            if (marker == 0xE1 && startsWith(file, at + 4, EXIF)) {
                return fromTiff(bytes.slice(at + 4 + EXIF.length, Math.max(0, length - 2 - EXIF.length)));
            }
            at += 2 + length;
        }
        return AS_STORED;
    }

    /** Looks the tag up in the first directory of a TIFF block. */
    private static Orientation fromTiff(ByteBuffer tiff) {
        if (tiff.limit() < 10) {
            return AS_STORED;
        }
        tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        if (directory < 8 || directory > tiff.limit() - 2) {
            return AS_STORED;
        }
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0, at = directory + 2; i < entries && at + 12 <= tiff.limit(); i++, at += 12) {
            if ((tiff.getShort(at) & 0xFFFF) == ORIENTATION_TAG && tiff.getShort(at + 2) == SHORT) {
                int code = tiff.getShort(at + 8);
                return code >= 1 && code <= 8 ? new Orientation(code) : AS_STORED;
            }
        }
        return AS_STORED;
    }

    private static boolean startsWith(byte[] file, int at, byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (at + i >= file.length || file[at + i] != text[i]) {
                return false;
            }
        }
        return true;
    }

    /** The size as shown of a picture stored in this size. */
    ImageSize shown(ImageSize stored) {
        return code >= 5 ? new ImageSize(stored.height(), stored.width()) : stored;
    }

    /** The picture as shown. */
    RgbImage shown(RgbImage stored) {
        if (code == 1) {
            return stored;
        }
        ImageSize size = shown(new ImageSize(stored.width(), stored.height()));
        boolean fromRight = code == 2 || code == 3 || code == 7 || code == 8;
        boolean fromBottom = code == 3 || code == 4 || code == 6 || code == 7;
        byte[] from = stored.rgb();
        byte[] to = new byte[from.length];
        for (int y = 0, at = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++, at += 3) {
                int column = code >= 5 ? y : x;
                int row = code >= 5 ? x : y;
                int source = 3
                        * ((fromBottom ? stored.height() - 1 - row : row) * stored.width()
                                + (fromRight ? stored.width() - 1 - column : column));
                to[at] = from[source];
                to[at + 1] = from[source + 1];
                to[at + 2] = from[source + 2];
            }
        }
        return new RgbImage(size.width(), size.height(), to);
    }
}
