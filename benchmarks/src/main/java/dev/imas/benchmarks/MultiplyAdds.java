package dev.imas.benchmarks;

import dev.imas.nn.Operations;
import dev.imas.nn.SegmentationNetwork;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Counts the multiply-adds of a network's convolutions in one evaluation pass; the other operations count nothing. */
final class MultiplyAdds implements Operations<MultiplyAdds.Shape> {
    /** Planes of a picture, and their size. */
    record Shape(long planes, long height, long width) {}

    private final Map<String, Tensor> parameters;
    private long sum;

    private MultiplyAdds(SegmentationNetwork network) {
        parameters = network.parameters();
    }

    /** Of one RGB picture of (height, width) pixels. */
    static long of(SegmentationNetwork network, long height, long width) {
        MultiplyAdds counter = new MultiplyAdds(network);
        network.describe(counter, new Shape(3, height, width));
        return counter.sum;
    }

    @Override
    public Shape convolution(Shape x, String weight, Optional<String> bias, int stride, int padding, int dilation) {
        Tensor kernel = parameters.get(weight);
        long side = kernel.size(2);
        long reach = dilation * (side - 1);
        Shape y = new Shape(
                kernel.size(0),
                (x.height + 2L * padding - reach - 1) / stride + 1,
                (x.width + 2L * padding - reach - 1) / stride + 1);
        sum += y.planes * y.height * y.width * kernel.size(1) * side * side;
        return y;
    }

    @Override
    public Shape batchNorm(Shape x, String prefix, double epsilon) {
        return x;
    }

    @Override
    public Shape relu(Shape x) {
        return x;
    }

    @Override
    public Shape maxPool(Shape x, int kernel, int stride, int padding) {
        return new Shape(x.planes, pooled(x.height, kernel, stride, padding), pooled(x.width, kernel, stride, padding));
    }

    private static long pooled(long size, int kernel, int stride, int padding) {
        return -Math.floorDiv(-(size + 2L * padding - kernel), (long) stride) + 1; // ceil mode
    }

    @Override
    public Shape sum(Shape a, Shape b) {
        return a;
    }

    @Override
    public Shape planeMeans(Shape x) {
        return new Shape(x.planes, 1, 1);
    }

    @Override
    public Shape repeated(Shape x, Shape like) {
        return new Shape(x.planes, like.height, like.width);
    }

    @Override
    public Shape enlarged(Shape x, Shape like) {
        return new Shape(x.planes, like.height, like.width);
    }

    @Override
    public Shape joined(List<Shape> parts) {
        return new Shape(parts.stream().mapToLong(Shape::planes).sum(), parts.get(0).height, parts.get(0).width);
    }
}
