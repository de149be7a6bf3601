package dev.imas.image;

import static dev.imas.image.TiffDirectory.COMPRESSION;
import static dev.imas.image.TiffDirectory.JPEG_TABLES;
import static dev.imas.image.TiffDirectory.ROWS_PER_STRIP;
import static dev.imas.image.TiffDirectory.STRIP_COUNTS;
import static dev.imas.image.TiffDirectory.STRIP_OFFSETS;
import static dev.imas.image.TiffDirectory.TILE_COUNTS;
import static dev.imas.image.TiffDirectory.TILE_HEIGHT;
import static dev.imas.image.TiffDirectory.TILE_OFFSETS;
import static dev.imas.image.TiffDirectory.TILE_WIDTH;

import java.io.IOException;
import java.util.Arrays;

/**
 * The strips or tiles of a page, put together. Every one must be there and hold all that its place in the picture
 * needs.
 */
final class TiffSegments {
    static final int JPEG = 7;
    /** What tiles may hold beside the picture, or all of them together: honest ones reach over its edges alone. */
    private static final long ROOM_BESIDE = 1L << 30;

    private static final long MOST_BESIDE = 4;
    /** Bytes of rows that are read together where the file does not say how many. */
    private static final long BLOCK = 1L << 22;

    static final long LARGEST_BLOCK = 1L << 28;

    private final TiffPage page;
    private final FileBytes file;
    private final boolean tiled;
    private final int segmentWidth;
    private final int segmentHeight;
    private final int across;
    private final int down;
    private final int perSegment;
    private final TiffSamples target;
    private Places places;

    TiffSegments(TiffPage page, FileBytes file) throws IOException {
        this.page = page;
        this.file = file;
        TiffDirectory tags = page.tags;
        tiled = tags.has(TILE_WIDTH) || tags.has(TILE_OFFSETS);
        segmentWidth = tiled ? tags.size(TILE_WIDTH, "tile width") : page.width;
        segmentHeight = tiled
                ? tags.size(TILE_HEIGHT, "tile height")
                : (int) Math.min(page.height, Math.max(1, tags.number(ROWS_PER_STRIP, page.height)));
        across = (page.width - 1) / segmentWidth + 1;
        down = (page.height - 1) / segmentHeight + 1;
        perSegment = page.planar ? 1 : page.channels;
        target = new TiffSamples(page);
    }

    private String name() {
        return tiled ? "tile" : "strip";
    }

    /** Where the strips or tiles lie in the file. */
    private record Places(long[] offsets, long[] counts, int needed) {}

