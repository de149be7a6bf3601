package dev.imas.image;

import java.io.IOException;

final class TiffFax {
    private TiffFax() {}

    static byte[] expand(TiffPage page, byte[] packed, int wanted, int rows) throws IOException {
        throw ImageProblem.unknownTo("is compressed as a fax (CCITT)", "Deflate or LZW");
    }
}
