package dev.imas.semi;

import dev.imas.augment.DrawnOperation;
import dev.imas.augment.GaussianBlur;
import dev.imas.augment.Hsv;
import dev.imas.device.Compute;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The operations of the strong view on tensors, where the network runs: the same bytes as
 * {@link dev.imas.augment.StrongView} makes of the same operations, in integers or in the same roundings. Nothing waits
 * for the device. Belongs to the PointerScope that it was made in.
 *
 * <p>A picture is u8 [H,W,3].
 */
public final class DeviceStrongView {
    private static final int BLUR_PASSES = 3;

    /** Which entries of [3,256] belong to a channel: i32 [3], 0, 256, 512. */
    private final Tensor channelBegin;
    /** i64 [256], 0 to 255. */
    private final Tensor ramp;
    /** Weights of R, G, B in the luma: i32 [3]. */
    private final Tensor lumaWeights;
    /** {@link Hsv.Tables}: u8 [2^16], u8 [3*2^17], i32 [256], i64 [3,256]. */
    private final Tensor saturation;

    private final Tensor hue;
    private final Tensor fall;
    private final Tensor order;

    public DeviceStrongView(Compute compute) {
        channelBegin = compute.upload(new int[] {0, 256, 512}, 3);
        ramp = torch.arange(
                new Scalar(256), new TensorOptions(ScalarType.Long).device(new DeviceOptional(compute.torchDevice())));
        lumaWeights = compute.upload(new int[] {19595, 38470, 7471}, 3);
        Hsv.Tables tables = Hsv.tables();
        saturation = bytes(compute, tables.saturation());
        hue = bytes(compute, tables.hue());
        fall = compute.upload(tables.fall(), 256);
        order = compute.upload(
                Arrays.stream(tables.order())
                        .flatMapToInt(Arrays::stream)
                        .asLongStream()
                        .toArray(),
                3,
                256);
    }

    private static Tensor bytes(Compute compute, byte[] values) {
        return compute.upload(
                        IntStream.range(0, values.length)
                                .map(i -> values[i] & 255)
                                .toArray(),
                        values.length)
                .to(ScalarType.Byte);
    }

