package dev.imas.image;

import dev.imas.image.Stored.Meaning;
import java.io.IOException;

/** A Windows bitmap: palettes of 1, 4 and 8 bits, 16, 24 and 32 bits a pixel, runs of 4 and 8 bits. */
final class BmpFile implements PictureFile {
    private static final int RUNS_8 = 1;
    private static final int RUNS_4 = 2;
    private static final int MASKS = 3;
    private static final int MASKS_AND_ALPHA = 6;
    private static final int OLD_HEADER = 12;

    private final FileBytes file;
    private final int width;
    private final int height;
    private final boolean topDown;
    private final int bits;
    private final int compression;
    private final long headerSize;
    private final long dataAt;

    private BmpFile(FileBytes file) throws IOException {
        this.file = file;
        dataAt = file.u32(10, true);
        headerSize = file.u32(14, true);
        boolean old = headerSize == OLD_HEADER;
        if (!old && (headerSize < 40 || headerSize > 1024)) {
            throw ImageProblem.unread("is a bitmap (BMP) with an unknown header; save it as PNG");
        }
        width = old ? file.u16(18, true) : (int) file.u32(18, true);
        int rows = old ? file.u16(20, true) : (int) file.u32(22, true);
        topDown = rows < 0;
        height = Math.abs(rows);
        bits = file.u16(old ? 24 : 28, true);
        compression = old ? 0 : (int) file.u32(30, true);
        if (width < 1 || height < 1) {
            throw ImageProblem.damaged("its header says " + width + "x" + rows + " pixels");
        }
        boolean known =
                switch (compression) {
                    case 0 -> bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
                    case RUNS_8 -> bits == 8 && !topDown;
                    case RUNS_4 -> bits == 4 && !topDown;
                    case MASKS, MASKS_AND_ALPHA -> bits == 16 || bits == 32;
                    default -> false;
                };
        if (!known) {
            throw ImageProblem.unknownTo(
                    "is a bitmap (BMP) of " + bits + " bits a pixel, compression " + compression, "PNG");
        }
    }

    static BmpFile of(FileBytes file) throws IOException {
        return new BmpFile(file);
    }

    @Override
    public ImageSize size() {
        return new ImageSize(width, height);
    }

    @Override
    public int channels() {
        return bits <= 8 ? 1 : 3;
    }

    @Override
    public int bits() {
        return Math.min(bits, 8);
    }

    @Override
    public long memory() {
        return (long) width * height * (bits <= 8 ? 1 : 3);
    }

    @Override
    public Stored decode() throws IOException {
        if (bits > 8) {
            return colours();
        }
        byte[] indices =
                compression == 0 ? indices() : BmpRuns.expand(file, dataAt, width, height, compression == RUNS_4);
        return new Stored(
                width,
                height,
                1,
                Meaning.PALETTE,
                -1,
                false,
                Samples.Kind.UNSIGNED,
                bits,
                new Values.Bytes(indices),
                palette());
    }

    private int[] palette() throws IOException {
        boolean old = headerSize == OLD_HEADER;
        long used = old ? 0 : file.u32(46, true);
        int entry = old ? 3 : 4;
        long from = 14 + headerSize;
        long room = Math.max(0, dataAt - from) / entry;
        int size = (int) Math.min(1 << bits, used == 0 ? Math.min(room, 1 << bits) : used);
        int[] palette = new int[size];
        for (int i = 0; i < size; i++) {
            long at = from + (long) i * entry;
            palette[i] = file.u8(at + 2) << 16 | file.u8(at + 1) << 8 | file.u8(at);
        }
        return palette;
    }

    /** Where row y of the picture, counted from its top, begins in the file. */
    private long row(int y) {
        long rowBytes = ((long) width * bits + 31) / 32 * 4;
        return dataAt + rowBytes * (topDown ? y : height - 1 - y);
    }

    /** Throws early where rows are missing. */
    private void requireRows() throws IOException {
        long rowBytes = ((long) width * bits + 7) / 8; // the padding of the last row may be missing
        if (dataAt < 14 + headerSize || row(topDown ? height - 1 : 0) + rowBytes > file.length()) {
            throw ImageProblem.endsEarly();
        }
    }

    private byte[] indices() throws IOException {
        requireRows();
        byte[] indices = new byte[width * height];
        for (int y = 0, to = 0; y < height; y++) {
            byte[] row = file.bytes(row(y), (width * bits + 7) / 8);
            for (int x = 0; x < width; x++, to++) {
                int shift = 8 - bits - x * bits % 8;
                indices[to] = (byte) (row[x * bits / 8] >> shift & (1 << bits) - 1);
            }
        }
        return indices;
    }

    private Stored colours() throws IOException {
        requireRows();
        byte[] rgb = new byte[Math.multiplyExact(width * height, 3)];
        int[] masks = bits == 24 ? new int[0] : masks();
        int pixel = bits / 8;
        for (int y = 0, to = 0; y < height; y++) {
            byte[] row = file.bytes(row(y), width * pixel);
            for (int x = 0; x < width; x++, to += 3) {
                int at = x * pixel;
                if (bits == 24) {
                    rgb[to] = row[at + 2];
                    rgb[to + 1] = row[at + 1];
                    rgb[to + 2] = row[at];
                } else {
                    int value = row[at] & 255 | (row[at + 1] & 255) << 8;
                    if (bits == 32) {
                        value |= (row[at + 2] & 255) << 16 | row[at + 3] << 24;
                    }
                    for (int c = 0; c < 3; c++) {
                        rgb[to + c] = masked(value, masks[c]);
                    }
                }
            }
        }
        return Stored.rgb(width, height, rgb);
    }

    /** Which bits of a pixel are red, green and blue. */
    private int[] masks() throws IOException {
        if (compression == 0) {
            return bits == 16 ? new int[] {0x7C00, 0x3E0, 0x1F} : new int[] {0xFF0000, 0xFF00, 0xFF};
        }
        int[] masks = new int[3];
        for (int c = 0; c < 3; c++) {
            masks[c] = (int) file.u32(54 + 4L * c, true);
            int low = masks[c] >>> Integer.numberOfTrailingZeros(masks[c]);
            if (masks[c] == 0 || (low & low + 1) != 0 || Integer.bitCount(low) > 16) {
                throw ImageProblem.damaged("its colour masks make no sense");
            }
        }
        return masks;
    }

    private static byte masked(int pixel, int mask) {
        int value = (pixel & mask) >>> Integer.numberOfTrailingZeros(mask);
        return Rgb.toByte(value, Integer.bitCount(mask));
    }
}
