package dev.imas.image;

import dev.imas.image.PngChunks.Piece;
import java.io.IOException;

/** Reads a PNG file that is not interlaced some rows at a time, with no more of it in memory. */
final class PngBlocks implements StoredBlocks {
    /** Bytes of a block, at least one row. */
    private static final int BLOCK = 1 << 22;

    private final PngFile png;
    private final PngChunks chunks;
    private final PngStream data;
    private final int stride;
    private final int rows;
    private final byte[] block; // the row above the block's first is kept before it
    private int y;

    PngBlocks(PngFile png, FileBytes file, PngChunks chunks) throws IOException {
        this.png = png;
        this.chunks = chunks;
        data = new PngStream(file, chunks.data());
        stride = 1 + Math.toIntExact(((long) png.width() * png.channels() * png.bits() + 7) / 8);
        long compressed = chunks.data().stream().mapToLong(Piece::length).sum();
        ImageProblem.requireRoom((long) (stride - 1) * png.height(), compressed, TiffCompression.DEFLATE.most());
        rows = Math.max(1, Math.min(png.height(), BLOCK / stride));
        block = new byte[Math.multiplyExact(1 + rows, stride)];
    }

    @Override
    public Stored next() throws IOException {
        int count = Math.min(rows, png.height() - y);
        int samples = Math.multiplyExact(png.width(), png.channels());
        Values values = PngRows.room(png, Math.multiplyExact(count, samples));
        data.read(block, stride, count * stride);
        for (int r = 1; r <= count; r++) {
            PngFilter.undo(block, r * stride, stride, Math.max(1, png.channels() * png.bits() / 8));
            PngRows.place(png, block, r * stride + 1, png.width(), values, (r - 1) * samples, png.channels());
        }
        System.arraycopy(block, count * stride, block, 0, stride);
        y += count;
        if (y == png.height()) {
            data.end();
        }
        return png.stored(count, values, chunks);
    }

    @Override
    public void close() {
        data.close();
    }
}
