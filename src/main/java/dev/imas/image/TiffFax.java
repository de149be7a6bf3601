package dev.imas.image;

import static dev.imas.image.TiffDirectory.COMPRESSION;
import static dev.imas.image.TiffDirectory.T4_OPTIONS;
import static dev.imas.image.TiffDirectory.T6_OPTIONS;

import java.io.IOException;

/**
 * Black and white rows as faxes send them (ITU-T T.4 and T.6): lengths of runs, or where the changes of colour lie
 * against those of the row above.
 */
final class TiffFax {
    private static final int RUNS = 2;
    private static final int GROUP_3 = 3;
    private static final int UNCOMPRESSED = 2;

    private final byte[] packed;
    private final int width;
    private int bit;
    private int[] above; // where the colour changes in the row above, to black at even places
    private int[] changes;
    private int changed;
    private int changedAbove;
    private int passedAbove; // changes above that the row has gone beyond

    private TiffFax(byte[] packed, int width) {
        this.packed = packed;
        this.width = width;
        above = new int[width + 4];
        changes = new int[width + 4];
    }

    static byte[] expand(TiffPage page, byte[] packed, int wanted, int rows) throws IOException {
        if (page.bits != 1 || page.channels != 1) {
            throw ImageProblem.damaged("it is compressed as a fax, but not black and white");
        }
        int method = (int) page.tags.number(COMPRESSION, 1);
        long options = method == GROUP_3 ? page.tags.number(T4_OPTIONS, 0) : page.tags.number(T6_OPTIONS, 0);
        if (method != RUNS && (options & UNCOMPRESSED) != 0) {
            throw ImageProblem.unknownTo("is a fax with uncompressed parts", "Deflate or LZW");
        }
        byte[] bytes = new byte[wanted];
        int width = wanted / rows * 8;
        TiffFax fax = new TiffFax(packed, page.width <= width && width - page.width < 8 ? page.width : width);
        for (int row = 0; row < rows; row++) {
            fax.readRow(method, method == GROUP_3 && (options & 1) != 0);
            fax.paint(bytes, row * (wanted / rows));
        }
        return bytes;
    }

    private void readRow(int method, boolean mayReferAbove) throws IOException {
        int[] next = above;
        above = changes;
        changedAbove = changed;
        changes = next;
        changed = 0;
        passedAbove = 0;
        switch (method) {
            case RUNS -> {
                bit = bit + 7 & ~7;
                readRuns();
            }
            case GROUP_3 -> {
                boolean marked = skipEndOfLine();
                boolean runs = !mayReferAbove || !marked || nextBit() == 1;
                if (runs) {
                    readRuns();
                } else {
                    readAgainstAbove();
                }
            }
            default -> readAgainstAbove();
        }
    }

    private int nextBit() throws IOException {
        if (bit >> 3 >= packed.length) {
            throw ImageProblem.endsEarly();
        }
        int value = packed[bit >> 3] >> 7 - (bit & 7) & 1;
        bit++;
        return value;
    }

    /** Eleven zeros or more and a one; whether there were. */
    private boolean skipEndOfLine() throws IOException {
        int start = bit;
        int zeros = 0;
        while (nextBit() == 0) {
            zeros++;
        }
        if (zeros < 11) {
            bit = start;
        }
        return zeros >= 11;
    }

    private void readRuns() throws IOException {
        int at = 0;
        boolean black = false;
        while (at < width) {
            at = change(at + run(black));
            black = !black;
        }
    }

    /** Long runs are sums. */
    private int run(boolean black) throws IOException {
        int sum = 0;
        while (true) {
            int code = 1;
            int run = -1;
            for (int length = 0; run < 0; length++) {
                if (length == FaxCodes.LONGEST) {
                    throw ImageProblem.damaged("its fax codes make no sense");
                }
                code = code << 1 | nextBit();
                run = FaxCodes.run(black, code);
            }
            sum += run;
            if (run < 64) {
                return sum;
            }
            if (sum > width) {
                throw ImageProblem.damaged("a run of its fax codes goes beyond its row");
            }
        }
    }

    private int change(int at) throws IOException {
        if (at > width || at < 0 || changed >= changes.length || changed > 0 && at < changes[changed - 1]) {
            throw ImageProblem.damaged("a run of its fax codes goes beyond its row");
        }
        changes[changed++] = at;
        return at;
    }

    private void readAgainstAbove() throws IOException {
        int at = -1;
        boolean black = false;
        while (at < width) {
            int reference = nextAbove(at, black);
            int zeros = 0;
            while (nextBit() == 0) {
                if (++zeros > 6) {
                    throw zeros >= 11 ? ImageProblem.endsEarly() : endOrNonsense();
                }
            }
            switch (zeros) {
                case 0 -> at = change(aboveAt(reference));
                case 1 -> at = change(aboveAt(reference) + (nextBit() == 1 ? 1 : -1));
                case 2 -> {
                    int middle = change(Math.max(at, 0) + run(black));
                    at = change(middle + run(!black));
                }
                case 3 -> at = aboveAt(reference + 1);
                case 4 -> at = change(aboveAt(reference) + (nextBit() == 1 ? 2 : -2));
                case 5 -> at = change(aboveAt(reference) + (nextBit() == 1 ? 3 : -3));
                default -> throw endOrNonsense();
            }
            black ^= zeros != 2 && zeros != 3;
        }
    }

    private static ImageProblem endOrNonsense() {
        return ImageProblem.damaged("its fax codes make no sense or end early");
    }

    /** The first change above that lies right of a place and is from its colour to the other. */
    private int nextAbove(int at, boolean black) {
        while (passedAbove < changedAbove && above[passedAbove] <= at) {
            passedAbove++;
        }
        return passedAbove % 2 == (black ? 1 : 0) ? passedAbove : passedAbove + 1;
    }

    private int aboveAt(int i) {
        return i < changedAbove ? above[i] : width;
    }

    private void paint(byte[] bytes, int from) {
        for (int i = 0; i < changed; i += 2) {
            int end = i + 1 < changed ? changes[i + 1] : width;
            for (int x = changes[i]; x < end; x++) {
                bytes[from + (x >> 3)] |= (byte) (0x80 >> (x & 7));
            }
        }
    }
}
