package dev.imas.nn;

import dev.imas.device.Torch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * DPT's fusion of a coarse path with finer features: path + unit1(skip), unit2, a 1x1 convolution, and a bilinear
 * enlargement with aligned corners. The convolution comes before the enlargement, which gives the same, for the weights
 * of an interpolation sum to 1, and takes a quarter of the work.
 */
final class FusionBlock {
    /** x + conv2(relu(conv1(relu(x)))); the shortcut is not rectified. */
    private static final class Unit {
        private final Layer first;
        private final Layer second;

        Unit(StateBuilder state, String prefix, long planes) {
            first = convolution(state, prefix + ".conv1", planes, planes, 3, true);
            second = convolution(state, prefix + ".conv2", planes, planes, 3, true);
        }

        Tensor forward(Tensor x) {
            return Torch.scoped(() -> {
                Tensor inner = first.forward(torch.relu(x), true);
                return second.forward(torch.relu(inner), true).add(x);
            });
        }

        <V> V describe(Operations<V> operations, V x) {
            V inner = first.describe(operations, operations.relu(x));
            return operations.sum(second.describe(operations, operations.relu(inner)), x);
        }
    }

    private final Layer out;
    private final Unit unit1;
    private final Unit unit2;

    /** @param prefix of the state-dict keys, empty or with its dot */
    FusionBlock(StateBuilder state, String prefix, long planes) {
        out = convolution(state, prefix + "out_conv", planes, planes, 1, true);
        unit1 = new Unit(state, prefix + "resConfUnit1", planes);
        unit2 = new Unit(state, prefix + "resConfUnit2", planes);
    }

    /** A convolution of the head, which keeps the size. */
    static Convolution convolution(StateBuilder state, String key, long in, long out, int kernel, boolean bias) {
        return new Convolution(state, Convolution.Role.DECODER, key, in, out, kernel, 1, 1, bias);
    }

    /**
     * @param path   [B,planes,h,w]
     * @param skip   of the same shape, or null: then the first unit, which exists all the same, takes no part
     * @param height of the result
     */
    Tensor forward(Tensor path, Tensor skip, long height, long width, Observer observer) {
        return Torch.scoped(() -> {
            Tensor joined = skip == null
                    ? path
                    : observer.seen("unit1", unit1.forward(skip)).add(path);
            Tensor fused = observer.seen("unit2", unit2.forward(joined));
            return Bilinear.enlarged(out.forward(fused, true), height, width);
        });
    }

    /**
     * As {@link #forward}, by other operations, before the enlargement.
     *
     * @param skip or null
     */
    <V> V describe(Operations<V> operations, V path, V skip) {
        V joined = skip == null ? path : operations.sum(path, unit1.describe(operations, skip));
        return out.describe(operations, unit2.describe(operations, joined));
    }
}
