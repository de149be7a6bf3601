package dev.imas.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Walks the chunks of a PNG file: ImageIO neither compares their checksums nor misses the last ones. */
final class PngChunks {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int FRAME = 12; // length, type and checksum of a chunk

    private PngChunks() {}

    static boolean isPng(byte[] file) {
        return file.length >= Long.BYTES && ByteBuffer.wrap(file).getLong() == SIGNATURE;
    }

    /**
     * Throws an IOException that says what is wrong unless all chunks up to IEND are there and the critical ones are
     * whole.
     */
    static void check(byte[] file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int at = Long.BYTES;
        while (at <= file.length - FRAME) {
            int length = bytes.getInt(at);
            String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (length < 0 || length > file.length - FRAME - at) {
                throw new IOException(
                        "its chunk " + printable(type) + " at byte " + at + " is longer than the rest of the file");
            }
            boolean critical = (type.charAt(0) & 0x20) == 0;
            if (critical && checksum(file, at + 4, length + 4) != bytes.getInt(at + 8 + length)) {
                throw new IOException("its chunk " + printable(type) + " at byte " + at + " has a wrong checksum");
            }
            if (type.equals("IEND")) {
                return;
            }
            at += FRAME + length;
        }
        throw new IOException("it ends before its last chunk");
    }

    private static int checksum(byte[] file, int from, int length) {
        CRC32 crc = new CRC32();
        crc.update(file, from, length);
        return (int) crc.getValue();
    }

    private static String printable(String type) {
        return type.chars().allMatch(c -> c > ' ' && c < 127) ? type : "of an unknown type";
    }
}
