package example;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.File;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * For the author of a program on ONNX Runtime: segments a picture with a model for colours, prints what the file says
 * of its classes and how many pixels each has, and writes the classes' numbers as a grey picture.
 */
public final class OnnxSegment {
    private OnnxSegment() {}

    public static void main(String[] arguments) throws IOException, OrtException {
        if (arguments.length != 3) {
            System.out.println("usage: OnnxSegment cells.onnx picture.png labels.png");
            return;
        }
        BufferedImage picture = ImageIO.read(new File(arguments[1]));
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(arguments[0]);
                OnnxTensor pictures = stored(environment, picture);
                OrtSession.Result result = session.run(Map.of("pictures", pictures))) {
            Map<String, String> texts = session.getMetadata().getCustomMetadata();
            System.out.println("takes " + texts.get("imas.model_input"));
            System.out.println("classes " + texts.get("imas.class_names"));
            OnnxTensor probabilities = (OnnxTensor) result.get("probabilities").orElseThrow();
            tell(probabilities, picture, new File(arguments[2]));
        }
    }

    /**
     * The stored values, [1,3,H,W]: range and normalisation are in the model. Not getRGB: that brightens greys and
     * applies colour profiles.
     */
    private static OnnxTensor stored(OrtEnvironment environment, BufferedImage picture) throws OrtException {
        int width = picture.getWidth();
        int height = picture.getHeight();
        Raster stored = picture.getRaster();
        boolean bytes = Arrays.stream(stored.getSampleModel().getSampleSize()).allMatch(bits -> bits == 8);
        if (!bytes || picture.getColorModel() instanceof IndexColorModel) {
            throw new IllegalArgumentException("the picture is of another kind than grey or RGB of 8 bits; convert it");
        }
        FloatBuffer values = FloatBuffer.allocate(3 * width * height);
        for (int c = 0; c < 3; c++) {
            int band = stored.getNumBands() < 3 ? 0 : c;
            for (int p = 0; p < width * height; p++) {
                values.put(stored.getSample(p % width, p / width, band));
            }
        }
        return OnnxTensor.createTensor(environment, values.flip(), new long[] {1, 3, height, width});
    }

    private static void tell(OnnxTensor result, BufferedImage picture, File file) throws IOException {
        FloatBuffer probabilities = result.getFloatBuffer();
        int classes = (int) result.getInfo().getShape()[1];
        int size = picture.getWidth() * picture.getHeight();
        BufferedImage labels = new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
        int[] pixels = new int[classes];
        for (int p = 0; p < size; p++) {
            int label = 0;
            for (int c = 1; c < classes; c++) {
                if (probabilities.get(c * size + p) > probabilities.get(label * size + p)) {
                    label = c;
                }
            }
            pixels[label]++;
            labels.getRaster().setSample(p % picture.getWidth(), p / picture.getWidth(), 0, label);
        }
        for (int c = 0; c < classes; c++) {
            if (pixels[c] > 0) {
                System.out.println("class " + c + ": " + pixels[c] + " pixels");
            }
        }
        ImageIO.write(labels, "png", file);
    }
}
