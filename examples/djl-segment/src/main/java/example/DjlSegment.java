package example;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * For the author of a program on DJL: first tries the exported folder with the picture that lies in it, then segments
 * one of your own, prints the share of every class that occurs, and writes the classes' numbers as a grey picture.
 */
public final class DjlSegment {
    /** Another library, and another processor, round otherwise; another model is farther away than this. */
    private static final double SAME = 1e-4;

    private DjlSegment() {}

    public static void main(String[] arguments)
            throws IOException, ModelNotFoundException, MalformedModelException, TranslateException {
        if (arguments.length != 3) {
            System.out.println("usage: DjlSegment cells-djl picture.png labels.png");
            return;
        }
        Path folder = Path.of(arguments[0]);
        Criteria<Planes, Planes> criteria = Criteria.builder()
                .setTypes(Planes.class, Planes.class)
                .optModelPath(folder)
                .optDevice(Device.cpu())
                .optTranslator(new ImasTranslator())
                .build();
        try (ZooModel<Planes, Planes> model = criteria.loadModel();
                Predictor<Planes, Planes> predictor = model.newPredictor()) {
            tryOut(folder, predictor);
            Planes found = predictor.predict(Planes.of(ImageIO.read(new File(arguments[1]))));
            tell(found, Files.readAllLines(folder.resolve("synset.txt")), new File(arguments[2]));
        }
    }

    private static void tryOut(Path folder, Predictor<Planes, Planes> predictor)
            throws IOException, TranslateException {
        float[] expected = read(folder.resolve("test_output.npy")).values();
        float[] found =
                predictor.predict(read(folder.resolve("test_input.npy"))).values();
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - expected[i]));
        }
        System.out.printf(Locale.ROOT, "probabilities differ from the trainer's by %.1e at most%n", largest);
        if (!(largest <= SAME)) {
            throw new IllegalStateException("this is another model than the trainer's");
        }
    }

    /** A file of one picture, [1,C,H,W]. */
    private static Planes read(Path file) throws IOException {
        try (NDManager manager = NDManager.newBaseManager();
                InputStream in = Files.newInputStream(file)) {
            NDArray array = NDList.decode(manager, in).singletonOrThrow();
            long[] shape = array.getShape().getShape();
            return new Planes((int) shape[1], (int) shape[2], (int) shape[3], array.toFloatArray());
        }
    }

    private static void tell(Planes probabilities, List<String> names, File file) throws IOException {
        int width = probabilities.width();
        BufferedImage labels = new BufferedImage(width, probabilities.height(), BufferedImage.TYPE_BYTE_GRAY);
        int[] pixels = new int[probabilities.channels()];
        for (int p = 0; p < width * probabilities.height(); p++) {
            int label = probabilities.largest(p);
            pixels[label]++;
            labels.getRaster().setSample(p % width, p / width, 0, label);
        }
        for (int c = 0; c < pixels.length; c++) {
            if (pixels[c] > 0) {
                System.out.println(names.get(c) + ": " + pixels[c] + " pixels");
            }
        }
        ImageIO.write(labels, "png", file);
    }
}
