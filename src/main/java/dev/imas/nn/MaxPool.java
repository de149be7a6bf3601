package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The largest of every 3x3 values at stride 2, a window of which may reach over the end. */
final class MaxPool implements Layer {
    private static final int KERNEL = 3;
    private static final int STRIDE = 2;
    private static final int PADDING = 1;

    @Override
    public Tensor forward(Tensor x, boolean train) {
        boolean ceilMode = true;
        return torch.max_pool2d(x, pair(KERNEL), pair(STRIDE), pair(PADDING), pair(1), ceilMode);
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        return operations.maxPool(x, KERNEL, STRIDE, PADDING);
    }

    private static long[] pair(long value) {
        return new long[] {value, value};
    }
}
