package dev.imas.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Network;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.predict.Segmenter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime finds in an exported model what the network itself finds, at any size. */
class OnnxRuntimeTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of(TrainedFiles.network(Backbone.TINY, Stem.DEEP, 16, true), TrainedFiles.CHANNELS, 0.5),
                Arguments.of(TrainedFiles.network(Backbone.VIT_TINY, Stem.DEEP, 16, false), PictureInput.RGB, 1.0),
                Arguments.of(TrainedFiles.network(Backbone.RESNET18, Stem.CONV7, 16, true), PictureInput.RGB, 1.0),
                Arguments.of(TrainedFiles.network(Backbone.RESNET34, Stem.DEEP, 8, false), PictureInput.RGB, 0.75),
                Arguments.of(TrainedFiles.network(Backbone.RESNET50, Stem.DEEP, 16, true), PictureInput.RGB, 1.0),
                Arguments.of(TrainedFiles.network(Backbone.RESNET101, Stem.CONV7, 16, false), PictureInput.RGB, 1.0));
    }

    @ParameterizedTest
    @MethodSource("models")
    void itSeesWhatTheNetworkSees(Network network, PictureInput input, double scale) throws OrtException {
        Path weights = TrainedFiles.write(folder.resolve("w.safetensors"), network, input);
        Path file = folder.resolve("model.onnx");
        Segmenter.Options options = Segmenter.Options.defaults()
                .device("cpu")
                .set("precision", "fp32")
                .scale(scale);
        try (Segmenter segmenter = Segmenter.open(weights, options)) {
            new Exporter(segmenter).export(ExportFormat.ONNX, file);
            ModelInput seen = ModelInput.of(input, scale);
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            try (OrtSession session = environment.createSession(file.toString())) {
                assertThat(session.getMetadata().getCustomMetadata()).containsKey("imas.model_input");
                for (TestPicture picture : List.of(
                        TestPicture.of(seen, 64, 64), TestPicture.of(seen, 97, 70), TestPicture.of(seen, 33, 130))) {
                    float[] expected = picture.segmented(segmenter).probabilities();
                    assertThat(largest(run(environment, session, picture), expected))
                            .isLessThan(TOLERANCE);
                }
            }
        }
    }

    private static float[] run(OrtEnvironment environment, OrtSession session, TestPicture picture)
            throws OrtException {
        float[] numbers;
        long[] shape;
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = picture.tensor().contiguous();
            shape = tensor.shape();
            numbers = new float[(int) tensor.numel()];
            tensor.data_ptr_float().get(numbers);
        }
        try (OnnxTensor pictures = OnnxTensor.createTensor(environment, FloatBuffer.wrap(numbers), shape);
                OrtSession.Result result = session.run(Map.of(OnnxGraph.PICTURES, pictures))) {
            FloatBuffer found = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] probabilities = new float[found.remaining()];
            found.get(probabilities);
            return probabilities;
        }
    }

    private static double largest(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double largest = 0;
        for (int i = 0; i < found.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - expected[i]));
        }
        return largest;
    }
}
