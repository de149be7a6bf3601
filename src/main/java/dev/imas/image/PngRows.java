package dev.imas.image;

import dev.imas.image.PngChunks.Piece;
import java.io.IOException;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates the rows of a PNG file, undoes their filters and takes the samples out. */
final class PngRows {
    /** First column, first row, step of columns, step of rows. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] ONE_PASS = {{0, 0, 1, 1}};
    /** Bytes inflated at once, of as many rows as they hold: a call for each row of one pixel would take its time. */
    private static final int BLOCK = 1 << 16;

    private final PngFile png;
    private final byte[] file;
    private final List<Piece> pieces;
    private final int channels;
    private final int pixelBytes; // to the sample that a filter refers to
    private final byte[] bytes;
    private final short[] shorts;
    private int piece;

    PngRows(PngFile png, byte[] file, List<Piece> pieces) throws ImageProblem {
        this.png = png;
        this.file = file;
        this.pieces = pieces;
        channels = png.channels();
        pixelBytes = Math.max(1, channels * png.bits() / 8);
        int count = Math.multiplyExact(Math.multiplyExact(png.width(), png.height()), channels);
        long compressed = pieces.stream().mapToLong(Piece::length).sum();
        ImageProblem.requireRoom((long) count * png.bits() / 8, compressed, TiffCompression.DEFLATE.most());
        bytes = png.bits() == 16 ? null : new byte[count];
        shorts = png.bits() == 16 ? new short[count] : null;
    }

    Values values() throws IOException {
        Inflater inflater = new Inflater();
        try {
            for (int[] pass : png.interlaced() ? PASSES : ONE_PASS) {
                int width = (png.width() - pass[0] + pass[2] - 1) / pass[2];
                int height = (png.height() - pass[1] + pass[3] - 1) / pass[3];
                if (width > 0 && height > 0) {
                    readPass(inflater, pass, width, height);
                }
            }
            inflate(inflater, new byte[1], 0, 1, true); // the checksum behind the last byte
        } catch (DataFormatException e) {
            throw ImageProblem.damaged("its Deflate data make no sense");
        } finally {
            inflater.end();
        }
        return bytes != null ? new Values.Bytes(bytes) : new Values.Shorts(shorts);
    }

    private void readPass(Inflater inflater, int[] pass, int width, int height)
            throws IOException, DataFormatException {
        int stride = 1 + (int) (((long) width * channels * png.bits() + 7) / 8);
        int rows = Math.max(1, Math.min(height, BLOCK / stride));
        byte[] block = new byte[(1 + rows) * stride]; // the row above the block's first is kept before it
        for (int y = 0; y < height; y += rows) {
            int count = Math.min(rows, height - y);
            inflate(inflater, block, stride, count * stride, false);
            for (int r = 1; r <= count; r++) {
                unfilter(block, r * stride, stride);
                int to = ((pass[1] + (y + r - 1) * pass[3]) * png.width() + pass[0]) * channels;
                place(block, r * stride + 1, width, to, pass[2] * channels);
            }
            System.arraycopy(block, count * stride, block, 0, stride);
        }
    }

    private void inflate(Inflater inflater, byte[] to, int from, int length, boolean mayEnd)
            throws IOException, DataFormatException {
        int filled = 0;
        while (filled < length) {
            int step = inflater.inflate(to, from + filled, length - filled);
            filled += step;
            if (step > 0) {
                continue;
            }
            if (inflater.needsInput() && !inflater.finished() && piece < pieces.size()) {
                Piece next = pieces.get(piece++);
                inflater.setInput(file, next.from(), next.length());
            } else if (mayEnd) {
                return;
            } else {
                throw ImageProblem.endsEarly();
            }
        }
    }

    /**
     * The first byte of a row names what was subtracted from the others.
     *
     * @param rows   rows of {@code stride} bytes
     * @param at     where this one begins, behind the one above
     */
    private void unfilter(byte[] rows, int at, int stride) throws IOException {
        int end = at + stride;
        int first = at + 1 + pixelBytes;
        switch (rows[at]) {
            case 0 -> {}
            case 1 -> {
                for (int i = first; i < end; i++) {
                    rows[i] += rows[i - pixelBytes];
                }
            }
            case 2 -> {
                for (int i = at + 1; i < end; i++) {
                    rows[i] += rows[i - stride];
                }
            }
            case 3 -> {
                for (int i = at + 1; i < end; i++) {
                    int left = i < first ? 0 : rows[i - pixelBytes] & 255;
                    rows[i] += (byte) (left + (rows[i - stride] & 255) >> 1);
                }
            }
            case 4 -> unfilterPaeth(rows, at, stride);
            default -> throw ImageProblem.damaged("it has a row with an unknown filter");
        }
    }

    private void unfilterPaeth(byte[] rows, int at, int stride) {
        int end = at + stride;
        int first = Math.min(end, at + 1 + pixelBytes);
        for (int i = at + 1; i < first; i++) {
            rows[i] += rows[i - stride];
        }
        for (int i = first; i < end; i++) {
            int left = rows[i - pixelBytes] & 255;
            int up = rows[i - stride] & 255;
            int corner = rows[i - stride - pixelBytes] & 255;
            int toLeft = Math.abs(up - corner);
            int toUp = Math.abs(left - corner);
            int toCorner = Math.abs(left + up - 2 * corner);
            int nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
            rows[i] += (byte) nearest;
        }
    }

    private void place(byte[] rows, int from, int width, int to, int step) {
        int bits = png.bits();
        if (bits == 8 && step == channels) {
            System.arraycopy(rows, from, bytes, to, width * channels);
            return;
        }
        for (int x = 0, i = 0; x < width; x++) {
            for (int c = 0; c < channels; c++, i++) {
                int at = to + x * step + c;
                if (bits == 16) {
                    shorts[at] = (short) ((rows[from + 2 * i] & 255) << 8 | rows[from + 2 * i + 1] & 255);
                } else if (bits == 8) {
                    bytes[at] = rows[from + i];
                } else {
                    int shift = 8 - bits - i * bits % 8;
                    bytes[at] = (byte) (rows[from + i * bits / 8] >> shift & (1 << bits) - 1);
                }
            }
        }
    }
}
