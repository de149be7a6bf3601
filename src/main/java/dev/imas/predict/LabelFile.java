package dev.imas.predict;

import dev.imas.common.DurableFiles;
import dev.imas.common.UserException;
import dev.imas.image.ImageSize;
import dev.imas.image.IndexPngRows;
import dev.imas.image.LabelRows;
import dev.imas.image.LabelTiffRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where the labels of a large picture are written, from top to bottom: complete or absent. */
record LabelFile(Path path, List<Integer> palette) {
    /** Writes all rows. */
    interface Work {
        void into(LabelRows rows) throws IOException;
    }

    LabelFile {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (!name.endsWith(".png") && !tiff(name)) {
            throw new UserException(path + " names no format of labels; expected an ending of .png, .tif or .tiff");
        }
    }

    private static boolean tiff(String name) {
        return name.endsWith(".tif") || name.endsWith(".tiff");
    }

    /**
     * Writes beside and renames; whatever ends the work, nothing is left beside.
     *
     * @throws IOException naming the file, when it cannot be written
     */
    void write(ImageSize size, Work work) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        DurableFiles.whole(path, beside -> {
            try (LabelRows rows = rows(beside, size)) {
                work.into(rows);
            }
        });
    }

    private LabelRows rows(Path beside, ImageSize size) throws IOException {
        return tiff(path.getFileName().toString().toLowerCase(Locale.ROOT))
                ? new LabelTiffRows(beside, size, palette)
                : new IndexPngRows(beside, size, palette);
    }
}
