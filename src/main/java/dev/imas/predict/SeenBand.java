package dev.imas.predict;

import dev.imas.common.UserException;
import dev.imas.data.PictureBands;
import dev.imas.data.PictureBytes;
import dev.imas.image.ImageSize;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;

/**
 * The rows of a reduced picture that a row of tiles lies in, in native memory that belongs to the PointerScope it was
 * made in. It moves from top to bottom; rows that two rows of tiles share are read once.
 */
final class SeenBand implements AutoCloseable {
    /** Rows that are read at once, to be reduced and copied. */
    private static final int STEP = 128;

    private final SeenRows rows;
    private final int step;
    private final int rowBytes;
    private final int pixelBytes;
    private final ByteBuffer band;
    private final ByteBuffer tile;
    private int first;
    private int held;

    /**
     * @param seen       size of the reduced picture
     * @param pixelBytes as {@link PictureBytes} has them
     * @param tallest    rows of the tallest tile
     * @param widest     columns of the widest
     * @throws UserException when they are more than one buffer holds
     */
    SeenBand(PictureBands picture, ImageSize seen, int pixelBytes, int tallest, int widest) {
        rows = new SeenRows(picture, seen);
        step = Math.max(1, (int) ((long) STEP * seen.height() / picture.size().height()));
        this.pixelBytes = pixelBytes;
        rowBytes = Math.multiplyExact(seen.width(), pixelBytes);
        band = buffer((long) tallest * rowBytes);
        tile = buffer((long) tallest * widest * pixelBytes);
    }

    private static ByteBuffer buffer(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new UserException("a row of tiles or windows of this picture takes " + bytes / (1 << 20)
                    + " MiB, more than the 2048 MiB that are held at once; use smaller tiles (--tile) or a smaller"
                    + " evaluation.window, or reduce the picture by evaluation.scale");
        }
        return new BytePointer(bytes).asByteBuffer();
    }

    /** Goes on to the rows of a span, which begins no earlier than the one before. */
    void moveTo(Span span) {
        int kept = Math.max(0, first + held - span.start());
        if (kept > 0) {
            band.put(0, band, (held - kept) * rowBytes, kept * rowBytes);
        }
        rows.skipTo(span.start() + kept);
        first = span.start();
        held = kept;
        while (held < span.length()) {
            int count = Math.min(step, span.length() - held);
            PictureBytes.put(rows.next(count), band, held * rowBytes);
            held += count;
        }
    }

    /** The pixels of a tile of these rows, free for use until the next one. */
    Inference.Seen tile(Span columns) {
        int line = columns.length() * pixelBytes;
        for (int y = 0; y < held; y++) {
            tile.put(y * line, band, y * rowBytes + columns.start() * pixelBytes, line);
        }
        return new Inference.Seen(tile, held, columns.length());
    }

    @Override
    public void close() {
        rows.close();
    }
}
