package dev.imas.image;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Bytes for a decoder that looks some bytes ahead and takes what it does not find for zeros: a few zeros are there for
 * it, and whoever reads on is stopped.
 */
final class PaddedInput extends ImageInputStreamImpl {
    private static final int PADDING = 16;

    private final byte[] bytes;

    PaddedInput(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
        bitOffset = 0;
        if (streamPos >= bytes.length + PADDING) {
            throw ImageProblem.endsEarly();
        }
        int at = (int) streamPos++;
        return at < bytes.length ? bytes[at] & 255 : 0;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            to[offset + i] = (byte) read();
        }
        return length;
    }
}
