package dev.imas.image;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures as PNG files. Equal pictures give equal bytes on one Java version. */
public final class Pngs {
    private Pngs() {}

    /**
     * Writes an 8-bit RGB PNG; missing folders are created, an existing file is replaced.
     *
     * @throws UserException naming the file when it cannot be written
     */
    public static void write(Path file, RgbImage image) {
        save(file, encode(image));
    }

    /** The same, as the bytes of the file. */
    public static byte[] encode(RgbImage image) {
        return encode(image.toBufferedImage());
    }

    static byte[] encode(RenderedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // In memory rather than through ImageIO's default, a temporary file on disk.
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(picture, "png", out)) {
                throw new IllegalStateException("this Java runtime has no PNG writer");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static void save(Path file, byte[] bytes) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            DurableFiles.whole(file, beside -> Files.write(beside, bytes));
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + file + " (" + FileProblem.of(e, file) + "); name a folder that can be written to",
                    e);
        }
    }
}
