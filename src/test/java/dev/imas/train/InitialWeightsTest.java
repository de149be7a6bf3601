package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.Configs;
import dev.imas.weights.WeightFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitialWeightsTest {
    @TempDir
    private Path folder;

    private static ImasConfig transformer(boolean frozen) {
        ImasConfig tiny = Configs.tiny();
        return tiny.withNetwork(tiny.network().with(n -> n.backbone(Backbone.VIT_TINY)
                .head(Head.DPT)
                .freezeEncoder(frozen)
                .strictWeights(false)));
    }

    /** A file of what a network holds, as far as it is wanted. */
    private Path file(SegmentationNetwork network, Predicate<String> wanted) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(network.state());
        tensors.keySet().removeIf(wanted.negate());
        Path file = folder.resolve("weights.safetensors");
        WeightFiles.save(tensors, file, Map.of());
        return file;
    }

    @Test
    void anEncoderThatStaysAsItIsMustBeWhole() {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network =
                        SegmentationNetwork.create(transformer(true).network(), 7, 1)) {
            Path part = file(network, key -> !key.startsWith("backbone.blocks.1."));
            assertThatThrownBy(() -> InitialWeights.load(network, part, transformer(true)))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("tensors of the encoder, such as backbone.blocks.1.")
                    .hasMessageContaining("network.freeze_encoder");
            assertThat(InitialWeights.load(network, part, transformer(false)).missing())
                    .isNotEmpty();
            Path encoder = file(network, key -> SegmentationNetwork.ofEncoder(key) && !key.endsWith("mask_token"));
            assertThat(InitialWeights.load(network, encoder, transformer(true)).loaded())
                    .isNotEmpty();
        }
    }
}
