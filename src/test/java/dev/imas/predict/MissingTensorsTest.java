package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.predict.Segmenter.Options;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import dev.imas.weights.WeightSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No picture is segmented by layers that no file gave, whatever form the file has and whatever it lacks. */
class MissingTensorsTest {
    /** How weights are kept. */
    enum Form {
        OWN,
        SAFETENSORS,
        CHECKPOINT,
        PTH;

        Path write(Path folder, Map<String, Tensor> tensors, NetworkSpec spec) throws IOException {
            Path file = folder.resolve(this + ".weights");
            Map<String, Tensor> named = new LinkedHashMap<>();
            tensors.forEach((key, tensor) -> {
                named.put((this == CHECKPOINT ? "teacher_state/" : "") + key, tensor);
            });
            if (this == PTH) {
                return Files.write(file, WeightSamples.pth(named, pickle -> pickle));
            }
            WeightFiles.save(named, file, this == OWN ? spec.metadata() : Map.of());
            return file;
        }
    }

    @TempDir
    Path folder;

    private static ImasConfig config(String... settings) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        for (String setting : settings) {
            ConfigYaml.set(layers, setting);
        }
        return ConfigYaml.resolve(layers);
    }

    private static Options options(String... settings) {
        Options options = Options.defaults().preset("embedded").device("cpu");
        for (String setting : settings) {
            options = options.set(setting);
        }
        return options;
    }

    private Path written(Form form, String without, ImasConfig config) throws IOException {
        Torch.load();
        NetworkSpec spec = NetworkSpec.of(config);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = spec.create()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>(network.state());
            tensors.keySet().removeIf(key -> key.matches(without));
            return form.write(folder, tensors, spec);
        }
    }

    static Stream<Arguments> losses() {
        return Stream.of(Form.values())
                .flatMap(form -> Stream.of(
                        Arguments.of(form, "decoder\\..*", "missing"),
                        Arguments.of(form, "encoder\\.layer2\\..*", "missing"),
                        Arguments.of(form, "decoder\\.classifier\\.6\\.bias", "decoder.classifier.6.bias"),
                        Arguments.of(form, "encoder\\.bn1\\.running_mean", "encoder.bn1.running_mean")));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aFileThatLacksTensorsIsRefused(Form form, String without, String part) throws IOException {
        Path file = written(form, without, config());
        assertThatThrownBy(() -> Segmenter.open(file, options()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(part);
    }

    static Stream<Arguments> others() {
        return Stream.of(Form.SAFETENSORS, Form.CHECKPOINT, Form.PTH)
                .flatMap(form -> Stream.of(
                        Arguments.of(form, "network.backbone=resnet18", "encoder."),
                        Arguments.of(form, "network.multi_grid=false", null), // has the same tensors
                        Arguments.of(form, "data.classes=3", "decoder.classifier.6.")));
    }

    @ParameterizedTest
    @MethodSource("others")
    void aFileOfAnotherNetworkIsRefused(Form form, String setting, String part) throws IOException {
        Path file = written(form, "none", config());
        Options options = options("data.class_names=[]", "data.palette=[]", "data.layout=list", setting);
        if (part == null) {
            try (Segmenter segmenter = Segmenter.open(file, options)) {
                assertThat(segmenter.classes()).isEqualTo(7);
            }
            return;
        }
        assertThatThrownBy(() -> Segmenter.open(file, options))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(part);
    }

    @Test
    void anAuxiliaryHeadThatTheFileLacksIsMissing() throws IOException {
        Path file = written(Form.SAFETENSORS, "none", config("network.backbone=resnet18", "network.auxiliary=false"));
        assertThatThrownBy(() -> Segmenter.open(file, options("network.backbone=resnet18", "network.auxiliary=true")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("tensors of the network are missing in " + file)
                .hasMessageContaining("auxor.");
    }
}
