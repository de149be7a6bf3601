package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Atrous spatial pyramid pooling: image pooling, 1x1 and three dilated 3x3 branches side by side, concatenated in
 * this order.
 */
final class Aspp implements Layer {
    private final Layer pooled;
    private final List<Layer> branches;

    Aspp(StateBuilder state, String prefix, long in, long planes, List<Integer> dilations) {
        pooled = ConvBlock.decoder(state, prefix + ".conv1", 1, in, planes, 1, 1, false);
        List<Layer> made = new ArrayList<>();
        made.add(ConvBlock.decoder(state, prefix + ".conv2", 0, in, planes, 1, 1, false));
        for (int i = 0; i < dilations.size(); i++) {
            made.add(ConvBlock.decoder(state, prefix + ".conv" + (i + 3), 0, in, planes, 3, dilations.get(i), false));
        }
        branches = List.copyOf(made);
    }

    @Override
    public Tensor forward(Tensor x, boolean train) {
        return forward(x, train, Surroundings.NONE);
    }

    Tensor forward(Tensor x, boolean train, Surroundings surroundings) {
        return Torch.scoped(() -> {
            Tensor global = pooled.forward(surroundings.means(x), train);
            // Enlarging a single pixel repeats it, whatever the interpolation.
            Tensor everywhere = global.expand(global.size(0), global.size(1), x.size(2), x.size(3));
            // What is joined has the first part's layout, and a repeated pixel has none.
            boolean channelsLast = x.is_contiguous(MemoryFormat.ChannelsLast);
            TensorVector parts =
                    new TensorVector(channelsLast ? everywhere.contiguous(MemoryFormat.ChannelsLast) : everywhere);
            for (Layer branch : branches) {
                parts.push_back(branch.forward(x, train));
            }
            return torch.cat(parts, 1);
        });
    }

    @Override
    public void freeze(StateBuilder owner) {
        pooled.freeze(owner);
        branches.forEach(branch -> branch.freeze(owner));
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        List<V> parts = new ArrayList<>();
        parts.add(operations.repeated(pooled.describe(operations, operations.planeMeans(x)), x));
        for (Layer branch : branches) {
            parts.add(branch.describe(operations, x));
        }
        return operations.joined(parts);
    }
}
