package dev.imas.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held, as EXIF blocks and TIFF pages record it. Pictures are turned accordingly, because masks are
 * drawn over what viewers show; the published data sets carry no such mark.
 *
 * @param code 1 (as stored) to 8: 2 to 4 mirror and turn by 180 degrees, 5 to 8 exchange rows and columns as well
 */
record Orientation(int code) {
    static final Orientation AS_STORED = new Orientation(1);

    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int SIGNED_SHORT = 8;
    private static final int SIGNED_LONG = 9;

    /** What does not lie in 1 to 8 is taken for 1. */
    static Orientation of(long code) {
        return code >= 1 && code <= 8 ? new Orientation((int) code) : AS_STORED;
    }

    static boolean startsExif(byte[] block) {
        for (int i = 0; i < EXIF.length; i++) {
            if (i >= block.length || block[i] != EXIF[i]) {
                return false;
            }
        }
        return true;
    }

    /** Of an EXIF block, with or without its six bytes of heading; where it makes no sense, as stored. */
    static Orientation ofExif(byte[] block) {
        int start = startsExif(block) ? EXIF.length : 0;
        ByteBuffer tiff = ByteBuffer.wrap(block, start, block.length - start).slice();
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
            if ((tiff.getShort(at) & 0xFFFF) == TiffDirectory.ORIENTATION) {
                return switch (tiff.getShort(at + 2)) {
                    case SHORT, SIGNED_SHORT -> of(tiff.getShort(at + 8));
                    case LONG, SIGNED_LONG -> of(tiff.getInt(at + 8));
                    default -> of(tiff.get(at + 8));
                };
            }
        }
        return AS_STORED;
    }

    /** The size as shown of a picture stored in this size. */
    ImageSize shown(ImageSize stored) {
        return code >= 5 ? new ImageSize(stored.height(), stored.width()) : stored;
    }

    /** Where the pixel shown at (x, y) is stored in a picture of this stored size. */
    int source(ImageSize stored, int x, int y) {
        boolean fromRight = code == 2 || code == 3 || code == 7 || code == 8;
        boolean fromBottom = code == 3 || code == 4 || code == 6 || code == 7;
        int column = code >= 5 ? y : x;
        int row = code >= 5 ? x : y;
        return (fromBottom ? stored.height() - 1 - row : row) * stored.width()
                + (fromRight ? stored.width() - 1 - column : column);
    }

    /** The picture as shown. */
    RgbImage shown(RgbImage stored) {
        if (code == 1) {
            return stored;
        }
        ImageSize from = new ImageSize(stored.width(), stored.height());
        ImageSize size = shown(from);
        byte[] rgb = new byte[stored.rgb().length];
        for (int y = 0, at = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++, at += 3) {
                System.arraycopy(stored.rgb(), 3 * source(from, x, y), rgb, at, 3);
            }
        }
        return new RgbImage(size.width(), size.height(), rgb);
    }

    /** The mask as shown. */
    StoredMask shown(StoredMask stored) {
        if (code == 1) {
            return stored;
        }
        ImageSize from = new ImageSize(stored.width(), stored.height());
        ImageSize size = shown(from);
        int[] values = new int[stored.values().length];
        for (int y = 0, at = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++, at++) {
                values[at] = stored.values()[source(from, x, y)];
            }
        }
        return new StoredMask(
                size.width(),
                size.height(),
                values,
                stored.colour(),
                stored.palette(),
                stored.alpha(),
                stored.negated());
    }

    /** The samples as shown. */
    Samples shown(Samples stored) {
        if (code == 1) {
            return stored;
        }
        ImageSize from = new ImageSize(stored.width(), stored.height());
        ImageSize size = shown(from);
        int channels = stored.channels();
        float[] values = new float[stored.values().length];
        for (int y = 0, at = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++, at += channels) {
                System.arraycopy(stored.values(), channels * source(from, x, y), values, at, channels);
            }
        }
        return new Samples(
                size.width(), size.height(), channels, stored.kind(), stored.bits(), values, stored.channelNames());
    }
}
