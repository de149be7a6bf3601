package dev.imas.train;

import static org.bytedeco.pytorch.global.torch.upsample_bilinear2d;

import dev.imas.augment.LabelMap;
import dev.imas.augment.RgbImage;
import dev.imas.data.Dataset;
import dev.imas.semi.ImageTensors;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Validation pictures with what student and teacher see in them, for the report. */
final class SamplePictures {
    private static final int MOST = 12;

    private SamplePictures() {
    }

    /** Writes NNN-image, NNN-truth, NNN-student and NNN-teacher.png, spread evenly over the validation images. */
    static void write(Path folder, Dataset data, Evaluator evaluator, ImageTensors tensors, UnaryOperator<Tensor> student, UnaryOperator<Tensor> teacher) throws IOException {
        Files.createDirectories(folder);
        int size = data.validation().size();
        int count = Math.min(MOST, size);
        Map<String, UnaryOperator<Tensor>> networks = new LinkedHashMap<>();
        networks.put("student", student);
        networks.put("teacher", teacher);
        boolean gradients = GradMode.is_enabled();
        GradMode.set_enabled(false);
        try {
            for (int k = 0; k < count; k++) {
                int i = (int) ((long) k * size / count);
                RgbImage image = data.validation().image(i);
                String number = String.format(Locale.ROOT, "%03d", k);
                ImageIO.write(picture(image), "png", folder.resolve(number + "-image.png").toFile());
                save(folder.resolve(number + "-truth.png"), data.validation().mask(i), data);
                for (Map.Entry<String, UnaryOperator<Tensor>> network : networks.entrySet()) {
                    LabelMap labels = predict(image, evaluator, tensors, network.getValue());
                    save(folder.resolve(number + "-" + network.getKey() + ".png"), labels, data);
                }
            }
        } finally {
            GradMode.set_enabled(gradients);
        }
    }

    private static LabelMap predict(RgbImage image, Evaluator evaluator, ImageTensors tensors, UnaryOperator<Tensor> network) {
        try (PointerScope scope = new PointerScope()) {
            ByteBuffer rgb = ByteBuffer.allocateDirect(image.rgb().length).put(image.rgb()).flip();
            Tensor scores = evaluator.scores(tensors.normalized(rgb, 1, image.height(), image.width()), network).to(ScalarType.Float);
            Tensor enlarged = upsample_bilinear2d(scores, new long[] {image.height(), image.width()}, true, new DoubleOptional(), new DoubleOptional());
            byte[] labels = new byte[image.width() * image.height()];
            enlarged.argmax(new LongOptional(1), false).to(ScalarType.Byte).cpu().contiguous().data_ptr_byte().get(labels);
            return new LabelMap(image.width(), image.height(), labels);
        }
    }

    /** A palette picture whose values are the labels. */
    private static void save(Path file, LabelMap labels, Dataset data) throws IOException {
        int[] colors = new int[256];
        for (int c = 0; c < data.palette().size(); c++) {
            colors[c] = data.palette().get(c);
        }
        colors[LabelMap.IGNORE] = 0xE0E0C0;
        IndexColorModel model = new IndexColorModel(8, 256, colors, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage picture = new BufferedImage(labels.width(), labels.height(), BufferedImage.TYPE_BYTE_INDEXED, model);
        picture.getRaster().setDataElements(0, 0, labels.width(), labels.height(), labels.labels());
        ImageIO.write(picture, "png", file.toFile());
    }

    private static BufferedImage picture(RgbImage image) {
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int p = 0, y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++, p += 3) {
                picture.setRGB(x, y, (rgb[p] & 255) << 16 | (rgb[p + 1] & 255) << 8 | rgb[p + 2] & 255);
            }
        }
        return picture;
    }
}
