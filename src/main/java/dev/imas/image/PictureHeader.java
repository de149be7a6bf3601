package dev.imas.image;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a picture file says of itself before its pixels, and whether its end is there: a small part of the cost of
 * decoding it, in time and in bytes that are read.
 *
 * @param stored      size as stored
 * @param shown       size as {@link ImageFiles#picture} gives it
 * @param orientation EXIF's code, 1 to 8; 1: as stored
 * @param channels    samples a pixel, 1 for a palette; where pages are channels those of all pages
 * @param bits        of a sample
 */
public record PictureHeader(ImageSize stored, ImageSize shown, int orientation, int channels, int bits) {
    /** @throws UserException naming the file, when it is no picture, or ends early */
    public static PictureHeader of(Path path) {
        return ImageFiles.header(path, PictureHeader::of);
    }

    /**
     * As {@link #of(Path)}, but the end of the file is not looked for, nor are its pixels counted: for a file that is
     * decoded in any case.
     *
     * @throws UserException naming the file, when it is no picture
     */
    public static PictureHeader alone(Path path) {
        return ImageFiles.anyHeader(path, PictureHeader::said);
    }

    /**
     * Size of a picture as it is shown, however large it is.
     *
     * @throws UserException naming the file, when it is no picture
     */
    public static ImageSize sizeOf(Path path) {
        return ImageFiles.anyHeader(path, file -> file.orientation().shown(file.size()));
    }

    private static PictureHeader of(PictureFile file) throws IOException {
        file.requireEnd();
        return said(file);
    }

    private static PictureHeader said(PictureFile file) throws IOException {
        Orientation orientation = file.orientation();
        return new PictureHeader(
                file.size(), orientation.shown(file.size()), orientation.code(), file.channels(), file.bits());
    }
}
