package dev.imas.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Takes samples of every width out of their packed rows and puts them in their places. */
final class TiffSamples {
    private final TiffPage page;
    private final ByteOrder order;
    private Values values;
    private int first; // row of the picture at the values' beginning
    private int kept; // rows from there on

    TiffSamples(TiffPage page) {
        this.page = page;
        order = page.tags.little() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    /** Makes room for some rows of the page; of others nothing is kept. */
    void allocate(int firstRow, int rows) {
        first = firstRow;
        kept = rows;
        int count = Math.multiplyExact(Math.multiplyExact(page.width, rows), page.channels);
        values = switch (page.kind) {
            case UNSIGNED ->
                page.bits <= 8
                        ? new Values.Bytes(new byte[count])
                        : page.bits <= 16 ? new Values.Shorts(new short[count]) : new Values.Unsigned(new int[count]);
            case SIGNED -> new Values.Signed(new int[count]);
            case FLOAT -> new Values.Floats(new float[count]);
        };
    }

    Values values() {
        return values;
    }

    /**
     * Puts a strip or tile in its place.
     *
     * @param rowBytes   bytes from one row to the next
     * @param perPixel   samples of a pixel that lie side by side
     * @param width      pixels of a row that lie in the picture
     * @param plane      channel of the first sample
     */
    void place(byte[] data, int rowBytes, int perPixel, int x, int y, int width, int rows, int plane)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(data).order(order);
        for (int row = Math.max(0, first - y); row < Math.min(rows, first + kept - y); row++) {
            int from = row * rowBytes;
            int to = ((y + row - first) * page.width + x) * page.channels + plane;
            int samples = width * perPixel;
            boolean sideBySide = perPixel == page.channels;
            if (page.bits == 8 && sideBySide && values instanceof Values.Bytes bytes) {
                System.arraycopy(data, from, bytes.array(), to, samples);
                continue;
            }
            int step = sideBySide ? 1 : page.channels;
            for (int i = 0; i < samples; i++) {
                put(buffer, from, i, to + i * step);
            }
        }
    }

    private void put(ByteBuffer row, int from, int i, int to) throws IOException {
        if (values instanceof Values.Bytes bytes) {
            bytes.array()[to] = (byte) (page.bits == 8 ? row.get(from + i) : packed(row, from, i));
        } else if (values instanceof Values.Shorts shorts) {
            shorts.array()[to] = page.bits == 16 ? row.getShort(from + 2 * i) : (short) packed(row, from, i);
        } else if (values instanceof Values.Unsigned ints) {
            ints.array()[to] = page.bits == 64
                    ? (int) fitting(row.getLong(from + 8 * i), 0, 0xFFFF_FFFFL)
                    : row.getInt(from + 4 * i);
        } else if (values instanceof Values.Signed ints) {
            ints.array()[to] = switch (page.bits) {
                case 8 -> row.get(from + i);
                case 16 -> row.getShort(from + 2 * i);
                case 32 -> row.getInt(from + 4 * i);
                default -> (int) fitting(row.getLong(from + 8 * i), Integer.MIN_VALUE, Integer.MAX_VALUE);
            };
        } else if (values instanceof Values.Floats floats) {
            floats.array()[to] = switch (page.bits) {
                case 16 -> Halves.toFloat(row.getShort(from + 2 * i));
                case 24 -> Halves.toFloat(three(row, from + 3 * i));
                case 32 -> row.getFloat(from + 4 * i);
                default -> (float) row.getDouble(from + 8 * i);
            };
        }
    }

    /** numpy's integers have 64 bits unless others are asked for; what they count hardly ever needs more than 32. */
    private static long fitting(long value, long least, long most) throws IOException {
        if (value < least || value > most) {
            throw ImageProblem.unread(
                    "holds a number of 64 bits beyond " + least + " to " + most + "; save it in 32 bits or as floats");
        }
        return value;
    }

    /** Samples that share bytes: the highest bit comes first whatever the file's byte order. */
    private int packed(ByteBuffer row, int from, int i) {
        int value = 0;
        for (int bit = i * page.bits, end = bit + page.bits; bit < end; bit++) {
            value = value << 1 | row.get(from + (bit >> 3)) >> (7 - (bit & 7)) & 1;
        }
        return value;
    }

    private int three(ByteBuffer row, int at) {
        int first = row.get(at) & 255;
        int middle = row.get(at + 1) & 255;
        int last = row.get(at + 2) & 255;
        return order == ByteOrder.LITTLE_ENDIAN ? last << 16 | middle << 8 | first : first << 16 | middle << 8 | last;
    }
}
