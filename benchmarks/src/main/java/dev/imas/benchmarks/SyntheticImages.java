package dev.imas.benchmarks;

import dev.imas.common.Rng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * A folder of made-up pictures that cost about as much to decode as real ones: coloured blobs under noise, as JPEG or
 * PNG, with masks of class indices and the lists labeled.txt, unlabeled.txt and val.txt.
 */
final class SyntheticImages {
    private static final int BLOBS = 24;
    private static final int NOISE = 24;

    private SyntheticImages() {}

    /**
     * Writes the folder unless it is complete already.
     *
     * @param format jpg or png
     */
    static void write(Path folder, int count, int height, int width, int classes, String format) throws IOException {
        Path complete = folder.resolve("val.txt");
        if (Files.exists(complete)) {
            return;
        }
        Files.createDirectories(folder);
        IntStream.range(0, count).parallel().forEach(i -> {
            try {
                writePair(folder, i, height, width, classes, format);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        List<String> names =
                IntStream.range(0, count).mapToObj(i -> "i" + i + "." + format).toList();
        String pairs = IntStream.range(0, count)
                .mapToObj(i -> names.get(i) + " m" + i + ".png\n")
                .collect(Collectors.joining());
        Files.writeString(folder.resolve("labeled.txt"), pairs);
        Files.writeString(folder.resolve("unlabeled.txt"), String.join("\n", names) + "\n");
        Files.writeString(complete, pairs.substring(0, pairs.indexOf('\n') + 1));
    }

    private static void writePair(Path folder, int i, int height, int width, int classes, String format)
            throws IOException {
        Rng rng = Rng.of(i, "synthetic");
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        int[] x = IntStream.range(0, BLOBS).map(b -> rng.integer(0, width)).toArray();
        int[] y = IntStream.range(0, BLOBS).map(b -> rng.integer(0, height)).toArray();
        int[] colour =
                IntStream.range(0, BLOBS).map(b -> rng.integer(0, 1 << 24)).toArray();
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int nearest = 0;
                for (int b = 1; b < BLOBS; b++) {
                    nearest = square(row - y[b]) + square(column - x[b])
                                    < square(row - y[nearest]) + square(column - x[nearest])
                            ? b
                            : nearest;
                }
                int noise = rng.integer(0, NOISE);
                int rgb = 0;
                for (int shift = 16; shift >= 0; shift -= 8) {
                    rgb |= Math.min(255, (colour[nearest] >> shift & 255) * (256 - NOISE) / 256 + noise) << shift;
                }
                picture.setRGB(column, row, rgb);
                mask.getRaster().setSample(column, row, 0, nearest % classes);
            }
        }
        ImageIO.write(picture, format, folder.resolve("i" + i + "." + format).toFile());
        ImageIO.write(mask, "png", folder.resolve("m" + i + ".png").toFile());
    }

    private static int square(int v) {
        return v * v;
    }
}
