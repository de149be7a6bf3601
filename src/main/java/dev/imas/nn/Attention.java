package dev.imas.nn;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Every token looks at all: softmax(q kᵀ / sqrt(head width)) v a head, by whichever of libtorch's fused attentions
 * the device has. Queries, keys and values are made by one layer, in this order, each cut into heads one after the
 * other.
 */
final class Attention {
    private final Linear queryKeyValue;
    private final Linear projection;
    private final long width;
    private final long heads;

    Attention(StateBuilder state, String prefix, long width, long heads) {
        queryKeyValue = new Linear(state, prefix + ".qkv", width, 3 * width);
        projection = new Linear(state, prefix + ".proj", width, width);
        this.width = width;
        this.heads = heads;
    }

    /** @param x [B,T,width] */
    Tensor forward(Tensor x, Observer observer) {
        long images = x.size(0);
        long tokens = x.size(1);
        Tensor joint = observer.seen("qkv", queryKeyValue.forward(x));
        Tensor parts = joint.view(images, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
        double dropout = 0;
        boolean causal = false;
        boolean grouped = false;
        Tensor seen = torch.scaled_dot_product_attention(
                parts.select(0, 0),
                parts.select(0, 1),
                parts.select(0, 2),
                new TensorOptional(),
                dropout,
                causal,
                new DoubleOptional(),
                grouped);
        return projection.forward(seen.transpose(1, 2).reshape(images, tokens, width));
    }

    <V> V describe(Operations<V> operations, V x) {
        double scale = 1 / Math.sqrt((double) width / heads);
        V seen = operations.attention(queryKeyValue.describe(operations, x), (int) heads, scale);
        return projection.describe(operations, seen);
    }
}
