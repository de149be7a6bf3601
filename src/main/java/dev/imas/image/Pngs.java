package dev.imas.image;

import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
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
    private Pngs() {
    }

    /**
     * Writes an 8-bit RGB PNG; missing folders are created, an existing file is replaced.
     *
     * @throws UserException naming the file when it cannot be written
     */
    public static void write(Path file, RgbImage image) {
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        int[] pixels = new int[image.width() * image.height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
        }
        picture.getRaster().setDataElements(0, 0, image.width(), image.height(), pixels);
        save(file, encode(picture));
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
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UserException("cannot write " + file + " (" + e + "); check that the folder exists, is writable and has room", e);
        }
    }
}
