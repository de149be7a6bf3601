package dev.imas.image;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * An index PNG as {@link IndexPng} writes it, row by row: of a label map that need not be in memory as a whole. Has the
 * {@link ResultMark}.
 */
public final class IndexPngRows implements LabelRows {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int PALETTE_TYPE = 3;
    private static final int DATA = 1 << 16;

    private final int width;
    private final DataOutputStream out;
    private final Deflater deflater = new Deflater();
    private final byte[] row;
    private final byte[] data = new byte[DATA];
    private int filled;

    /**
     * Begins a file.
     *
     * @param palette one 0xRRGGBB a class, as in {@link IndexPng#write}
     */
    public IndexPngRows(Path file, ImageSize size, List<Integer> palette) throws IOException {
        width = size.width();
        row = new byte[1 + width]; // the filter, which is none, then the indices
        int[] colors = IndexPng.colors(palette);
        out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), DATA));
        out.write(SIGNATURE);
        byte[] header = new byte[13];
        put(header, 0, size.width());
        put(header, 4, size.height());
        header[8] = 8;
        header[9] = PALETTE_TYPE;
        chunk("IHDR", header, header.length);
        byte[] mark = ("Software\0" + ResultMark.TEXT).getBytes(StandardCharsets.ISO_8859_1);
        chunk("tEXt", mark, mark.length);
        byte[] colours = new byte[3 * colors.length];
        for (int i = 0; i < colors.length; i++) {
            colours[3 * i] = (byte) (colors[i] >> 16);
            colours[3 * i + 1] = (byte) (colors[i] >> 8);
            colours[3 * i + 2] = (byte) colors[i];
        }
        chunk("PLTE", colours, colours.length);
    }

    private static void put(byte[] bytes, int at, int number) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (number >> 24 - 8 * i);
        }
    }

    private void chunk(String type, byte[] content, int length) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content, 0, length);
        out.writeInt(length);
        out.write(name);
        out.write(content, 0, length);
        out.writeInt((int) crc.getValue());
    }

    @Override
    public void write(byte[] labels, int count) throws IOException {
        for (int y = 0; y < count; y++) {
            System.arraycopy(labels, y * width, row, 1, width);
            deflater.setInput(row);
            while (!deflater.needsInput()) {
                deflate();
            }
        }
    }

    private void deflate() throws IOException {
        filled += deflater.deflate(data, filled, DATA - filled);
        if (filled == DATA) {
            flush();
        }
    }

    private void flush() throws IOException {
        chunk("IDAT", data, filled);
        filled = 0;
    }

    /** Ends the file, where all rows came; what was begun and given up is left for its owner to delete. */
    @Override
    public void close() throws IOException {
        try (out) {
            deflater.finish();
            while (!deflater.finished()) {
                deflate();
            }
            flush();
            chunk("IEND", new byte[0], 0);
        } finally {
            deflater.end();
        }
    }
}
