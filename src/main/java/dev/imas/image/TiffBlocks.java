package dev.imas.image;

import java.io.IOException;
import java.util.Optional;

/** Reads a page of a TIFF file some rows at a time: those of strips or tiles side by side. */
final class TiffBlocks implements StoredBlocks {
    private final TiffPage page;
    private final TiffSegments segments;
    private final int rows;
    private int y;

    private TiffBlocks(TiffPage page, TiffSegments segments) throws IOException {
        this.page = page;
        this.segments = segments;
        rows = segments.blockRows();
    }

    /** Empty where strips are too high to be read one by one, but the picture is small enough to be read as a whole. */
    static Optional<StoredBlocks> of(TiffPage page, FileBytes file) throws IOException {
        page.requireReadable();
        TiffSegments segments = new TiffSegments(page, file);
        segments.requireHonest();
        boolean small = (long) page.width * page.height <= ImageFiles.MAX_PIXELS;
        return small && segments.blockBytes() > TiffSegments.LARGEST_BLOCK
                ? Optional.empty()
                : Optional.of(new TiffBlocks(page, segments));
    }

    @Override
    public Stored next() throws IOException {
        int count = Math.min(rows, page.height - y);
        Stored stored = page.stored(count, segments.rows(y, count));
        y += count;
        return stored;
    }
}
