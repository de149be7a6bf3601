package dev.imas.nn;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import java.util.List;

/**
 * The measures of a network (method 1).
 *
 * @param kind     residual blocks
 * @param blocks   blocks of the four stages
 * @param stem     planes of the deep stem's three convolutions; the last is also the 7x7 stem's when {@code deep}
 *                 is false
 * @param deep     three 3x3 convolutions instead of one 7x7
 * @param widths   planes of the four stages' branches
 * @param aspp     planes of each ASPP branch and of the head
 * @param low      planes of the low-level branch
 * @param decoder  planes of the classifier's and the auxiliary head's 3x3 convolutions
 * @param strides  of the four stages
 * @param dilations of the four stages
 */
record Architecture(
        ResidualBlock.Kind kind,
        List<Integer> blocks,
        List<Integer> stem,
        boolean deep,
        List<Integer> widths,
        int aspp,
        int low,
        int decoder,
        List<Integer> strides,
        List<Integer> dilations) {
    private static final List<Integer> FULL_WIDTHS = List.of(64, 128, 256, 512);

    /** The measures that a configuration asks for. */
    static Architecture of(ImasConfig.Network network) {
        boolean deep = network.stem() == ImasConfig.Stem.DEEP;
        if (network.outputStride() != 8 && network.outputStride() != 16) {
            throw new UserException("network.output_stride is " + network.outputStride() + "; it must be 8 or 16");
        }
        if (network.aspp() == null
                || network.aspp().size() != 3
                || network.aspp().stream().anyMatch(d -> d < 1)) {
            throw new UserException("network.aspp is " + network.aspp() + "; it must be three positive dilations");
        }
        boolean os8 = network.outputStride() == 8;
        List<Integer> strides = os8 ? List.of(1, 2, 1, 1) : List.of(1, 2, 2, 1);
        List<Integer> dilations = os8 ? List.of(1, 1, 2, 4) : List.of(1, 1, 1, 2);
        return switch (network.backbone()) {
            case TINY ->
                new Architecture(
                        ResidualBlock.Kind.BASIC,
                        List.of(1, 1, 1, 1),
                        List.of(8, 16, 24),
                        deep,
                        List.of(24, 48, 64, 96),
                        32,
                        16,
                        32,
                        strides,
                        dilations);
            case RESNET18 -> full(ResidualBlock.Kind.BASIC, List.of(2, 2, 2, 2), deep, strides, dilations);
            case RESNET34 -> full(ResidualBlock.Kind.BASIC, List.of(3, 4, 6, 3), deep, strides, dilations);
            case RESNET50 -> full(ResidualBlock.Kind.BOTTLENECK, List.of(3, 4, 6, 3), deep, strides, dilations);
            case RESNET101 -> full(ResidualBlock.Kind.BOTTLENECK, List.of(3, 4, 23, 3), deep, strides, dilations);
            case VIT_TINY, DINOV2_SMALL, DINOV2_BASE, DINOV2_LARGE ->
                throw new IllegalArgumentException(network.backbone() + " is no ResNet");
        };
    }

    private static Architecture full(
            ResidualBlock.Kind kind,
            List<Integer> blocks,
            boolean deep,
            List<Integer> strides,
            List<Integer> dilations) {
        return new Architecture(
                kind, blocks, List.of(64, 64, deep ? 128 : 64), deep, FULL_WIDTHS, 256, 48, 256, strides, dilations);
    }

    /** Output planes of stage 1..4. */
    long planes(int stage) {
        return (long) widths.get(stage - 1) * kind.expansion;
    }
}
