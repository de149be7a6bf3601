package dev.imas.nn;

import java.util.ArrayList;
import java.util.List;

/** The dilated ResNet: a stem with max-pooling to 1/4, then four stages. */
final class Encoder {
    private static final int[] MULTI_GRID = {2, 2, 4};

    /** Images [B,channels,H,W] to [B,stem,H/4,W/4], after the max-pooling. */
    final Layer stem;
    /** The four stages, each on the previous one's output. */
    final List<Layer> stages;

    /** @param channels of the images */
    Encoder(StateBuilder state, Architecture architecture, int channels, boolean multiGrid) {
        stem = architecture.deep()
                ? deepStem(state, channels, architecture.stem())
                : wideStem(state, channels, architecture.stem().get(2));
        List<Layer> made = new ArrayList<>();
        long in = architecture.stem().get(2);
        int previousDilation = 1;
        for (int stage = 1; stage <= 4; stage++) {
            int dilation = architecture.dilations().get(stage - 1);
            List<Layer> blocks = new ArrayList<>();
            for (int b = 0; b < architecture.blocks().get(stage - 1); b++) {
                // A stage's first block still sees the finer map's spacing: it has the previous stage's dilation.
                int spacing = b == 0 ? previousDilation : dilation;
                int grid = stage == 4 && multiGrid ? MULTI_GRID[Math.min(b, 2)] : 1;
                blocks.add(new ResidualBlock(
                        state,
                        "encoder.layer" + stage + "." + b,
                        architecture.kind(),
                        in,
                        architecture.widths().get(stage - 1),
                        b == 0 ? architecture.strides().get(stage - 1) : 1,
                        spacing * grid));
                in = architecture.planes(stage);
            }
            made.add(Layer.sequence(blocks));
            previousDilation = dilation;
        }
        stages = List.copyOf(made);
    }

    private static Layer deepStem(StateBuilder state, int channels, List<Integer> planes) {
        return Layer.sequence(List.of(
                stemBlock(state, "encoder.conv1.0", "encoder.conv1.1", channels, planes.get(0), 3, 2),
                stemBlock(state, "encoder.conv1.3", "encoder.conv1.4", planes.get(0), planes.get(1), 3, 1),
                stemBlock(state, "encoder.conv1.6", "encoder.bn1", planes.get(1), planes.get(2), 3, 1),
                new MaxPool()));
    }

    private static Layer wideStem(StateBuilder state, int channels, int planes) {
        return Layer.sequence(
                List.of(stemBlock(state, "encoder.conv1", "encoder.bn1", channels, planes, 7, 2), new MaxPool()));
    }

    private static Layer stemBlock(
            StateBuilder state, String convolution, String norm, long in, long out, int kernel, int stride) {
        return new ConvBlock(
                new Convolution(state, Convolution.Role.ENCODER, convolution, in, out, kernel, stride, 1, false),
                new BatchNorm(state, norm, out, 1),
                true);
    }
}
