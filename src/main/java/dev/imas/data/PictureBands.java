package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.image.ImageSize;
import dev.imas.image.Picture;

/** A picture as a network sees it, from top to bottom, some rows at a time. Not for several threads. */
public interface PictureBands extends AutoCloseable {
    /** Of the whole picture. */
    ImageSize size();

    /**
     * The next rows, of the whole width, at least one until all are given.
     *
     * @throws UserException naming the file when they cannot be read
     */
    Picture next();

    @Override
    void close();

    /** Of a picture in memory. */
    static PictureBands of(Picture picture) {
        return new PictureBands() {
            @Override
            public ImageSize size() {
                return new ImageSize(picture.width(), picture.height());
            }

            @Override
            public Picture next() {
                return picture;
            }

            @Override
            public void close() {}
        };
    }
}