    /**
     * Strong views.
     *
     * @param weak       u8, n*height*width*3 values in the order NHWC, RGB, on the device; not changed
     * @param operations those of each of the n pictures, in order
     * @return u8 [n,height,width,3]
     */
    public Tensor apply(Tensor weak, List<List<DrawnOperation>> operations, int height, int width) {
        Tensor strong = weak.view(operations.size(), height, width, 3).clone();
        for (int k = 0; k < operations.size(); k++) {
            for (DrawnOperation drawn : operations.get(k)) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor picture = strong.select(0, k);
                    picture.copy_(apply(picture, drawn));
                }
            }
        }
        return strong;
    }

    private Tensor apply(Tensor x, DrawnOperation drawn) {
        float magnitude = (float) drawn.magnitude();
        return switch (drawn.operation()) {
            case IDENTITY -> x;
            case AUTOCONTRAST -> autocontrast(x);
            case EQUALIZE -> equalize(x);
            case INVERT -> x.bitwise_not();
            case BLUR -> blur(x, GaussianBlur.Box.of(drawn.magnitude()));
            case CONTRAST -> blend(meanLuma(x), x, magnitude);
            case BRIGHTNESS -> blend(torch.zeros_like(x), x, magnitude);
            case COLOR -> blend(luma(x), x, magnitude);
            case SHARPNESS -> sharpness(x, magnitude);
            case POSTERIZE -> x.bitwise_and(new Scalar(255 << (8 - (int) drawn.magnitude()) & 255));
            case SOLARIZE -> solarize(x, (int) drawn.magnitude());
            case HUE -> shiftHue(x, Hsv.hueSteps(drawn.magnitude()));
        };
    }

    /**
     * Stretches the values lo..hi of each channel to 0..255: i*s - lo*s in float64 with s = 255/(hi - lo), towards
     * zero.
     */
    private Tensor autocontrast(Tensor x) {
        Tensor lo = x.amin(new long[] {0, 1}, false).to(ScalarType.Double).view(3, 1);
        Tensor hi = x.amax(new long[] {0, 1}, false).to(ScalarType.Double).view(3, 1);
        Tensor range = hi.sub(lo);
        Tensor scale = torch.full_like(range, new Scalar(255)).div(range);
        Tensor stretched =
                ramp.mul(scale).sub_(lo.mul(scale)).clamp_min_(new Scalar(0)).clamp_max_(new Scalar(255));
        return lookUp(stretched.where(range.gt(new Scalar(0)), ramp), x);
    }

    /** The table of each channel is the running sum of its histogram, over the step that spreads it evenly. */
    private Tensor equalize(Tensor x) {
        long pixels = x.size(0) * x.size(1);
        Tensor index = x.to(ScalarType.Long).add_(channelBegin).flatten();
        Tensor ones = torch.ones_like(ramp).narrow(0, 0, 1).expand(index.numel());
        Tensor histogram = torch.zeros(new long[] {3 * 256}, ramp.options())
                .scatter_add_(0, index, ones)
                .view(3, 256);
        Tensor largest = x.amax(new long[] {0, 1}, false).to(ScalarType.Long).view(3, 1);
        Tensor step =
                histogram.gather(1, largest).neg_().add_(new Scalar(pixels)).floor_divide_(new Scalar(255));
        Tensor below = histogram.cumsum(1).sub_(histogram).add_(step.floor_divide(new Scalar(2)));
        Tensor spread = below.floor_divide_(step.clamp_min(new Scalar(1))).clamp_max_(new Scalar(255));
        return lookUp(spread.where(step.gt(new Scalar(0)), ramp), x);
    }

    /** Every value replaced by its channel's entry; table [3,256], cut to integers. */
    private Tensor lookUp(Tensor table, Tensor x) {
        Tensor index = x.to(ScalarType.Int).add_(channelBegin).flatten();
        return table.to(ScalarType.Byte).flatten().index_select(0, index).view(x.size(0), x.size(1), 3);
    }

    /** Inverts the values from the threshold on; 256 would not fit into u8 and inverts none. */
    private static Tensor solarize(Tensor x, int threshold) {
        return threshold > 255 ? x : x.where(x.lt(new Scalar(threshold)), x.bitwise_not());
    }

    /** D + f(X - D) in float32, cut to integers; degenerate of any type, broadcast to X. */
    private static Tensor blend(Tensor degenerate, Tensor x, float factor) {
        Tensor d = degenerate.to(ScalarType.Float);
        return x.to(ScalarType.Float)
                .sub_(d)
                .mul_(new Scalar(factor))
                .add_(d)
                .clamp_min_(new Scalar(0))
                .clamp_max_(new Scalar(255))
                .to(ScalarType.Byte);
    }

    /** i64 [H,W,1], 0..255. */
    private Tensor luma(Tensor x) {
        return x.to(ScalarType.Int)
                .mul_(lumaWeights)
                .sum(new long[] {2}, true, new ScalarTypeOptional())
                .add_(new Scalar(32768))
                .__irshift__(new Scalar(16));
    }

    /**
     * i64 [1], 0..255: the mean luma rounded half up; in integers, since GPUs multiply by the reciprocal of a divisor.
     */
    private Tensor meanLuma(Tensor x) {
        long pixels = x.size(0) * x.size(1);
        return luma(x).sum()
                .mul_(new Scalar(2))
                .add_(new Scalar(pixels))
                .floor_divide_(new Scalar(2 * pixels))
                .view(1);
    }

    /** D is the 3x3 mean with centre weight 5, rounded: (sum + 6) / 13; the border stays. */
    private static Tensor sharpness(Tensor x, float factor) {
        long height = x.size(0) - 2;
        long width = x.size(1) - 2;
        if (height < 1 || width < 1) {
            return x;
        }
        Tensor centre = x.narrow(0, 1, height).narrow(1, 1, width);
        Tensor mean = sum(sum(x.to(ScalarType.Int), 0, 0, 3, height), 1, 0, 3, width)
                .add_(centre.to(ScalarType.Int), new Scalar(4))
                .add_(new Scalar(6))
                .floor_divide_(new Scalar(13));
        Tensor result = x.clone();
        result.narrow(0, 1, height).narrow(1, 1, width).copy_(blend(mean, centre, factor));
        return result;
    }

    /**
     * Sums of neighbours along a dimension: entry i is x[first + i] + ... of {@code count} terms, for {@code n}
     * entries.
     */
    private static Tensor sum(Tensor x, int dimension, int first, int count, long n) {
        Tensor sum = x.narrow(dimension, first, n).clone();
        for (int k = 1; k < count; k++) {
            sum.add_(x.narrow(dimension, first + k, n));
        }
        return sum;
    }

    private static Tensor blur(Tensor x, GaussianBlur.Box box) {
        Tensor blurred = x;
        for (int dimension = 1; dimension >= 0; dimension--) {
            for (int pass = 0; pass < BLUR_PASSES; pass++) {
                blurred = average(blurred, box, dimension);
            }
        }
        return blurred;
    }

    /** One box along a dimension, pixels outside replaced by the border pixel; in i64, since products reach 2^32. */
    private static Tensor average(Tensor x, GaussianBlur.Box box, int dimension) {
        long n = x.size(dimension);
        int reach = box.reach();
        long[] margin = {x.size(0), x.size(1), 3};
        margin[dimension] = reach + 1;
        Tensor extended = torch.cat(
                        new TensorVector(
                                x.narrow(dimension, 0, 1).expand(margin),
                                x,
                                x.narrow(dimension, n - 1, 1).expand(margin)),
                        dimension)
                .to(ScalarType.Long);
        Tensor whole = sum(extended, dimension, 1, 2 * reach + 1, n).mul_(new Scalar(box.whole()));
        Tensor ends = extended.narrow(dimension, 0, n).add(extended.narrow(dimension, 2L * reach + 2, n));
        return whole.add_(ends, new Scalar(box.partial()))
                .add_(new Scalar(1 << 23))
                .__irshift__(new Scalar(24))
                .to(ScalarType.Byte);
    }

    /** Turns the hue by so many 256ths of the circle, as {@link Hsv.Tables} says. */
    private Tensor shiftHue(Tensor x, int steps) {
        Tensor rgb = x.to(ScalarType.Int);
        Tensor red = rgb.select(2, 0);
        Tensor green = rgb.select(2, 1);
        Tensor blue = rgb.select(2, 2);
        Tensor value = rgb.amax(new long[] {2}, false);
        Tensor chroma = value.sub(rgb.amin(new long[] {2}, false));
        Tensor notRed = blue.sub(red)
                .add_(new Scalar(1 << 17))
                .where(green.eq(value), red.sub(green).add_(new Scalar(2 << 17)));
        Tensor index = green.sub(blue)
                .where(red.eq(value), notRed)
                .add_(chroma, new Scalar(512))
                .add_(new Scalar(256))
                .flatten();
        Tensor turned = hue.index_select(0, index)
                .to(ScalarType.Int)
                .add_(new Scalar(steps))
                .bitwise_and_(new Scalar(255));
        Tensor v = value.flatten();
        Tensor s = saturation
                .index_select(0, v.mul(new Scalar(256)).add_(chroma.flatten()))
                .to(ScalarType.Int);
        Tensor vs = v.mul(s);
        Tensor p = v.mul(new Scalar(2 * 255))
                .sub_(vs, new Scalar(2))
                .add_(new Scalar(255))
                .floor_divide_(new Scalar(510));
        Tensor m = v.mul(new Scalar(2 * 65025))
                .sub_(vs.mul_(fall.index_select(0, turned)), new Scalar(2))
                .add_(new Scalar(65025))
                .floor_divide_(new Scalar(130050));
        Tensor channels = torch.stack(new TensorVector(v, p, m)).gather(0, order.index_select(1, turned));
        return channels.to(ScalarType.Byte).t().view(x.size(0), x.size(1), 3);
    }
}
