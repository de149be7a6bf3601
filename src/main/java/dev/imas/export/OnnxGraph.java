package dev.imas.export;

import dev.imas.common.ProtoMessage;
import dev.imas.nn.PositionTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model as nodes of ONNX's operator set 17; values are named by texts. */
final class OnnxGraph implements GraphOperations<String> {
    /** The input's name. */
    static final String PICTURES = "pictures";
    /** The output's name. */
    static final String PROBABILITIES = "probabilities";

    private static final double STEPS = 1 << 22;

    /** AttributeProto.AttributeType. */
    private static final int FLOAT = 1;

    private static final int INT = 2;
    private static final int STRING = 3;
    private static final int INTS = 7;

    /** A constant: whole numbers, or float32 or float64 values, little endian. */
    record Constant(OnnxType type, long[] dimensions, byte[] values) {}

    private final List<ProtoMessage> nodes = new ArrayList<>();
    private final Set<String> weights = new LinkedHashSet<>();
    private final Map<String, Constant> constants = new LinkedHashMap<>();
    /** Heights and widths that were asked for, by tensor and dimension. */
    private final Map<String, String> sizes = new LinkedHashMap<>();

    private int values;

    /** NodeProtos in an order in which they can be computed. */
    List<ProtoMessage> nodes() {
        return nodes;
    }

    /** State-dict keys, which are initializers of the same name. */
    Set<String> weights() {
        return weights;
    }

    /** Other initializers by name. */
    Map<String, Constant> constants() {
        return constants;
    }

    /** Gives a value the output's name. */
    void finish(String result) {
        nodes.add(node("Identity", List.of(result), PROBABILITIES));
    }

    private String weight(String key) {
        weights.add(key);
        return key;
    }

    private String constant(OnnxType type, long[] dimensions, byte[] bytes) {
        for (Map.Entry<String, Constant> known : constants.entrySet()) {
            Constant constant = known.getValue();
            if (constant.type == type
                    && Arrays.equals(constant.dimensions, dimensions)
                    && Arrays.equals(constant.values, bytes)) {
                return known.getKey();
            }
        }
        String name = "constant_" + constants.size();
        constants.put(name, new Constant(type, dimensions, bytes));
        return name;
    }

