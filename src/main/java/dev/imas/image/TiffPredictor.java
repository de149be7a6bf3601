package dev.imas.image;

import static dev.imas.image.TiffDirectory.COMPRESSION;
import static dev.imas.image.TiffDirectory.PREDICTOR;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Undoes what was done to rows before they were compressed. */
final class TiffPredictor {
    private TiffPredictor() {}

    /** Restores rows in place, in the file's byte order. */
    static void undo(TiffPage page, byte[] data, int width, int rows, int perPixel) throws IOException {
        long predictor = page.tags.number(PREDICTOR, 1);
        boolean used = TiffCompression.of(page.tags.number(COMPRESSION, 1)).predicts();
        if (predictor == 1 || !used) {
            return;
        }
        int rowBytes = (int) (((long) width * perPixel * page.bits + 7) / 8);
        for (int row = 0; row < rows; row++) {
            if (predictor == 2) {
                sum(page, data, row * rowBytes, width * perPixel, perPixel);
            } else if (predictor == 3 && page.kind == Samples.Kind.FLOAT) {
                joinFloats(page, data, row * rowBytes, rowBytes, perPixel);
            } else {
                throw ImageProblem.unknownTo(
                        "has " + page.kind + " samples with predictor " + predictor, "a TIFF without one");
            }
        }
    }

    /** Predictor 2: every sample was stored as its difference from the one before of its channel. */
    private static void sum(TiffPage page, byte[] data, int from, int samples, int perPixel) throws IOException {
        ByteBuffer row =
                ByteBuffer.wrap(data).order(page.tags.little() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int size = page.bits / 8;
        for (int i = perPixel; i < samples; i++) {
            int at = from + i * size;
            int before = from + (i - perPixel) * size;
            switch (page.bits) {
                case 8 -> data[at] += data[before];
                case 16 -> row.putShort(at, (short) (row.getShort(at) + row.getShort(before)));
                case 32 -> row.putInt(at, row.getInt(at) + row.getInt(before));
                case 64 -> row.putLong(at, row.getLong(at) + row.getLong(before));
                default ->
                    throw ImageProblem.unknownTo(
                            "has " + page.bits + "-bit samples with a predictor", "a TIFF without one");
            }
        }
    }

    /** Predictor 3: the highest bytes of a row's floats came first, then the next ones, as differences of bytes. */
    private static void joinFloats(TiffPage page, byte[] data, int from, int rowBytes, int perPixel) {
        for (int i = from + perPixel; i < from + rowBytes; i++) {
            data[i] += data[i - perPixel];
        }
        int size = page.bits / 8;
        int samples = rowBytes / size;
        byte[] row = new byte[rowBytes];
        for (int i = 0; i < samples; i++) {
            for (int b = 0; b < size; b++) {
                int to = page.tags.little() ? size - 1 - b : b;
                row[i * size + to] = data[from + b * samples + i];
            }
        }
        System.arraycopy(row, 0, data, from, rowBytes);
    }
}
