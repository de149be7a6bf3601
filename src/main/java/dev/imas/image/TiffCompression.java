package dev.imas.image;

import static dev.imas.image.TiffDirectory.FILL_ORDER;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** How the strips and tiles of a TIFF file are compressed, JPEG apart. */
enum TiffCompression {
    NONE(1),
    FAX(Integer.MAX_VALUE),
    LZW(2731),
    DEFLATE(1033),
    PACK_BITS(64),
    ZSTANDARD(Integer.MAX_VALUE);

    private static final Map<Long, String> UNREAD = Map.ofEntries(
            Map.entry(6L, "JPEG of the old kind"),
            Map.entry(9L, "JBIG"),
            Map.entry(10L, "JBIG"),
            Map.entry(32766L, "NeXT's runs"),
            Map.entry(32771L, "runs of words"),
            Map.entry(32809L, "ThunderScan"),
            Map.entry(33003L, "JPEG 2000"),
            Map.entry(33005L, "JPEG 2000"),
            Map.entry(33007L, "ALT_JPEG"),
            Map.entry(34661L, "JBIG"),
            Map.entry(34676L, "SGILog"),
            Map.entry(34677L, "SGILog"),
            Map.entry(34712L, "JPEG 2000"),
            Map.entry(34887L, "LERC"),
            Map.entry(34892L, "lossy JPEG of DNG"),
            Map.entry(34925L, "LZMA"),
            Map.entry(34933L, "PNG"),
            Map.entry(34934L, "JPEG XR"),
            Map.entry(22610L, "JPEG XR"),
            Map.entry(48124L, "Jetraw"),
            Map.entry(50001L, "WebP"),
            Map.entry(50002L, "JPEG XL"),
            Map.entry(52546L, "JPEG XL"));

    private final int most;

    TiffCompression(int most) {
        this.most = most;
    }

    /** Bytes that one compressed byte may become at most. */
    int most() {
        return most;
    }

    static TiffCompression of(long code) throws IOException {
        return switch ((int) Math.min(code, Integer.MAX_VALUE)) {
            case 1 -> NONE;
            case 2, 3, 4 -> FAX;
            case 5 -> LZW;
            case 8, 32946 -> DEFLATE;
            case 32773 -> PACK_BITS;
            case 50000 -> ZSTANDARD;
            default ->
                throw ImageProblem.unknownTo(
                        "is compressed with " + UNREAD.getOrDefault(code, "an unknown method (" + code + ")"),
                        "Deflate or LZW");
        };
    }

    /** Whether the predictor tag has a meaning. */
    boolean predicts() {
        return this == LZW || this == DEFLATE || this == ZSTANDARD;
    }

    /**
     * The bytes of a strip or tile.
     *
     * @param wanted how many there must be at least; no more are given
     * @param rows   rows they hold
     */
    byte[] expand(TiffPage page, byte[] packed, int wanted, int rows) throws IOException {
        if (page.tags.number(FILL_ORDER, 1) == 2) {
            reverseBits(packed);
        }
        return switch (this) {
            case NONE -> whole(packed, wanted);
            case FAX -> TiffFax.expand(page, packed, wanted, rows);
            case LZW -> TiffLzw.expand(packed, wanted);
            case DEFLATE -> inflate(packed, wanted);
            case PACK_BITS -> packBits(packed, wanted);
            case ZSTANDARD -> zstandard(packed, wanted);
        };
    }

    private static void reverseBits(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
        }
    }

    private static byte[] whole(byte[] bytes, int wanted) throws IOException {
        if (bytes.length < wanted) {
            throw ImageProblem.endsEarly();
        }
        return bytes;
    }

    private static byte[] inflate(byte[] packed, int wanted) throws IOException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed);
            byte[] bytes = new byte[wanted];
            int filled = 0;
            while (filled < wanted) {
                int step = inflater.inflate(bytes, filled, wanted - filled);
                if (step == 0) {
                    throw ImageProblem.endsEarly();
                }
                filled += step;
            }
            inflater.inflate(new byte[1]); // the checksum behind the last byte
            return bytes;
        } catch (DataFormatException e) {
            throw ImageProblem.damaged("its Deflate data make no sense");
        } finally {
            inflater.end();
        }
    }

    /** Runs: n &gt;= 0 is followed by n+1 bytes, n &lt; 0 by one byte that stands 1-n times; -128 is nothing. */
    private static byte[] packBits(byte[] packed, int wanted) throws IOException {
        byte[] bytes = new byte[wanted];
        int filled = 0;
        int at = 0;
        while (filled < wanted) {
            if (at == packed.length) {
                throw ImageProblem.endsEarly();
            }
            int n = packed[at++];
            if (n == -128) {
                continue;
            }
            int run = n >= 0 ? n + 1 : 1 - n;
            int read = n >= 0 ? run : 1;
            if (at > packed.length - read) {
                throw ImageProblem.endsEarly();
            }
            if (run > wanted - filled) {
                throw ImageProblem.damaged("a run of its PackBits data goes beyond its strip");
            }
            if (n >= 0) {
                System.arraycopy(packed, at, bytes, filled, run);
            } else {
                Arrays.fill(bytes, filled, filled + run, packed[at]);
            }
            at += read;
            filled += run;
        }
        return bytes;
    }

    private static byte[] zstandard(byte[] packed, int wanted) throws IOException {
        try {
            long size = ZstdDecompressor.getDecompressedSize(packed, 0, packed.length);
            if (size > wanted + (long) wanted / 8 + 4096) {
                throw ImageProblem.damaged("its Zstandard data say that they hold " + size + " bytes");
            }
            byte[] bytes = new byte[(int) Math.max(size, wanted)];
            int filled = new ZstdDecompressor().decompress(packed, 0, packed.length, bytes, 0, bytes.length);
            if (filled < wanted) {
                throw ImageProblem.endsEarly();
            }
            return bytes;
        } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw ImageProblem.damaged("its Zstandard data make no sense");
        }
    }
}
