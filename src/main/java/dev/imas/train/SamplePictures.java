package dev.imas.train;

import static org.bytedeco.pytorch.global.torch.upsample_bilinear2d;
import dev.imas.data.Dataset;
import dev.imas.device.Torch;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.nn.Bilinear;
import dev.imas.predict.Evaluator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Validation pictures with what student and teacher see in them, for the report. */
final class SamplePictures {
    private static final int MOST = 12;

    private SamplePictures() {
    }

    /** Writes NNN-image, NNN-truth, NNN-student and NNN-teacher.png, spread evenly over the validation images. */
    static void write(Path folder, Dataset data, Evaluator evaluator, UnaryOperator<Tensor> student, UnaryOperator<Tensor> teacher) throws IOException {
        Files.createDirectories(folder);
        int size = data.validation().size();
        int count = Math.min(MOST, size);
        Map<String, UnaryOperator<Tensor>> networks = new LinkedHashMap<>();
        networks.put("student", student);
        networks.put("teacher", teacher);
        for (int k = 0; k < count; k++) {
            int i = (int) ((long) k * size / count);
            RgbImage image = data.validation().image(i);
            String number = String.format(Locale.ROOT, "%03d", k);
            Pngs.write(folder.resolve(number + "-image.png"), image);
            IndexPng.write(folder.resolve(number + "-truth.png"), data.validation().mask(i), data.palette());
            for (Map.Entry<String, UnaryOperator<Tensor>> network : networks.entrySet()) {
                LabelMap labels = Torch.withoutGradient(() -> predict(image, evaluator, network.getValue()));
                IndexPng.write(folder.resolve(number + "-" + network.getKey() + ".png"), labels, data.palette());
            }
        }
    }

    private static LabelMap predict(RgbImage image, Evaluator evaluator, UnaryOperator<Tensor> network) {
        try (PointerScope scope = new PointerScope()) {
            Tensor scores = evaluator.scores(evaluator.input(image), network).to(ScalarType.Float);
            Tensor enlarged = Bilinear.enlarged(scores, image.height(), image.width());
            byte[] labels = new byte[image.width() * image.height()];
            enlarged.argmax(new LongOptional(1), false).to(ScalarType.Byte).cpu().contiguous().data_ptr_byte().get(labels);
            return new LabelMap(image.width(), image.height(), labels);
        }
    }
}
