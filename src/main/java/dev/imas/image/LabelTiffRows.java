package dev.imas.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/**
 * A label map as a tiled TIFF, row by row: 8-bit indices with a palette, tiles of 512x512 compressed with Deflate.
 * BigTIFF where the file could become larger than the 4 GiB of the plain format. Has the {@link ResultMark}.
 */
public final class LabelTiffRows implements LabelRows {
    private static final int SIDE = 512;
    private static final int PALETTE = 3;
    /** What compressed data, offsets and counts could take beyond the labels. */
    private static final long LARGEST_PLAIN = 4_000_000_000L;

    private final ImageSize size;
    private final int[] colors;
    private final TiffWriter out;
    private final int across;
    private final byte[] band; // a row of tiles, with what lies beyond the picture
    private final List<Long> offsets = new ArrayList<>();
    private final List<Long> counts = new ArrayList<>();
    private int inBand;
    private int y;

    /**
     * Begins a file.
     *
     * @param palette one 0xRRGGBB a class, as in {@link IndexPng#write}
     */
    public LabelTiffRows(Path file, ImageSize size, List<Integer> palette) throws IOException {
        this(file, size, palette, (long) size.width() * size.height() > LARGEST_PLAIN);
    }

    LabelTiffRows(Path file, ImageSize size, List<Integer> palette, boolean big) throws IOException {
        this.size = size;
        colors = IndexPng.colors(palette);
        across = (size.width() - 1) / SIDE + 1;
        band = new byte[Math.multiplyExact(across * SIDE, SIDE)];
        out = new TiffWriter(file, big, ResultMark.TEXT); // near the beginning: the tag's own text lies at the end
    }

    @Override
    public void write(byte[] labels, int count) throws IOException {
        for (int row = 0; row < count; row++) {
            System.arraycopy(labels, row * size.width(), band, inBand * across * SIDE, size.width());
            inBand++;
            y++;
            if (inBand == SIDE || y == size.height()) {
                writeBand();
            }
        }
    }

    private void writeBand() throws IOException {
        byte[] tile = new byte[SIDE * SIDE];
        for (int column = 0; column < across; column++) {
            for (int row = 0; row < SIDE; row++) {
                System.arraycopy(band, (row * across + column) * SIDE, tile, row * SIDE, SIDE);
            }
            byte[] packed = TiffWriter.deflated(tile, Deflater.DEFAULT_COMPRESSION);
            offsets.add(out.write(packed));
            counts.add((long) packed.length);
        }
        inBand = 0;
    }

    /** Ends the file with its tags. */
    @Override
    public void close() throws IOException {
        try (out) {
            out.page(List.of(
                    out.number(TiffDirectory.WIDTH, size.width()),
                    out.number(TiffDirectory.HEIGHT, size.height()),
                    out.small(TiffDirectory.BITS, 8),
                    out.small(TiffDirectory.COMPRESSION, TiffWriter.DEFLATE),
                    out.small(TiffDirectory.PHOTOMETRIC, PALETTE),
                    out.small(TiffDirectory.SAMPLES, 1),
                    out.small(TiffDirectory.PLANAR, 1),
                    out.text(TiffDirectory.SOFTWARE, ResultMark.TEXT),
                    out.small(TiffDirectory.COLOUR_MAP, colourMap()),
                    out.number(TiffDirectory.TILE_WIDTH, SIDE),
                    out.number(TiffDirectory.TILE_HEIGHT, SIDE),
                    out.places(TiffDirectory.TILE_OFFSETS, offsets),
                    out.places(TiffDirectory.TILE_COUNTS, counts)));
        }
    }

    /** All reds, all greens, all blues, in 16 bits. */
    private int[] colourMap() {
        int[] map = new int[3 * colors.length];
        for (int i = 0; i < colors.length; i++) {
            map[i] = (colors[i] >> 16 & 255) * 257;
            map[colors.length + i] = (colors[i] >> 8 & 255) * 257;
            map[2 * colors.length + i] = (colors[i] & 255) * 257;
        }
        return map;
    }
}
