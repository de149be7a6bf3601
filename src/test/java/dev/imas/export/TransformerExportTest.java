package dev.imas.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.predict.Segmenter;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transformer's models take pictures of any size, and give the network's own numbers. */
class TransformerExportTest {
    private static final Segmenter.Options CPU =
            Segmenter.Options.defaults().device("cpu").set("precision", "fp32");

    @TempDir
    Path folder;

    private Path weights;

    @BeforeEach
    void write() {
        weights = TrainedFiles.write(
                folder.resolve("w.safetensors"),
                TrainedFiles.network(Backbone.VIT_TINY, Stem.DEEP, 16, false),
                PictureInput.RGB);
    }

    @Test
    void everyFormatGivesTheNetworksNumbers() {
        try (Segmenter segmenter = Segmenter.open(weights, CPU)) {
            Exporter exporter = new Exporter(segmenter, TrainedFiles.CARD);
            for (ExportFormat format : ExportFormat.values()) {
                assertThat(exporter.export(format, folder.resolve("model" + format.ending())))
                        .as(format.name())
                        .isLessThan(Exporter.TOLERANCE);
            }
        }
    }

    /** Whose positions are not resized, and one that is made of whole patches. */
    @Test
    void picturesThatNeedNoResizingDoNotGetAny() {
        Path onnx = folder.resolve("model.onnx");
        Path script = folder.resolve("model.pt");
        ModelInput input = ModelInput.of(PictureInput.RGB, 1);
        try (PointerScope scope = new PointerScope();
                Segmenter segmenter = Segmenter.open(weights, CPU)) {
            Exporter exporter = new Exporter(segmenter);
            exporter.export(ExportFormat.ONNX, onnx);
            exporter.export(ExportFormat.TORCHSCRIPT, script);
            for (int side : new int[] {70, 518}) {
                TestPicture picture = TestPicture.of(input, side, side);
                NpyArray expected = Trial.of(picture, segmenter).probabilities();
                assertThat(NpyArray.of(OnnxPass.run(onnx, picture.tensor())).difference(expected))
                        .isLessThan(Exporter.TOLERANCE);
                assertThat(NpyArray.of(TorchScriptFile.run(script, picture.tensor()))
                                .difference(expected))
                        .isLessThan(Exporter.TOLERANCE);
            }
        }
    }

    @Test
    void modelsThatPadAreNotPretended() {
        try (Segmenter segmenter = Segmenter.open(weights, CPU.set("evaluation.patch_fit", "pad"))) {
            assertThatThrownBy(() -> new Exporter(segmenter).export(ExportFormat.ONNX, folder.resolve("m.onnx")))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("evaluation.patch_fit is pad");
        }
    }
}
