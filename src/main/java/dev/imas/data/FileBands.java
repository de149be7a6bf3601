package dev.imas.data;

import dev.imas.image.ImageSize;
import dev.imas.image.Picture;
import dev.imas.image.PictureRows;
import java.util.function.Function;

/** The rows of a file, each block made into what a network sees. */
record FileBands(PictureRows rows, Function<PictureRows, Picture> seen) implements PictureBands {
    @Override
    public ImageSize size() {
        return rows.size();
    }

    @Override
    public Picture next() {
        return seen.apply(rows);
    }

    @Override
    public void close() {
        rows.close();
    }
}
