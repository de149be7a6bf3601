package dev.imas.benchmarks;

import dev.imas.nn.Operations;
import dev.imas.nn.SegmentationNetwork;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Counts the multiply-adds of a network's convolutions and matrix products in one evaluation pass, nothing else. */
final class MultiplyAdds implements Operations<MultiplyAdds.Shape> {
    /** Planes of a picture, and their size. */
    record Shape(long planes, long height, long width) {}

    private final Map<String, Tensor> parameters;
    private long encoder;
    private long rest;

    private MultiplyAdds(SegmentationNetwork network) {
        parameters = network.parameters();
    }

    /**
     * What a pass takes.
     *
     * @param encoder in the encoder
     * @param rest    in what follows it
     */
    record Sum(long encoder, long rest) {}

    /** Of one RGB picture of (height, width) pixels. */
    static Sum of(SegmentationNetwork network, long height, long width) {
        MultiplyAdds counter = new MultiplyAdds(network);
        network.describe(counter, new Shape(3, height, width));
        return new Sum(counter.encoder, counter.rest);
    }

    private void add(boolean ofEncoder, long count) {
        if (ofEncoder) {
            encoder += count;
        } else {
            rest += count;
        }
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
        add(SegmentationNetwork.ofEncoder(weight), y.planes * y.height * y.width * kernel.size(1) * side * side);
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
        return repeated(x, like);
    }

    @Override
    public Shape joined(List<Shape> parts) {
        return new Shape(parts.stream().mapToLong(Shape::planes).sum(), parts.get(0).height, parts.get(0).width);
    }

    @Override
    public Shape transposedConvolution(Shape x, String weight, String bias, int factor) {
        long planes = parameters.get(weight).size(1);
        add(SegmentationNetwork.ofEncoder(weight), x.planes * x.height * x.width * planes * factor * factor);
        return new Shape(planes, x.height * factor, x.width * factor);
    }

    @Override
    public Shape doubled(Shape x) {
        return new Shape(x.planes, 2 * x.height, 2 * x.width);
    }

    @Override
    public Shape wholePatches(Shape x, int multiple) {
        return new Shape(x.planes, nearest(x.height, multiple), nearest(x.width, multiple));
    }

    private static long nearest(long side, int multiple) {
        return Math.max(1, (2 * side + multiple) / (2L * multiple)) * multiple;
    }

    /** Tokens stand below each other. */
    @Override
    public Shape tokens(Shape map, String classToken, String table, int side) {
        return new Shape(map.planes, 1 + map.height * map.width, 1);
    }

    @Override
    public Shape map(Shape tokens, Shape like) {
        return repeated(tokens, like);
    }

    @Override
    public Shape linear(Shape tokens, String prefix) {
        long out = parameters.get(prefix + ".weight").size(0);
        add(SegmentationNetwork.ofEncoder(prefix), tokens.height * tokens.planes * out);
        return new Shape(out, tokens.height, 1);
    }

    @Override
    public Shape tokenNorm(Shape tokens, String prefix, double epsilon) {
        return tokens;
    }

    @Override
    public Shape gelu(Shape x) {
        return x;
    }

    @Override
    public Shape attention(Shape queryKeyValue, int heads, double scale) {
        Shape y = new Shape(queryKeyValue.planes / 3, queryKeyValue.height, 1);
        add(true, 2 * y.height * y.height * y.planes);
        return y;
    }

    @Override
    public Shape times(Shape tokens, String key) {
        return tokens;
    }
}