    private static ByteBuffer room(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String wholes(long... list) {
        ByteBuffer bytes = room(Long.BYTES * list.length);
        for (long value : list) {
            bytes.putLong(value);
        }
        return constant(OnnxType.INT64, new long[] {list.length}, bytes.array());
    }

    private String real(double value) {
        return constant(
                OnnxType.DOUBLE,
                new long[0],
                room(Double.BYTES).putDouble(value).array());
    }

    private String number(float value) {
        return constant(
                OnnxType.FLOAT, new long[0], room(Float.BYTES).putFloat(value).array());
    }

    /** One number a channel, [C,1,1]. */
    private String perChannel(float[] numbers) {
        ByteBuffer bytes = room(Float.BYTES * numbers.length);
        for (float value : numbers) {
            bytes.putFloat(value);
        }
        return constant(OnnxType.FLOAT, new long[] {numbers.length, 1, 1}, bytes.array());
    }

    private String value(String operator, List<String> inputs, ProtoMessage... attributes) {
        String name = "x" + values++;
        nodes.add(node(operator, inputs, name, attributes));
        return name;
    }

    /** NodeProto: inputs 1, outputs 2, name 3, op_type 4, attributes 5. */
    private ProtoMessage node(String operator, List<String> inputs, String output, ProtoMessage... attributes) {
        ProtoMessage node = new ProtoMessage();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(3, operator + "_" + nodes.size()).text(4, operator);
        for (ProtoMessage attribute : attributes) {
            node.message(5, attribute);
        }
        return node;
    }

    /** AttributeProto: name 1, f 2, i 3, s 4, ints 8, type 20. */
    private static ProtoMessage attribute(String name, long value) {
        return new ProtoMessage().text(1, name).number(3, value).number(20, INT);
    }

    private static ProtoMessage attribute(String name, float value) {
        return new ProtoMessage().text(1, name).number(2, value).number(20, FLOAT);
    }

    private static ProtoMessage attribute(String name, String value) {
        return new ProtoMessage().text(1, name).text(4, value).number(20, STRING);
    }

    private static ProtoMessage attributes(String name, long... list) {
        ProtoMessage attribute = new ProtoMessage().text(1, name);
        for (long value : list) {
            attribute.number(8, value);
        }
        return attribute.number(20, INTS);
    }

    /** A dimension of a tensor as int64 [1]. */
    private String size(String x, int dimension) {
        return sizes.computeIfAbsent(x + "/" + dimension, key -> {
            String shape = value("Shape", List.of(x));
            return value("Gather", List.of(shape, wholes(dimension)), attribute("axis", 0));
        });
    }

    @Override
    public String convolution(String x, String weight, Optional<String> bias, int stride, int padding, int dilation) {
        List<String> inputs = new ArrayList<>(List.of(x, weight(weight)));
        bias.map(this::weight).ifPresent(inputs::add);
        return value(
                "Conv",
                inputs,
                attributes("strides", stride, stride),
                attributes("pads", padding, padding, padding, padding),
                attributes("dilations", dilation, dilation));
    }

    @Override
    public String batchNorm(String x, String prefix, double epsilon) {
        return value(
                "BatchNormalization",
                List.of(
                        x,
                        weight(prefix + ".weight"),
                        weight(prefix + ".bias"),
                        weight(prefix + ".running_mean"),
                        weight(prefix + ".running_var")),
                attribute("epsilon", (float) epsilon));
    }

    @Override
    public String relu(String x) {
        return value("Relu", List.of(x));
    }

    @Override
    public String maxPool(String x, int kernel, int stride, int padding) {
        return value(
                "MaxPool",
                List.of(x),
                attributes("kernel_shape", kernel, kernel),
                attributes("strides", stride, stride),
                attributes("pads", padding, padding, padding, padding),
                attribute("ceil_mode", 1));
    }

    @Override
    public String sum(String a, String b) {
        return value("Add", List.of(a, b));
    }

    @Override
    public String planeMeans(String x) {
        return value("GlobalAveragePool", List.of(x));
    }

    @Override
    public String repeated(String x, String like) {
        String shape = value("Concat", List.of(wholes(1, 1), size(like, 2), size(like, 3)), attribute("axis", 0));
        return value("Expand", List.of(x, shape));
    }

    @Override
    public String enlarged(String x, String like) {
        String shape =
                value("Concat", List.of(size(x, 0), size(x, 1), size(like, 2), size(like, 3)), attribute("axis", 0));
        return value(
                "Resize",
                List.of(x, "", "", shape),
                attribute("mode", "linear"),
                attribute("coordinate_transformation_mode", "align_corners"));
    }

    @Override
    public String joined(List<String> parts) {
        return value("Concat", parts, attribute("axis", 1));
    }

    @Override
    public String scaled(String x, float factor) {
        return value("Mul", List.of(x, number(factor)));
    }

    @Override
    public String placed(String x, float[] low, float[] width) {
        String difference = value("Sub", List.of(x, perChannel(low)));
        return value("Div", List.of(difference, perChannel(width)));
    }

    @Override
    public String clamped(String x) {
        return value("Clip", List.of(x, number(0), number(1)));
    }

    @Override
    public String rounded(String x) {
        return value("Floor", List.of(value("Add", List.of(x, number(0.5f)))));
    }

    @Override
    public String reducedWidth(String x, double factor, boolean whole) {
        String weights = triangle(size(x, 3), factor, 0);
        return reduced(value("MatMul", List.of(cast(x, OnnxType.DOUBLE), weights)), whole);
    }

    @Override
    public String reducedHeight(String x, double factor, boolean whole) {
        String weights = triangle(size(x, 2), factor, 1);
        return reduced(value("MatMul", List.of(weights, cast(x, OnnxType.DOUBLE))), whole);
    }

    /** Rounded, if they are, before float32 would round them. */
    private String reduced(String sums, boolean whole) {
        return cast(whole ? value("Floor", List.of(value("Add", List.of(sums, real(0.5))))) : sums, OnnxType.FLOAT);
    }

    /**
     * A triangle's weights, float64, in steps of 2^-22 as training has them, so that sums with bytes are exact.
     *
     * @param along the dimension of the inputs, 0 or 1; the other one is that of the outputs
     */
    private String triangle(String inputs, double factor, int along) {
        String in = scalar(inputs);
        String size = real(in);
        String out = value("Max", List.of(value("Floor", List.of(value("Mul", List.of(size, real(factor))))), real(1)));
        String step = value("Div", List.of(size, out));
        String reach = value("Max", List.of(step, real(1)));
        String centres = value("Mul", List.of(places(out, along), step));
        String far = value("Abs", List.of(value("Sub", List.of(places(size, 1 - along), centres))));
        String near = value("Sub", List.of(real(1), value("Div", List.of(far, reach))));
        String weights = value("Max", List.of(near, real(0)));
        String total = value("ReduceSum", List.of(weights, wholes(along)), attribute("keepdims", 1));
        String steps = value("Mul", List.of(value("Div", List.of(weights, total)), real(STEPS)));
        return value("Div", List.of(value("Floor", List.of(value("Add", List.of(steps, real(0.5))))), real(STEPS)));
    }

    private String scalar(String oneElement) {
        return value("Squeeze", List.of(oneElement, wholes(0)));
    }

    private String real(String whole) {
        return cast(whole, OnnxType.DOUBLE);
    }

    private String cast(String x, OnnxType type) {
        return value("Cast", List.of(x), attribute("to", type.code));
    }

    /** 0.5, 1.5 and so on, with a dimension of 1 at an axis. */
    private String places(String count, int axis) {
        String numbers = value("Range", List.of(real(0.0), count, real(1.0)));
        return value("Unsqueeze", List.of(value("Add", List.of(numbers, real(0.5))), wholes(axis)));
    }

    @Override
    public String softmax(String x) {
        return value("Softmax", List.of(x), attribute("axis", 1));
    }

    @Override
    public String transposedConvolution(String x, String weight, String bias, int factor) {
        return value("ConvTranspose", List.of(x, weight(weight), weight(bias)), attributes("strides", factor, factor));
    }

    @Override
    public String doubled(String x) {
        return bilinear(x, value("Mul", List.of(size(x, 2), wholes(2))), value("Mul", List.of(size(x, 3), wholes(2))));
    }

    @Override
    public String wholePatches(String x, int multiple) {
        return bilinear(x, rounded(size(x, 2), multiple), rounded(size(x, 3), multiple));
    }

    /** Of a side the nearest multiple, halves up, and one at least: int64 [1]. */
    private String rounded(String side, int multiple) {
        String twice = value("Add", List.of(value("Mul", List.of(side, wholes(2))), wholes(multiple)));
        String count = value("Max", List.of(value("Div", List.of(twice, wholes(2L * multiple))), wholes(1)));
        return value("Mul", List.of(count, wholes(multiple)));
    }

    private String bilinear(String x, String height, String width) {
        String shape = value("Concat", List.of(size(x, 0), size(x, 1), height, width), attribute("axis", 0));
        return value(
                "Resize",
                List.of(x, "", "", shape),
                attribute("mode", "linear"),
                attribute("coordinate_transformation_mode", "align_corners"));
    }

    @Override
    public String tokens(String map, String classToken, String table, int side) {
        String batch = value("Concat", List.of(size(map, 0), wholes(1, 1)), attribute("axis", 0));
        String first = value("Expand", List.of(weight(classToken), batch));
        String tokens = value("Concat", List.of(first, rows(map)), attribute("axis", 1));
        String stored = slice(weight(table), 1, Long.MAX_VALUE);
        String square = transposed(value("Reshape", List.of(stored, wholes(1, side, side, -1))), 0, 3, 1, 2);
        String resized = value(
                "Resize",
                List.of(square, "", scales(map, side)),
                attribute("mode", "cubic"),
                attribute("cubic_coeff_a", -0.75f),
                attribute("coordinate_transformation_mode", "half_pixel"));
        String places = value("Concat", List.of(slice(weight(table), 0, 1), rows(resized)), attribute("axis", 1));
        return value("Add", List.of(tokens, places));
    }

    /** The factors on the table's sides, float32 [4]: exactly 1 where it fits, else those of a little more. */
    private String scales(String map, int side) {
        String height = cast(size(map, 2), OnnxType.FLOAT);
        String width = cast(size(map, 3), OnnxType.FLOAT);
        String sides = number(side);
        String apart = value("Add", List.of(distance(height, sides), distance(width, sides)));
        String offset = value("Mul", List.of(clamped(apart), number((float) PositionTable.OFFSET)));
        String one = value("Div", List.of(sides, sides));
        return value(
                "Concat",
                List.of(one(one), one(one), scale(height, offset, sides), scale(width, offset, sides)),
                attribute("axis", 0));
    }

    private String distance(String a, String b) {
        return value("Abs", List.of(value("Sub", List.of(a, b))));
    }

    private String scale(String size, String offset, String side) {
        return value("Div", List.of(value("Add", List.of(size, offset)), side));
    }

    /** A number as a list of one. */
    private String one(String number) {
        return value("Unsqueeze", List.of(number, wholes(0)));
    }

    /** A map [B,D,h,w] as [B,h*w,D]. */
    private String rows(String map) {
        return transposed(value("Reshape", List.of(map, wholes(0, 0, -1))), 0, 2, 1);
    }

    /** Some tokens of [B,T,D], the end exclusive. */
    private String slice(String tokens, long from, long to) {
        return value("Slice", List.of(tokens, wholes(from), wholes(to), wholes(1)));
    }

    private String transposed(String x, long... order) {
        return value("Transpose", List.of(x), attributes("perm", order));
    }

    @Override
    public String map(String tokens, String like) {
        String rest = transposed(slice(tokens, 1, Long.MAX_VALUE), 0, 2, 1);
        String shape = value(
                "Concat", List.of(size(like, 0), size(like, 1), size(like, 2), size(like, 3)), attribute("axis", 0));
        return value("Reshape", List.of(rest, shape));
    }

    @Override
    public String linear(String tokens, String prefix) {
        String product = value("MatMul", List.of(tokens, transposed(weight(prefix + ".weight"), 1, 0)));
        return value("Add", List.of(product, weight(prefix + ".bias")));
    }

    @Override
    public String tokenNorm(String tokens, String prefix, double epsilon) {
        return value(
                "LayerNormalization",
                List.of(tokens, weight(prefix + ".weight"), weight(prefix + ".bias")),
                attribute("axis", 2),
                attribute("epsilon", (float) epsilon));
    }

    @Override
    public String gelu(String x) {
        String erf = value("Erf", List.of(scaled(x, (float) Math.sqrt(0.5))));
        return value("Mul", List.of(scaled(x, 0.5f), value("Add", List.of(erf, number(1)))));
    }

    @Override
    public String attention(String queryKeyValue, int heads, double scale) {
        String cut = value("Reshape", List.of(queryKeyValue, wholes(0, 0, 3, heads, -1)));
        String parts = transposed(cut, 2, 0, 3, 1, 4);
        String keys = transposed(part(parts, 1), 0, 1, 3, 2);
        String products = value("MatMul", List.of(scaled(part(parts, 0), (float) scale), keys));
        String shares = value("Softmax", List.of(products), attribute("axis", 3));
        String seen = transposed(value("MatMul", List.of(shares, part(parts, 2))), 0, 2, 1, 3);
        return value("Reshape", List.of(seen, wholes(0, 0, -1)));
    }

    private String part(String parts, int number) {
        String kept = value("Gather", List.of(parts, wholes(number)), attribute("axis", 0));
        return value("Squeeze", List.of(kept, wholes(0)));
    }

    @Override
    public String times(String tokens, String key) {
        return value("Mul", List.of(tokens, weight(key)));
    }
}
