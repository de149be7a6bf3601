package dev.imas.predict;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.image.ImageSize;
import dev.imas.image.IndexPngRows;
import dev.imas.image.LabelMap;
import dev.imas.image.LabelRows;
import dev.imas.image.LabelTiffRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A file of a picture's labels: an index PNG or a tiled TIFF with a palette, by its ending. Complete or absent.
 *
 * @param palette one 0xRRGGBB a class
 */
public record LabelFile(Path path, List<Integer> palette) {
    /** Writes all rows. */
    interface Work {
        void into(LabelRows rows) throws IOException;
    }

    /** @throws UserException for another ending */
    public LabelFile {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (!name.endsWith(".png") && !tiff(name)) {
            throw new UserException(path + " names no format of labels; expected an ending of .png, .tif or .tiff");
        }
    }

    private static boolean tiff(String name) {
        return name.endsWith(".tif") || name.endsWith(".tiff");
    }

    /**
     * Writes labels that are in memory.
     *
     * @throws UserException naming the file when it cannot be written
     */
    public void write(LabelMap map) {
        try {
            write(new ImageSize(map.width(), map.height()), rows -> rows.write(map.labels(), map.height()));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** What to tell of a failure of {@link #write}. */
    public UserException unwritable(IOException e) {
        return new UserException(
                "cannot write " + path + " (" + FileProblem.of(e, path) + "); name a folder that can be written to", e);
    }

    /**
     * Writes from top to bottom, beside and renames; whatever ends the work, nothing is left beside.
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
