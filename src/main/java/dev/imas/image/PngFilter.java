package dev.imas.image;

import java.io.IOException;

/** What is done to a row of a PNG file before it is compressed, undone in place. */
final class PngFilter {
    private PngFilter() {}

    /**
     * The first byte of a row names what was subtracted from the others.
     *
     * @param rows       rows of {@code stride} bytes
     * @param at         where this one begins, behind the one above
     * @param pixelBytes to the sample that a filter refers to
     */
    static void undo(byte[] rows, int at, int stride, int pixelBytes) throws IOException {
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
            case 4 -> undoPaeth(rows, at, stride, pixelBytes);
            default -> throw ImageProblem.damaged("it has a row with an unknown filter");
        }
    }

    private static void undoPaeth(byte[] rows, int at, int stride, int pixelBytes) {
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
}
