package dev.imas.image;

import dev.imas.image.PngChunks.Piece;
import java.io.IOException;
import java.util.List;

/** Inflates the rows of a PNG file in memory, undoes their filters and takes the samples out. */
final class PngRows {
    /** First column, first row, step of columns, step of rows. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] ONE_PASS = {{0, 0, 1, 1}};
    /** Bytes inflated at once, of as many rows as they hold: a call for each row of one pixel would take its time. */
    private static final int BLOCK = 1 << 16;

    private final PngFile png;
    private final FileBytes file;
    private final List<Piece> pieces;
    private final int channels;
    private final int pixelBytes; // to the sample that a filter refers to
    private final Values values;

    PngRows(PngFile png, FileBytes file, List<Piece> pieces) throws ImageProblem {
        this.png = png;
        this.file = file;
        this.pieces = pieces;
        channels = png.channels();
        pixelBytes = Math.max(1, channels * png.bits() / 8);
        int count = Math.multiplyExact(Math.multiplyExact(png.width(), png.height()), channels);
        long compressed = pieces.stream().mapToLong(Piece::length).sum();
        ImageProblem.requireRoom((long) count * png.bits() / 8, compressed, TiffCompression.DEFLATE.most());
        values = room(png, count);
    }

    Values values() throws IOException {
        try (PngStream data = new PngStream(file, pieces)) {
            for (int[] pass : png.interlaced() ? PASSES : ONE_PASS) {
                int width = (png.width() - pass[0] + pass[2] - 1) / pass[2];
                int height = (png.height() - pass[1] + pass[3] - 1) / pass[3];
                if (width > 0 && height > 0) {
                    readPass(data, pass, width, height);
                }
            }
            data.end();
        }
        return values;
    }

    private void readPass(PngStream data, int[] pass, int width, int height) throws IOException {
        int stride = 1 + (int) (((long) width * channels * png.bits() + 7) / 8);
        int rows = Math.max(1, Math.min(height, BLOCK / stride));
        byte[] block = new byte[(1 + rows) * stride]; // the row above the block's first is kept before it
        for (int y = 0; y < height; y += rows) {
            int count = Math.min(rows, height - y);
            data.read(block, stride, count * stride);
            for (int r = 1; r <= count; r++) {
                PngFilter.undo(block, r * stride, stride, pixelBytes);
                int to = ((pass[1] + (y + r - 1) * pass[3]) * png.width() + pass[0]) * channels;
                place(png, block, r * stride + 1, width, values, to, pass[2] * channels);
            }
            System.arraycopy(block, count * stride, block, 0, stride);
        }
    }

    /**
     * Takes the samples of a row out of its bytes.
     *
     * @param rows   unfiltered
     * @param from   where the row's samples begin in it
     * @param width  pixels of the row
     * @param to     place of the first sample
     * @param step   samples from one pixel to the next
     */
    static void place(PngFile png, byte[] rows, int from, int width, Values values, int to, int step) {
        int bits = png.bits();
        int channels = png.channels();
        if (values instanceof Values.Shorts shorts) {
            for (int x = 0, i = from; x < width; x++) {
                for (int c = 0; c < channels; c++, i += 2) {
                    shorts.array()[to + x * step + c] = (short) ((rows[i] & 255) << 8 | rows[i + 1] & 255);
                }
            }
            return;
        }
        byte[] bytes = ((Values.Bytes) values).array();
        if (bits == 8 && step == channels) {
            System.arraycopy(rows, from, bytes, to, width * channels);
            return;
        }
        for (int x = 0, i = 0; x < width; x++) {
            for (int c = 0; c < channels; c++, i++) {
                int shift = 8 - bits - i * bits % 8;
                bytes[to + x * step + c] =
                        bits == 8 ? rows[from + i] : (byte) (rows[from + i * bits / 8] >> shift & (1 << bits) - 1);
            }
        }
    }

    /** Room for so many samples. */
    static Values room(PngFile png, int count) {
        return png.bits() == 16 ? new Values.Shorts(new short[count]) : new Values.Bytes(new byte[count]);
    }
}
