package dev.imas.nn;

import dev.imas.device.Torch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A pre-norm block with LayerScale: x + g1 * attention(norm1(x)), then x + g2 * mlp(norm2(x)); the hidden layer's
 * activation is the exact GELU.
 */
final class TransformerBlock {
    private final String prefix;
    private final TokenNorm norm1;
    private final Attention attention;
    private final Tensor scale1;
    private final TokenNorm norm2;
    private final Linear wide;
    private final Linear narrow;
    private final Tensor scale2;

    /** @param prefix of the state-dict keys, empty or with its dot */
    TransformerBlock(StateBuilder state, String prefix, long width, long heads) {
        this.prefix = prefix;
        long hidden = TransformerShape.EXPANSION * width;
        norm1 = new TokenNorm(state, prefix + "norm1", width);
        attention = new Attention(state, prefix + "attn", width, heads);
        scale1 = state.parameter(prefix + "ls1.gamma", new Initializer.Constant(1), width);
        norm2 = new TokenNorm(state, prefix + "norm2", width);
        wide = new Linear(state, prefix + "mlp.fc1", width, hidden);
        narrow = new Linear(state, prefix + "mlp.fc2", hidden, width);
        scale2 = state.parameter(prefix + "ls2.gamma", new Initializer.Constant(1), width);
    }

    /** @param x [B,T,width], left unchanged */
    Tensor forward(Tensor x, Observer observer) {
        return Torch.scoped(() -> {
            Tensor between = Torch.scoped(() -> {
                Tensor normal = observer.seen("norm1", norm1.forward(x));
                Tensor seen = observer.seen("attn", attention.forward(normal, observer));
                return observer.seen("ls1", seen.mul(scale1)).add(x);
            });
            return Torch.scoped(() -> {
                Tensor normal = observer.seen("norm2", norm2.forward(between));
                Tensor made = observer.seen("mlp", perceptron(normal, observer));
                return observer.seen("ls2", made.mul(scale2)).add(between);
            });
        });
    }

    private Tensor perceptron(Tensor x, Observer observer) {
        return Torch.scoped(() -> {
            Tensor hidden = observer.seen("fc1", wide.forward(x));
            return narrow.forward(observer.seen("gelu", torch.gelu(hidden)));
        });
    }

    <V> V describe(Operations<V> operations, V x) {
        V seen = attention.describe(operations, norm1.describe(operations, x));
        V between = operations.sum(x, operations.times(seen, prefix + "ls1.gamma"));
        V hidden = operations.gelu(wide.describe(operations, norm2.describe(operations, between)));
        return operations.sum(between, operations.times(narrow.describe(operations, hidden), prefix + "ls2.gamma"));
    }
}
