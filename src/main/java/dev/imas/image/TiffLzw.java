package dev.imas.image;

import java.io.IOException;

/** LZW as TIFF has it: codes of 9 to 12 bits, highest bit first, one code sooner wider than GIF's. */
final class TiffLzw {
    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int TABLE = 4096;

    private TiffLzw() {}

    static byte[] expand(byte[] packed, int wanted) throws IOException {
        if (packed.length >= 2 && packed[0] == 0 && (packed[1] & 1) == 1) {
            throw ImageProblem.unknownTo("is compressed with LZW of the old kind", "Deflate or LZW");
        }
        byte[] bytes = new byte[wanted];
        int[] start = new int[TABLE]; // where in the bytes the text of a code stands
        int[] length = new int[TABLE];
        int next = END + 1;
        int width = 9;
        int filled = 0;
        int before = -1;
        long bits = 0;
        int held = 0;
        int at = 0;
        while (filled < wanted) {
            while (held < width) {
                if (at == packed.length) {
                    throw ImageProblem.endsEarly();
                }
                bits = bits << 8 | packed[at++] & 255;
                held += 8;
            }
            held -= width;
            int code = (int) (bits >> held) & (1 << width) - 1;
            if (code == END) {
                throw ImageProblem.endsEarly();
            }
            if (code == CLEAR) {
                next = END + 1;
                width = 9;
                before = -1;
                continue;
            }
            boolean fresh = code == next && before >= 0;
            if (code > CLEAR && code >= next && !fresh || before < 0 && code > 255) {
                throw ImageProblem.damaged("its LZW data make no sense");
            }
            int here = filled;
            if (code < CLEAR) {
                bytes[filled++] = (byte) code;
            } else {
                int from = fresh ? start[before] : start[code];
                int copied = fresh ? length[before] + 1 : length[code];
                for (int i = 0; i < copied && filled < wanted; i++) {
                    bytes[filled++] = bytes[from + i];
                }
            }
            if (before >= 0 && next < TABLE) {
                length[next] = length[before] + 1;
                start[next] = start[before];
                next++;
            }
            if (code < CLEAR) {
                length[code] = 1;
            }
            start[code] = here;
            before = code;
            if (next >= (1 << width) - 1 && width < 12) {
                width++;
            }
        }
        return bytes;
    }
}
