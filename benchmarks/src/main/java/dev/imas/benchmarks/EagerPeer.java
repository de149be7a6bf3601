package dev.imas.benchmarks;

import dev.imas.config.PictureInput;
import dev.imas.device.Torch;
import dev.imas.nn.Bilinear;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Prediction as it is usually written over libtorch, operation by operation in NCHW: {@code EagerPeer
 * teacher.safetensors PICTURES LABELS}.
 */
final class EagerPeer {
    private EagerPeer() {}

    public static void main(String[] arguments) throws Exception {
        Torch.load();
        Path weights = Path.of(arguments[0]);
        NetworkSpec spec = NetworkSpec.of(weights).orElseThrow();
        try (SegmentationNetwork network = spec.filled(weights)) {
            PictureFolder.predict(
                    Path.of(arguments[1]),
                    Path.of(arguments[2]),
                    (rgb, height, width) ->
                            Torch.withoutGradient(() -> labels(network, spec.input(), rgb, height, width)));
        }
    }

    private static byte[] labels(SegmentationNetwork network, PictureInput input, byte[] rgb, int height, int width) {
        try (PointerScope scope = new PointerScope()) {
            Tensor bytes = torch.from_blob(
                    new BytePointer(rgb), new long[] {height, width, 3}, new TensorOptions(ScalarType.Byte));
            Tensor planes =
                    bytes.permute(2, 0, 1).contiguous().to(ScalarType.Float).div_(new Scalar(255.0));
            Tensor images = planes.sub(channels(input.mean()))
                    .div(channels(input.std()))
                    .unsqueeze(0);
            Tensor logits = network.forward(images, false).logits();
            Tensor probabilities = torch.softmax(Bilinear.enlarged(logits, height, width), 1);
            Tensor labels = probabilities
                    .argmax(new LongOptional(1), false)
                    .to(ScalarType.Byte)
                    .contiguous();
            byte[] values = new byte[height * width];
            labels.data_ptr_byte().get(values);
            return values;
        }
    }

    private static Tensor channels(List<Double> values) {
        float[] numbers = new float[values.size()];
        for (int c = 0; c < numbers.length; c++) {
            numbers[c] = values.get(c).floatValue();
        }
        return torch.tensor(numbers).view(numbers.length, 1, 1);
    }
}
