package dev.imas.predict;

import dev.imas.augment.RowResize;
import dev.imas.data.PictureBands;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.util.ArrayDeque;
import java.util.Deque;

/** A picture as it is reduced by evaluation.scale for its network, from top to bottom. */
final class SeenRows implements AutoCloseable {
    private final PictureBands bands;
    private final RowResize resize;
    private final Deque<Block> blocks = new ArrayDeque<>();
    private int read;
    private int given;

    /** Some rows of the picture. */
    private record Block(int first, Picture rows) {
        int end() {
            return first + rows.height();
        }
    }

    /** @param seen size of the reduced picture */
    SeenRows(PictureBands bands, ImageSize seen) {
        this.bands = bands;
        this.resize = new RowResize(bands.size(), seen);
    }

    /** Goes on at a later row of the reduced picture. */
    void skipTo(int row) {
        given = row;
    }

    /** The next rows of the reduced picture. */
    Picture next(int count) {
        RowResize.Rows sources = resize.sources(given, count);
        while (!blocks.isEmpty() && blocks.getFirst().end() <= sources.from()) {
            blocks.removeFirst();
        }
        while (read < sources.to()) {
            Block block = new Block(read, bands.next());
            read = block.end();
            if (read > sources.from()) {
                blocks.addLast(block);
            }
        }
        Picture rows = resize.rows(joined(sources), sources.from(), given, count);
        given += count;
        return rows;
    }

    private Picture joined(RowResize.Rows rows) {
        Picture like = blocks.getFirst().rows;
        if (blocks.size() == 1
                && blocks.getFirst().first == rows.from()
                && blocks.getFirst().end() == rows.to()) {
            return like;
        }
        int width = like.width();
        int height = rows.to() - rows.from();
        Picture whole = like instanceof RgbImage
                ? RgbImage.black(width, height)
                : FloatImage.zeros(width, height, like.channels());
        for (Block block : blocks) {
            int from = Math.max(rows.from(), block.first);
            int count = Math.min(rows.to(), block.end()) - from;
            int line = width * like.channels();
            int source = (from - block.first) * line;
            int target = (from - rows.from()) * line;
            System.arraycopy(values(block.rows), source, values(whole), target, count * line);
        }
        return whole;
    }

    private static Object values(Picture picture) {
        return picture instanceof RgbImage image ? image.rgb() : ((FloatImage) picture).values();
    }

    @Override
    public void close() {
        bands.close();
    }
}
