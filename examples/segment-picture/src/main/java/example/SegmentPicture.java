package example;

import dev.imas.image.LabelMap;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * For the author of another JVM tool: what a trained network sees in a picture. Prints the share of every class that
 * occurs and writes a picture in the classes' colours.
 */
public final class SegmentPicture {
    private SegmentPicture() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.out.println("usage: SegmentPicture teacher.safetensors street.jpg labels.png");
            return;
        }
        BufferedImage picture = ImageIO.read(new File(arguments[1]));
        try (Segmenter segmenter = Segmenter.open(Path.of(arguments[0]), Segmenter.Options.defaults())) {
            Segmentation found = segmenter.segment(picture);
            LabelMap labels = found.labels();
            int[] pixels = new int[segmenter.classes()];
            BufferedImage colours = new BufferedImage(labels.width(), labels.height(), BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < labels.height(); y++) {
                for (int x = 0; x < labels.width(); x++) {
                    int label = labels.labels()[y * labels.width() + x];
                    pixels[label]++;
                    colours.setRGB(x, y, segmenter.palette().get(label));
                }
            }
            for (int c = 0; c < pixels.length; c++) {
                if (pixels[c] > 0) {
                    System.out.println(segmenter.classNames().get(c) + ": " + pixels[c] + " pixels");
                }
            }
            ImageIO.write(colours, "png", new File(arguments[2]));
        }
    }
}
