package dev.imas.image;

import java.io.IOException;
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

    private static final int PART = 1 << 16;

    /** A part of the file. */
    record Piece(long from, int length) {}

    /**
     * Walks all chunks up to IEND; throws unless all of them are there and the critical ones are whole.
     */
    static PngChunks check(FileBytes file) throws IOException {
        int[] palette = {};
        List<Piece> data = new ArrayList<>();
        long at = FIRST;
        while (at <= file.length() - FRAME) {
            long length = file.u32(at, false);
            String type = new String(file.bytes(at + 4, 4), StandardCharsets.ISO_8859_1);
            if (length > Integer.MAX_VALUE || length > file.length() - FRAME - at) {
                throw ImageProblem.damaged(
                        "its chunk " + printable(type) + " at byte " + at + " is longer than the rest of the file");
            }
            boolean critical = (type.charAt(0) & 0x20) == 0;
            if (critical && checksum(file, at + 4, length + 4) != file.u32(at + 8 + length, false)) {
                throw ImageProblem.damaged("its chunk " + printable(type) + " at byte " + at + " has a wrong checksum");
            }
            switch (type) {
                case "IEND" -> {
                    return new PngChunks(palette, data);
                }
                case "IDAT" -> data.add(new Piece(at + 8, (int) length));
                case "PLTE" -> palette = palette(file, at + 8, (int) length);
                case "acTL" -> requireStill(length >= 4 ? (int) file.u32(at + 8, false) : 0);
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

    private static int[] palette(FileBytes file, long from, int length) throws IOException {
        if (length % 3 != 0 || length > 3 * 256) {
            throw ImageProblem.damaged("its palette has " + length + " bytes");
        }
        int[] palette = new int[length / 3];
        for (int i = 0; i < palette.length; i++) {
            long at = from + 3L * i;
            palette[i] = file.u8(at) << 16 | file.u8(at + 1) << 8 | file.u8(at + 2);
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

    private static long checksum(FileBytes file, long from, long length) throws IOException {
        CRC32 crc = new CRC32();
        for (long done = 0; done < length; ) {
            byte[] part = file.bytes(from + done, (int) Math.min(PART, length - done));
            crc.update(part);
            done += part.length;
        }
        return crc.getValue();
    }

    private static String printable(String type) {
        return type.chars().allMatch(c -> c > ' ' && c < 127) ? type : "of an unknown type";
    }
}
