package dev.imas.semi;

import dev.imas.config.ImasConfig.Decayed;
import dev.imas.config.ImasConfig.Training;
import dev.imas.nn.SegmentationNetwork;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/**
 * How fast each parameter learns with AdamW and how it is decayed: the head by {@code training.head_lr_multiplier}, the
 * encoder by 1, or by {@code training.layer_decay} to the power of the layers that follow: 1 of the last block, and so
 * on to the embedding of patches and the positions.
 */
final class LayerRates implements AdamW.Rules {
    private static final Pattern BLOCK = Pattern.compile("backbone\\.blocks\\.(\\d+)\\..+");
    private static final String NORM = "backbone.norm.";

    private final Training training;
    private final int blocks;

    private LayerRates(Training training, int blocks) {
        this.training = training;
        this.blocks = blocks;
    }

    static LayerRates of(Training training, SegmentationNetwork network) {
        int blocks = network.parameters().keySet().stream()
                .mapToInt(key -> block(key) + 1)
                .max()
                .orElse(0);
        return new LayerRates(training, blocks);
    }

    /** The number of a key's block, or -1. */
    private static int block(String key) {
        Matcher matcher = BLOCK.matcher(key);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    @Override
    public AdamW.Rule of(String key, Tensor parameter) {
        return new AdamW.Rule(factor(key), decayed(key, parameter) ? training.weightDecay() : 0);
    }

    private double factor(String key) {
        if (!SegmentationNetwork.ofEncoder(key)) {
            return training.headLrMultiplier();
        }
        int behind = key.startsWith(NORM) ? 0 : blocks - block(key);
        return blocks == 0 ? 1 : Math.pow(training.layerDecay(), behind);
    }

    /** A layer's weights have an input and an output; tokens and positions have them in form only. */
    private boolean decayed(String key, Tensor parameter) {
        return training.decayed() == Decayed.ALL
                || parameter.dim() > 1 && !key.endsWith("_token") && !key.endsWith("pos_embed");
    }
}
