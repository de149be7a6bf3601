package dev.imas.predict;

import dev.imas.device.Compute;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Linear interpolation along one dimension of a map, at places that are not those of a whole one. */
final class Lines {
    private Lines() {}

    /**
     * @param x     [B,C,h,w]
     * @param lower cells before the places
     * @param upper cells behind them
     * @param share of the upper ones, in [0,1]
     * @return of the same type, with as many cells along the dimension as there are places; in the caller's scope
     */
    static Tensor between(Compute compute, Tensor x, int dimension, int[] lower, int[] upper, float[] share) {
        long[] shape = {1, 1, 1, 1};
        shape[dimension] = share.length;
        Tensor exact = x.to(ScalarType.Float); // as libtorch's own interpolation computes
        Tensor before = exact.index_select(dimension, compute.upload(lower, lower.length));
        Tensor behind = exact.index_select(dimension, compute.upload(upper, upper.length));
        return behind.sub_(before)
                .mul_(compute.upload(share, shape))
                .add_(before)
                .to(x.scalar_type());
    }
}
