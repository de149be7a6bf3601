package dev.imas.predict;

import dev.imas.device.Compute;
import org.bytedeco.pytorch.Tensor;

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
        Tensor weights = compute.upload(share, shape).to(x.scalar_type());
        Tensor before = x.index_select(dimension, compute.upload(lower, lower.length));
        Tensor behind = x.index_select(dimension, compute.upload(upper, upper.length));
        return behind.sub_(before).mul_(weights).add_(before);
    }
}
