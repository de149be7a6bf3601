package dev.imas.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * A label map as a tiled TIFF, row by row: 8-bit indices with a palette, tiles of 512x512 compressed with Deflate, little
 * endian. BigTIFF where the file could become larger than the 4 GiB of the plain format.
 */
public final class LabelTiffRows implements LabelRows {
    private static final int SIDE = 512;
    private static final int DEFLATE = 8;
    private static final int PALETTE = 3;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int LONG8 = 16;
    /** What compressed data, offsets and counts could take beyond the labels. */
    private static final long LARGEST_PLAIN = 4_000_000_000L;

    private final ImageSize size;
    private final boolean big;
    private final int[] colors;
    private final FileChannel out;
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
        this.big = big;
        colors = IndexPng.colors(palette);
        across = (size.width() - 1) / SIDE + 1;
        band = new byte[Math.multiplyExact(across * SIDE, SIDE)];
        out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        write(header(0));
    }

    private ByteBuffer header(long directory) {
        ByteBuffer header = buffer(16).put((byte) 'I').put((byte) 'I');
        if (big) {
            header.putShort((short) 43).putShort((short) 8).putShort((short) 0).putLong(directory);
        } else {
            header.putShort((short) 42).putInt((int) directory);
        }
        return header.flip();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
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
            ByteBuffer packed = ByteBuffer.wrap(deflated(tile));
            offsets.add(out.position());
            counts.add((long) packed.remaining());
            write(packed);
        }
        inBand = 0;
    }

    private static byte[] deflated(byte[] tile) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater();
        try (DeflaterOutputStream stream = new DeflaterOutputStream(packed, deflater)) {
            stream.write(tile);
        } finally {
            deflater.end();
        }
        return packed.toByteArray();
    }

    /** Ends the file with its directory. */
    @Override
    public void close() throws IOException {
        try (out) {
            writeDirectory();
        }
    }

    /** A tag's number, type and values. */
    private record Tag(int number, int type, List<Long> values) {
        static Tag of(int number, int type, long value) {
            return new Tag(number, type, List.of(value));
        }

        int bytes() {
            return (type == SHORT ? 2 : type == LONG ? 4 : 8) * values.size();
        }

        void put(ByteBuffer to) {
            for (long value : values) {
                switch (type) {
                    case SHORT -> to.putShort((short) value);
                    case LONG -> to.putInt((int) value);
                    default -> to.putLong(value);
                }
            }
        }
    }

    private List<Tag> tags() {
        List<Long> map = new ArrayList<>();
        for (int shift = 16; shift >= 0; shift -= 8) {
            for (int color : colors) {
                map.add((color >> shift & 255) * 257L);
            }
        }
        return List.of(
                Tag.of(TiffDirectory.WIDTH, LONG, size.width()),
                Tag.of(TiffDirectory.HEIGHT, LONG, size.height()),
                Tag.of(TiffDirectory.BITS, SHORT, 8),
                Tag.of(TiffDirectory.COMPRESSION, SHORT, DEFLATE),
                Tag.of(TiffDirectory.PHOTOMETRIC, SHORT, PALETTE),
                Tag.of(TiffDirectory.SAMPLES, SHORT, 1),
                Tag.of(TiffDirectory.PLANAR, SHORT, 1),
                new Tag(TiffDirectory.COLOUR_MAP, SHORT, map),
                Tag.of(TiffDirectory.TILE_WIDTH, LONG, SIDE),
                Tag.of(TiffDirectory.TILE_HEIGHT, LONG, SIDE),
                new Tag(TiffDirectory.TILE_OFFSETS, big ? LONG8 : LONG, offsets),
                new Tag(TiffDirectory.TILE_COUNTS, big ? LONG8 : LONG, counts));
    }

    /** The directory, and behind it what is too long for its entries; then the header says where it is. */
    private void writeDirectory() throws IOException {
        List<Tag> tags = tags();
        if (out.position() % 2 != 0) {
            write(buffer(1)); // directories begin at even places
        }
        long at = out.position();
        int inside = big ? 8 : 4;
        int entry = big ? 20 : 12;
        long behind = at + (big ? 16 : 6) + (long) entry * tags.size();
        ByteBuffer directory = buffer((int) (behind - at));
        ByteBuffer rest = buffer(tags.stream().mapToInt(Tag::bytes).sum());
        if (big) {
            directory.putLong(tags.size());
        } else {
            directory.putShort((short) tags.size());
        }
        for (Tag tag : tags) {
            directory.putShort((short) tag.number).putShort((short) tag.type);
            putPlace(directory, tag.values.size());
            int end = directory.position() + inside;
            if (tag.bytes() <= inside) {
                tag.put(directory);
            } else {
                putPlace(directory, behind + rest.position());
                tag.put(rest);
            }
            directory.position(end);
        }
        write(directory.rewind());
        write(rest.flip());
        out.position(0);
        write(header(at));
    }

    private void putPlace(ByteBuffer to, long number) {
        if (big) {
            to.putLong(number);
        } else {
            to.putInt((int) number);
        }
    }
}
