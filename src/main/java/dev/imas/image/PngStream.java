package dev.imas.image;

import dev.imas.image.PngChunks.Piece;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What the pieces of a PNG file's data inflate to, from the first byte to the last. */
final class PngStream implements AutoCloseable {
    /** Bytes of the file that are read at once. */
    private static final int PART = 1 << 16;

    private final FileBytes file;
    private final Iterator<Piece> pieces;
    private final Inflater inflater = new Inflater();
    private long at;
    private int left; // bytes of the piece in hand that are not read yet

    PngStream(FileBytes file, List<Piece> pieces) {
        this.file = file;
        this.pieces = pieces.iterator();
    }

    /** The next bytes, all of which must be there. */
    void read(byte[] to, int from, int length) throws IOException {
        if (inflated(to, from, length) < length) {
            throw ImageProblem.endsEarly();
        }
    }

    /** Compares the checksum behind the last byte. */
    void end() throws IOException {
        inflated(new byte[1], 0, 1);
    }

    private int inflated(byte[] to, int from, int length) throws IOException {
        try {
            int filled = 0;
            while (filled < length) {
                int step = inflater.inflate(to, from + filled, length - filled);
                filled += step;
                boolean more = step > 0 || inflater.needsInput() && !inflater.finished() && feed();
                if (!more) {
                    break;
                }
            }
            return filled;
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
