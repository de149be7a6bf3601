package dev.imas.image;

import dev.imas.image.PngChunks.Piece;
import java.io.IOException;
import java.util.Iterator;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads a PNG file that is not interlaced some rows at a time, with no more of it in memory. */
final class PngBlocks implements StoredBlocks {
    /** Bytes of a block, at least one row. */
    private static final int BLOCK = 1 << 22;

    private static final int PART = 1 << 16;

    private final PngFile png;
    private final FileBytes file;
    private final PngChunks chunks;
    private final Iterator<Piece> pieces;
    private final Inflater inflater = new Inflater();
    private final int stride;
    private final int rows;
    private final byte[] block; // the row above the block's first is kept before it
    private long at;
    private int left; // bytes of the piece in hand that are not read yet
    private int y;

    PngBlocks(PngFile png, FileBytes file, PngChunks chunks) throws IOException {
        this.png = png;
        this.file = file;
        this.chunks = chunks;
        pieces = chunks.data().iterator();
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
        inflate(block, stride, count * stride, false);
        for (int r = 1; r <= count; r++) {
            PngFilter.undo(block, r * stride, stride, Math.max(1, png.channels() * png.bits() / 8));
            PngRows.place(png, block, r * stride + 1, png.width(), values, (r - 1) * samples, png.channels());
        }
        System.arraycopy(block, count * stride, block, 0, stride);
        y += count;
        if (y == png.height()) {
            inflate(new byte[1], 0, 1, true); // the checksum behind the last byte
        }
        return png.stored(count, values, chunks);
    }

    private void inflate(byte[] to, int from, int length, boolean mayEnd) throws IOException {
        try {
            for (int filled = 0; filled < length; ) {
                int step = inflater.inflate(to, from + filled, length - filled);
                filled += step;
                if (step == 0 && !(inflater.needsInput() && !inflater.finished() && feed())) {
                    if (mayEnd) {
                        return;
                    }
                    throw ImageProblem.endsEarly();
                }
            }
        } catch (DataFormatException e) {
            throw ImageProblem.damaged("its Deflate data make no sense");
        }
    }

    /** Gives the inflater the next bytes; false where there are none. */
    private boolean feed() throws IOException {
        while (left == 0) {
            if (!pieces.hasNext()) {
                return false;
            }
            Piece piece = pieces.next();
            at = piece.from();
            left = piece.length();
        }
        byte[] part = file.bytes(at, Math.min(left, PART));
        inflater.setInput(part);
        at += part.length;
        left -= part.length;
        return true;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
