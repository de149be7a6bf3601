package dev.imas.image;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads a picture file from top to bottom, some rows at a time, so that its size is limited by the disk alone: PNG that
 * is not interlaced, and TIFF and BigTIFF in strips or tiles, one page of them. Not for several threads.
 */
public final class PictureRows implements AutoCloseable {
    private final Path path;
    private final FileBytes file;
    private final StoredBlocks blocks;
    private final ImageSize size;
    private final List<String> names;
    private final double noData;
    private int row;

    private PictureRows(Path path, FileBytes file, StoredBlocks blocks, PictureFile picture, double noData) {
        this.path = path;
        this.file = file;
        this.blocks = blocks;
        this.size = picture.size();
        this.names = picture.channelNames();
        this.noData = noData;
    }

    /**
     * Opens a file; its length and a PNG's checksums are looked at before any row.
     *
     * @param page as {@link ImageFiles#samples(Path, int)} counts them, or null for the only one
     * @return empty for pictures that are read as a whole only: of other formats, interlaced, turned by their
     *         orientation, or with channels in several pages
     * @throws UserException naming the file when it is no picture, or is not whole
     */
    public static Optional<PictureRows> open(Path path, Integer page) {
        ImageFiles.requireFile(path);
        return ImageFiles.refusing(path, () -> {
            FileBytes file = FileBytes.open(path);
            Optional<PictureRows> opened = Optional.empty();
            try {
                PictureFile picture = PictureFile.of(file);
                if (picture.orientation().equals(Orientation.AS_STORED)) {
                    double noData = picture.noData();
                    opened = picture.blocks(page == null ? PictureFile.ONLY_PLANE : page)
                            .map(blocks -> new PictureRows(path, file, blocks, picture, noData));
                }
                return opened;
            } finally {
                if (opened.isEmpty()) {
                    close(file);
                }
            }
        });
    }

    private static void close(FileBytes file) {
        try {
            file.close();
        } catch (IOException e) {
            // it was only read
        }
    }

    /** Of the whole picture. */
    public ImageSize size() {
        return size;
    }

    /** Rows that are given already. */
    public int row() {
        return row;
    }

    /**
     * The next rows as 8-bit colours, as {@link ImageFiles#picture} has them.
     *
     * @throws UserException naming the file when they cannot be read
     */
    public RgbImage colours() {
        return next(Rgb::of);
    }

    /**
     * The next rows as {@link ImageFiles#samples} has them.
     *
     * @throws UserException naming the file when they cannot be read
     */
    public Samples samples() {
        return next(stored -> SampleValues.of(List.of(stored), names, noData));
    }

    private interface Making<T> {
        T of(Stored stored) throws IOException;
    }

    private <T> T next(Making<T> making) {
        if (row == size.height()) {
            throw new IllegalStateException("all " + row + " rows are read");
        }
        return ImageFiles.refusing(path, () -> {
            Stored stored = blocks.next();
            row += stored.height();
            return making.of(stored);
        });
    }

    @Override
    public void close() {
        blocks.close();
        close(file);
    }
}