    private Places places() throws IOException {
        long[] offsets = page.tags.numbers(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
        long[] counts = page.tags.numbers(tiled ? TILE_COUNTS : STRIP_COUNTS);
        long needed = (long) across * down * (page.planar ? page.channels : 1);
        if (offsets.length < needed) {
            throw ImageProblem.damaged("it has " + offsets.length + " of " + needed + " " + name() + "s");
        }
        if (counts.length == 0 && needed == 1 && offsets[0] < file.length()) {
            counts = new long[] {file.length() - offsets[0]};
        }
        if (counts.length < needed) {
            throw ImageProblem.damaged("it does not say how long its " + name() + "s are");
        }
        for (int i = 0; i < needed; i++) {
            if (counts[i] == 0) {
                throw ImageProblem.damaged("its " + name() + " " + i + " is empty");
            }
            if (counts[i] < 0 || offsets[i] < 0 || offsets[i] > file.length() - counts[i]) {
                throw ImageProblem.endsEarly();
            }
        }
        return new Places(offsets, counts, (int) needed);
    }

    /** Throws where strips or tiles lie beyond the end of the file. */
    void requireInFile() throws IOException {
        places();
    }

    Values values() throws IOException {
        requireHonest();
        return rows(0, page.height);
    }

    /** Throws for strips or tiles that are not all there, or cannot hold what they should. */
    void requireHonest() throws IOException {
        places = places();
        long packed = Arrays.stream(places.counts).limit(places.needed).sum();
        long bytes = (long) page.width * page.height * page.channels * page.bits / 8;
        int most = page.jpeg() ? JpegHeader.MOST : compression().most();
        ImageProblem.requireRoom(bytes, packed, most);
        requireSensible(places, bytes);
    }

    /** Some rows, once {@link #requireHonest} is satisfied; of strips and tiles that reach beyond them a part. */
    Values rows(int first, int count) throws IOException {
        target.allocate(first, count);
        int last = (first + count - 1) / segmentHeight;
        for (int plane = 0; plane < places.needed / (across * down); plane++) {
            for (int row = first / segmentHeight; row <= last; row++) {
                for (int column = 0; column < across; column++) {
                    int index = (plane * down + row) * across + column;
                    if (plainRows()) {
                        readRows(index, row * segmentHeight, plane, first, count);
                    } else {
                        read(index, places.offsets[index], places.counts[index]);
                    }
                }
            }
        }
        return target.values();
    }

    /** Rows read together: those of strips or tiles side by side; fewer where rows lie in the file as they are. */
    int blockRows() throws IOException {
        int rows = rowsTogether();
        if (blockBytes() > LARGEST_BLOCK) {
            throw ImageProblem.unread("has " + name() + "s of " + rows + " rows, " + (blockBytes() >> 20)
                    + " MB at once; save it in tiles or in smaller strips");
        }
        return rows;
    }

    /** What they take. */
    long blockBytes() throws IOException {
        return rowBytes() * rowsTogether();
    }

    private long rowBytes() {
        return (long) page.width * page.channels * page.valueBytes();
    }

    private int rowsTogether() throws IOException {
        return plainRows() ? (int) Math.max(1, Math.min(page.height, BLOCK / rowBytes())) : segmentHeight;
    }

    private TiffCompression compression() throws IOException {
        return TiffCompression.of(page.tags.number(COMPRESSION, 1));
    }

    /** Whether every row of a strip can be found without those above it. */
    private boolean plainRows() throws IOException {
        return !tiled && !page.jpeg() && compression() == TiffCompression.NONE;
    }

    private void readRows(int index, int top, int plane, int first, int count) throws IOException {
        int from = Math.max(first, top);
        int rows = Math.min(Math.min(first + count, top + segmentHeight), page.height) - from;
        long rowBytes = ((long) segmentWidth * perSegment * page.bits + 7) / 8;
        if (places.counts[index] < (from - top + rows) * rowBytes) {
            throw ImageProblem.endsEarly();
        }
        int wanted = Math.toIntExact(rows * rowBytes);
        byte[] packed = file.bytes(places.offsets[index] + (from - top) * rowBytes, wanted);
        byte[] data = compression().expand(page, packed, wanted, rows);
        target.place(data, (int) rowBytes, perSegment, 0, from, page.width, rows, plane);
    }

    /** A picture of one pixel may be in tiles of gigabytes. */
    private void requireSensible(Places places, long bytes) throws IOException {
        long tile = (((long) segmentWidth * perSegment * page.bits + 7) / 8) * segmentHeight;
        if (tile > ROOM_BESIDE || tile * places.needed > Math.max(ROOM_BESIDE, MOST_BESIDE * bytes)) {
            throw ImageProblem.unread("has " + name() + "s of " + segmentWidth + "x" + segmentHeight
                    + " pixels, far more than the picture has; save it with smaller ones");
        }
    }

    private void read(int index, long offset, long count) throws IOException {
        int inPlane = index % (across * down);
        int plane = index / (across * down);
        int x = inPlane % across * segmentWidth;
        int y = inPlane / across * segmentHeight;
        int rows = Math.min(segmentHeight, page.height - y);
        byte[] packed = file.bytes(offset, (int) count);
        if (page.jpeg()) {
            placeJpeg(packed, x, y, rows, plane);
            return;
        }
        long rowBytes = ((long) segmentWidth * perSegment * page.bits + 7) / 8;
        long full = rowBytes * segmentHeight;
        if (full > Integer.MAX_VALUE - 8) {
            throw ImageProblem.unread("has " + name() + "s of " + full + " bytes; save it with smaller ones");
        }
        int wanted = (int) (tiled ? full : rowBytes * rows);
        byte[] data = compression().expand(page, packed, wanted, rows);
        TiffPredictor.undo(page, data, segmentWidth, tiled ? segmentHeight : rows, perSegment);
        target.place(data, (int) rowBytes, perSegment, x, y, Math.min(segmentWidth, page.width - x), rows, plane);
    }

    private void placeJpeg(byte[] packed, int x, int y, int rows, int plane) throws IOException {
        byte[] tables = page.tags.bytes(JPEG_TABLES);
        Stored part = JpegInTiff.decode(packed, tables, perSegment, page.photometric == 6);
        if (part.width() < Math.min(segmentWidth, page.width - x) || part.height() < rows) {
            throw ImageProblem.damaged("one of its " + name() + "s is " + part.width() + "x" + part.height() + " where "
                    + segmentWidth + "x" + rows + " are needed");
        }
        byte[] data = ((Values.Bytes) part.values()).array();
        target.place(
                data, part.width() * perSegment, perSegment, x, y, Math.min(segmentWidth, page.width - x), rows, plane);
    }
}
