package dev.imas.benchmarks;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * A folder of pictures worked through as programs usually do it: one is read, understood and written, then the next.
 * Needs nothing but Java.
 */
final class PictureFolder {
    /** What a library makes of a picture. */
    interface Network {
        /**
         * @param rgb height*width*3 bytes, row-major
         * @return height*width class indices
         */
        byte[] labels(byte[] rgb, int height, int width) throws Exception;
    }

    private PictureFolder() {}

    /** Writes the labels of every picture of a folder, and prints the name of each as soon as it is there. */
    static void predict(Path in, Path out, Network network) throws Exception {
        Files.createDirectories(out);
        for (Path file : files(in)) {
            BufferedImage picture = ImageIO.read(file.toFile());
            byte[] labels = network.labels(bytes(picture), picture.getHeight(), picture.getWidth());
            String name = file.getFileName().toString().replaceFirst("\\.[a-z]+$", ".png");
            ImageIO.write(
                    grey(labels, picture.getWidth(), picture.getHeight()),
                    "png",
                    out.resolve(name).toFile());
            System.out.println(name);
        }
    }

    /** Pictures by their names. */
    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static byte[] bytes(BufferedImage picture) {
        BufferedImage bgr = picture;
        if (picture.getType() != BufferedImage.TYPE_3BYTE_BGR) {
            bgr = new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
            bgr.getGraphics().drawImage(picture, 0, 0, null);
        }
        byte[] rgb =
                ((DataBufferByte) bgr.getRaster().getDataBuffer()).getData().clone();
        for (int i = 0; i < rgb.length; i += 3) {
            byte blue = rgb[i];
            rgb[i] = rgb[i + 2];
            rgb[i + 2] = blue;
        }
        return rgb;
    }

    private static BufferedImage grey(byte[] labels, int width, int height) {
        BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        System.arraycopy(labels, 0, ((DataBufferByte) grey.getRaster().getDataBuffer()).getData(), 0, labels.length);
        return grey;
    }

    /** A picture's values plane by plane, as models take them. */
    static float[] planes(byte[] rgb) {
        int pixels = rgb.length / 3;
        float[] planes = new float[rgb.length];
        for (int p = 0; p < pixels; p++) {
            for (int c = 0; c < 3; c++) {
                planes[c * pixels + p] = rgb[3 * p + c] & 255;
            }
        }
        return planes;
    }

    /** The class of the largest of every pixel's probabilities, which come plane by plane. */
    static byte[] largest(float[] probabilities, int pixels) {
        byte[] labels = new byte[pixels];
        float[] best = new float[pixels];
        for (int c = 0; c * pixels < probabilities.length; c++) {
            for (int p = 0; p < pixels; p++) {
                if (c == 0 || probabilities[c * pixels + p] > best[p]) {
                    best[p] = probabilities[c * pixels + p];
                    labels[p] = (byte) c;
                }
            }
        }
        return labels;
    }

    /** Prints the share of pixels that two files of labels differ in. */
    public static void main(String[] files) throws IOException {
        Raster a = ImageIO.read(Path.of(files[0]).toFile()).getRaster();
        Raster b = ImageIO.read(Path.of(files[1]).toFile()).getRaster();
        long differ = 0;
        for (int y = 0; y < a.getHeight(); y++) {
            for (int x = 0; x < a.getWidth(); x++) {
                differ += a.getSample(x, y, 0) == b.getSample(x, y, 0) ? 0 : 1;
            }
        }
        System.out.println((double) differ / a.getWidth() / a.getHeight());
    }
}
