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

    private final TiffPage page;
    private final FileBytes file;
    private final boolean tiled;
    private final int segmentWidth;
    private final int segmentHeight;
    private final int across;
    private final int down;
    private final int perSegment;
    private final TiffSamples target;

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
        Places places = places();
        long packed = Arrays.stream(places.counts).limit(places.needed).sum();
        long bytes = (long) page.width * page.height * page.channels * page.bits / 8;
        int most = page.jpeg()
                ? JpegHeader.MOST
                : TiffCompression.of(page.tags.number(COMPRESSION, 1)).most();
        ImageProblem.requireRoom(bytes, packed, most);
        requireSensible(places, bytes);
        target.allocate();
        for (int i = 0; i < places.needed; i++) {
            read(i, places.offsets[i], places.counts[i]);
        }
        return target.values();
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
        byte[] data = TiffCompression.of(page.tags.number(COMPRESSION, 1)).expand(page, packed, wanted, rows);
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
