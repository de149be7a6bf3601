package dev.imas.image;

import java.io.IOException;

/** LZW as TIFF has it: codes of 9 to 12 bits, highest bit first, one code sooner wider than GIF's. */
final class TiffLzw {
    private static final int CLEAR = 256;
    private static final int END = 257;

    private TiffLzw() {}

    static byte[] expand(byte[] packed, int wanted) throws IOException {
        if (packed.length >= 2 && packed[0] == 0 && (packed[1] & 1) == 1) {
            throw ImageProblem.unknownTo("is compressed with LZW of the old kind", "Deflate or LZW");
        }
        LzwText text = new LzwText(CLEAR, wanted);
        int width = 9;
        long bits = 0;
        int held = 0;
        int at = 0;
        while (!text.whole()) {
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
                text.clear();
                width = 9;
            } else {
                text.add(code);
                if (text.next() >= (1 << width) - 1 && width < 12) {
                    width++;
                }
            }
        }
        return text.bytes();
    }
}
