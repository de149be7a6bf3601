package dev.imas.image;

import java.io.IOException;

/** LZW as GIF has it: codes from a given width to 12 bits, lowest bit first. */
final class GifCodes {
    private GifCodes() {}

    static byte[] expand(byte[] packed, int minimum, int wanted) throws IOException {
        if (minimum < 1 || minimum > 8) {
            throw ImageProblem.damaged("its codes are " + minimum + " bits wide");
        }
        ImageProblem.requireRoom(wanted, packed.length, TiffCompression.LZW.most());
        int clear = 1 << minimum;
        LzwText text = new LzwText(clear, wanted);
        int width = minimum + 1;
        int bits = 0;
        int held = 0;
        int at = 0;
        while (!text.whole()) {
            while (held < width) {
                if (at == packed.length) {
                    throw ImageProblem.endsEarly();
                }
                bits |= (packed[at++] & 255) << held;
                held += 8;
            }
            int code = bits & (1 << width) - 1;
            bits >>>= width;
            held -= width;
            if (code == clear) {
                text.clear();
                width = minimum + 1;
            } else if (code == clear + 1) {
                throw ImageProblem.endsEarly();
            } else {
                text.add(code);
                if (text.next() == 1 << width && width < 12) {
                    width++;
                }
            }
        }
        return text.bytes();
    }
}
