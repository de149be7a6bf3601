package dev.imas.image;

import dev.imas.image.JpegHeader.Colours;
import dev.imas.image.Stored.Meaning;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Strips and tiles of a TIFF file that are JPEG streams, whose tables may stand apart. */
final class JpegInTiff {
    private JpegInTiff() {}

    /**
     * Decodes a strip or tile.
     *
     * @param tables   a stream of tables alone, or empty
     * @param channels samples a pixel that it must have
     * @param yCbCr    the file says that the samples are YCbCr, which become RGB; others stay as they are
     */
    static Stored decode(byte[] packed, byte[] tables, int channels, boolean yCbCr) throws IOException {
        JpegHeader header = JpegHeader.of(FileBytes.of(joined(packed, tables)));
        if (header.components() != channels || channels == 2 || channels > 4) {
            throw ImageProblem.unread("holds JPEG data of " + header.components() + " components for " + channels
                    + " channels; save it as Deflate or LZW");
        }
        Colours colours = channels == 1 ? Colours.GREY : yCbCr ? Colours.YCBCR : Colours.RAW;
        byte[] plain = header.plain(colours);
        byte[] samples = channels == 4 ? JpegDecoder.raw(plain, 4) : JpegDecoder.rgb(plain);
        Meaning meaning = channels == 1 ? Meaning.GREY : channels == 3 ? Meaning.RGB : Meaning.CMYK;
        return Stored.bytes(header.size().width(), header.size().height(), channels, meaning, -1, samples);
    }

    private static byte[] joined(byte[] packed, byte[] tables) throws IOException {
        if (packed.length < 4 || packed[0] != -1 || packed[1] != (byte) 0xD8) {
            throw ImageProblem.damaged("one of its parts is no JPEG");
        }
        if (tables.length < 4) {
            return packed;
        }
        boolean ended = tables[tables.length - 2] == -1 && tables[tables.length - 1] == (byte) 0xD9;
        ByteArrayOutputStream joined = new ByteArrayOutputStream(tables.length + packed.length);
        joined.write(tables, 0, tables.length - (ended ? 2 : 0));
        joined.write(packed, 2, packed.length - 2);
        return joined.toByteArray();
    }
}
