package dev.imas.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG file.
 *
 * @param palette 0xRRGGBB an index, empty without one
 * @param data    where the compressed rows lie in the file
 */
record PngChunks(int[] palette, List<Piece> data) {
    private static final int FRAME = 12; // length, type and checksum of a chunk
    private static final int FIRST = 8;

    /** A part of the file. */
    record Piece(int from, int length) {}

    /**
     * Walks all chunks up to IEND; throws unless all of them are there and the critical ones are whole.
     */
    static PngChunks check(byte[] file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int[] palette = {};
        List<Piece> data = new ArrayList<>();
        int at = FIRST;
        while (at <= file.length - FRAME) {
            int length = bytes.getInt(at);
            String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (length < 0 || length > file.length - FRAME - at) {
                throw ImageProblem.damaged(
                        "its chunk " + printable(type) + " at byte " + at + " is longer than the rest of the file");
            }
            boolean critical = (type.charAt(0) & 0x20) == 0;
            if (critical && checksum(file, at + 4, length + 4) != bytes.getInt(at + 8 + length)) {
                throw ImageProblem.damaged("its chunk " + printable(type) + " at byte " + at + " has a wrong checksum");
            }
            switch (type) {
                case "IEND" -> {
                    return new PngChunks(palette, data);
                }
                case "IDAT" -> data.add(new Piece(at + 8, length));
                case "PLTE" -> palette = palette(file, at + 8, length);
                case "acTL" -> requireStill(length >= 4 ? bytes.getInt(at + 8) : 0);
                default -> {
                    if (critical && !type.equals("IHDR")) {
                        throw ImageProblem.damaged("its chunk " + printable(type) + " at byte " + at + " is unknown");
                    }
                }
            }
            at += FRAME + length;
        }
        throw ImageProblem.damaged("it ends before its last chunk");
    }

    private static int[] palette(byte[] file, int from, int length) throws IOException {
        if (length % 3 != 0 || length > 3 * 256) {
            throw ImageProblem.damaged("its palette has " + length + " bytes");
        }
        int[] palette = new int[length / 3];
        for (int i = 0; i < palette.length; i++) {
            int at = from + 3 * i;
            palette[i] = (file[at] & 255) << 16 | (file[at + 1] & 255) << 8 | file[at + 2] & 255;
        }
        return palette;
    }

    private static void requireStill(int frames) throws IOException {
        if (frames > 1) {
            throw ImageProblem.unread("is an animation of " + frames + " frames; save the one that is meant as PNG");
        }
    }

    /** What the chunk eXIf says, which may stand before or behind the data. */
    static Orientation orientation(FileBytes file) throws IOException {
        long at = FIRST;
        while (at <= file.length() - FRAME) {
            long length = file.u32(at, false);
            if (length > file.length() - FRAME - at || file.has(at + 4, "IEND")) {
                break;
            }
            if (file.has(at + 4, "eXIf")) {
                return Orientation.ofExif(file.bytes(at + 8, (int) length));
            }
            at += FRAME + length;
        }
        return Orientation.AS_STORED;
    }

    /** Throws where the last chunk is missing; looks at no chunk's content. */
    static void requireEnd(FileBytes file) throws IOException {
        for (long at = FIRST; at <= file.length() - FRAME; at += FRAME + file.u32(at, false)) {
            if (file.has(at + 4, "IEND")) {
                return;
            }
        }
        throw ImageProblem.endsEarly();
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
