package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Network;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.nn.Networks;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.WeightFiles.Fit;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks for other channels than three that begin with weights for RGB. */
class FirstConvolutionTest {
    private static final Network NETWORK = Networks.spec(Backbone.TINY, Stem.DEEP, 16, false);

    @TempDir
    private Path folder;

    /** A picture whose channels are equal is seen as the grey one was. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void equalChannelsAreSeenAsGrey(int channels) {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork rgb = SegmentationNetwork.create(NETWORK, 4, 1);
                SegmentationNetwork other = SegmentationNetwork.create(NETWORK, channels, 4, 2)) {
            Path file = saved(rgb.state());
            LoadReport report = WeightFiles.load(other, file, Fit.PARTIAL);
            assertThat(report.loaded()).hasSize(rgb.state().size());
            assertThat(report.summary()).contains("encoder.conv1.0.weight of 3 colours became one of " + channels);
            Tensor grey =
                    torch.arange(new Scalar(33 * 35)).to(ScalarType.Float).sin().view(1, 1, 33, 35);
            Tensor seen = rgb.forward(repeated(grey, 3), false).logits();
            Tensor found = other.forward(repeated(grey, channels), false).logits();
            assertThat(found.sub(seen).abs().max().item_float()).isCloseTo(0, within(1e-5f));
        }
    }

    private static Tensor repeated(Tensor grey, int channels) {
        return grey.repeat(1, channels, 1, 1);
    }

    private Path saved(Map<String, Tensor> state) {
        Path file = folder.resolve("rgb.safetensors");
        WeightFiles.save(state, file, Map.of());
        return file;
    }

    /** torchvision's files too, whose keys have no prefix. */
    @ParameterizedTest
    @EnumSource(Stem.class)
    void classifiersOfEitherStem(Stem stem) {
        Network spec = Networks.spec(Backbone.RESNET18, stem, 16, false);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork rgb = SegmentationNetwork.create(spec, 3, 1);
                SegmentationNetwork two = SegmentationNetwork.create(spec, 2, 3, 2)) {
            Map<String, Tensor> encoder = new LinkedHashMap<>();
            rgb.state().forEach((key, tensor) -> {
                if (key.startsWith(SegmentationNetwork.ENCODER_PREFIX)) {
                    encoder.put(key.substring(SegmentationNetwork.ENCODER_PREFIX.length()), tensor);
                }
            });
            LoadReport report = WeightFiles.load(two, saved(encoder), Fit.PARTIAL);
            assertThat(report.adapted()).hasSize(1);
            Tensor weights = two.state().get(two.firstConvolution());
            Tensor colours = rgb.state().get(rgb.firstConvolution());
            Tensor both = torch.cat(new TensorVector(weights.narrow(1, 0, 1), weights.narrow(1, 1, 1)), 1);
            assertThat(torch.equal(weights, both)).isTrue();
            Tensor sums = colours.sum(1).sub(weights.sum(1));
            assertThat(sums.abs().max().item_float()).isCloseTo(0, within(1e-6f));
        }
    }

    @Test
    void trainedWeightsAreNeverAdaptedToBeUsed() {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork rgb = SegmentationNetwork.create(NETWORK, 4, 1);
                SegmentationNetwork two = SegmentationNetwork.create(NETWORK, 2, 4, 2)) {
            Path file = saved(rgb.state());
            assertThatThrownBy(() -> WeightFiles.load(two, file, Fit.COMPLETE))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("tensor encoder.conv1.0.weight has the shape [8, 3, 3, 3]")
                    .hasMessageContaining("needs [8, 2, 3, 3]");
        }
    }

    @Test
    void otherChannelsThanColoursHaveNoRule() {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork five = SegmentationNetwork.create(NETWORK, 5, 4, 1);
                SegmentationNetwork two = SegmentationNetwork.create(NETWORK, 2, 4, 2)) {
            Path file = saved(five.state());
            assertThatThrownBy(() -> WeightFiles.load(two, file, Fit.PARTIAL)).hasMessageContaining("[8, 5, 3, 3]");
        }
    }
}
