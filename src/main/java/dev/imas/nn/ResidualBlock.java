package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A residual block: ReLU(branch(x) + shortcut(x)). State-dict keys as torchvision's. */
final class ResidualBlock implements Layer {
    /** The two kinds of branch. */
    enum Kind {
        /** Two 3x3 convolutions. */
        BASIC(1),
        /** 1x1, 3x3 (with stride and dilation), 1x1 to four times the planes. */
        BOTTLENECK(4);

        /** Output planes for each plane of the branch. */
        final int expansion;

        Kind(int expansion) {
            this.expansion = expansion;
        }
    }

    private record Piece(int kernel, long out, int stride, int dilation) {}

    private final Layer branch;
    /** The branch is these one after the other. */
    private final Layer first;

    private final ConvBlock last;
    private final Layer shortcut;
    private boolean frozen;

    /** @param planes width of the branch; the output has {@code planes * kind.expansion} planes */
    ResidualBlock(StateBuilder state, String prefix, Kind kind, long in, long planes, int stride, int dilation) {
        long out = planes * kind.expansion;
        List<Piece> pieces = kind == Kind.BASIC
                ? List.of(new Piece(3, planes, stride, dilation), new Piece(3, planes, 1, dilation))
                : List.of(new Piece(1, planes, 1, 1), new Piece(3, planes, stride, dilation), new Piece(1, out, 1, 1));
        List<ConvBlock> layers = new ArrayList<>();
        long from = in;
        for (int i = 1; i <= pieces.size(); i++) {
            Piece piece = pieces.get(i - 1);
            boolean ends = i == pieces.size();
            // The last norm starts at 0: every block starts as the identity.
            layers.add(unit(state, prefix + ".conv" + i, prefix + ".bn" + i, from, piece, ends ? 0 : 1, !ends));
            from = piece.out;
        }
        branch = Layer.sequence(layers);
        first = Layer.sequence(layers.subList(0, layers.size() - 1));
        last = layers.get(layers.size() - 1);
        shortcut = stride == 1 && in == out
                ? null
                : unit(
                        state,
                        prefix + ".downsample.0",
                        prefix + ".downsample.1",
                        in,
                        new Piece(1, out, stride, 1),
                        1,
                        false);
    }

    private static ConvBlock unit(
            StateBuilder state, String convolution, String norm, long in, Piece piece, float scale, boolean relu) {
        return new ConvBlock(
                new Convolution(
                        state,
                        Convolution.Role.ENCODER,
                        convolution,
                        in,
                        piece.out,
                        piece.kernel,
                        piece.stride,
                        piece.dilation,
                        false),
                new BatchNorm(state, norm, piece.out, scale),
                relu);
    }

    @Override
    public Tensor forward(Tensor x, boolean train) {
        return Torch.scoped(() -> {
            if (frozen) {
                Tensor sum = shortcut == null ? x.clone() : shortcut.forward(x, train);
                last.addTo(sum, first.forward(x, train));
                return sum;
            }
            Tensor y = branch.forward(x, train);
            y.add_(shortcut == null ? x : shortcut.forward(x, train));
            torch.relu_(y);
            return y;
        });
    }

    @Override
    public void freeze(StateBuilder owner) {
        branch.freeze(owner);
        if (shortcut != null) {
            shortcut.freeze(owner);
        }
        frozen = true;
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        V y = branch.describe(operations, x);
        return operations.relu(operations.sum(y, shortcut == null ? x : shortcut.describe(operations, x)));
    }
}
