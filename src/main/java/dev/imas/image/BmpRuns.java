package dev.imas.image;

import java.io.IOException;

/** The runs of a bitmap's palette indices. Pixels that no run sets have no meaning, so that all must be set. */
final class BmpRuns {
    private static final int MOST = 128; // pixels of a byte: 255 of a run's two

    private BmpRuns() {}

    static byte[] expand(FileBytes file, long from, int width, int height, boolean nibbles) throws IOException {
        ImageProblem.requireRoom((long) width * height, file.length(), MOST);
        byte[] indices = new byte[width * height];
        int set = 0;
        int x = 0;
        int y = height - 1;
        long at = from;
        while (set < indices.length) {
            int count = file.u8(at);
            int value = file.u8(at + 1);
            at += 2;
            if (count == 0 && value == 0) {
                x = 0;
                y--;
            } else if (count == 0 && value <= 2) {
                throw value == 1
                        ? ImageProblem.endsEarly()
                        : ImageProblem.unread("is a bitmap (BMP) that leaves pixels out; save it as PNG");
            } else {
                boolean literal = count == 0;
                int run = literal ? value : count;
                if (y < 0 || run > width - x) {
                    throw ImageProblem.damaged("one of its runs goes beyond its row");
                }
                for (int i = 0; i < run; i++) {
                    int pair = literal ? file.u8(at + (nibbles ? i / 2 : i)) : value;
                    indices[y * width + x + i] = (byte) (nibbles ? i % 2 == 0 ? pair >> 4 : pair & 15 : pair);
                }
                x += run;
                set += run;
                if (literal) {
                    int bytes = nibbles ? (run + 1) / 2 : run;
                    at += bytes + bytes % 2;
                }
            }
        }
        return indices;
    }
}
