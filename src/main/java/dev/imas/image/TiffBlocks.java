package dev.imas.image;

import java.io.IOException;

/** Reads a page of a TIFF file some rows at a time: those of strips or tiles side by side. */
final class TiffBlocks implements StoredBlocks {
    private final TiffPage page;
    private final TiffSegments segments;
    private final int rows;
    private int y;

    TiffBlocks(TiffPage page, FileBytes file) throws IOException {
        this.page = page;
        page.requireReadable();
        segments = new TiffSegments(page, file);
        segments.requireHonest();
        rows = segments.blockRows();
    }

    @Override
    public Stored next() throws IOException {
        int count = Math.min(rows, page.height - y);
        Stored stored = page.stored(count, segments.rows(y, count));
        y += count;
        return stored;
    }
}
