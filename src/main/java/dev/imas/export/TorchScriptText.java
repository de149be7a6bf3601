package dev.imas.export;

import dev.imas.nn.PositionTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A model as the text of a TorchScript method. Only operators that libtorch has had since 1.11 are used, and their
 * overloads are chosen so that an older reader finds them.
 */
final class TorchScriptText implements GraphOperations<String> {
    /**
     * A triangle's weights, float64 [outputs,size], a row an output: in steps of 2^-22 (1/4194304) as training has
     * them, so that sums with bytes are exact. Element types are libtorch's numbers, 7 for float64 and 6 for float32.
     */
    private static final String WEIGHTS =
            """
            def triangle(self, x: Tensor, size: int, factor: float) -> Tensor:
              outputs = max(1, int(float(size) * factor))
              step = float(size) / float(outputs)
              reach = max(step, 1.0)
              centres = torch.mul(torch.add(torch.arange(outputs, dtype=7, device=x.device), 0.5), step)
              places = torch.add(torch.arange(size, dtype=7, device=x.device), 0.5)
              far = torch.abs(torch.sub(torch.unsqueeze(places, 0), torch.unsqueeze(centres, 1)))
              weights = torch.relu(torch.sub(1.0, torch.div(far, reach)))
              total = torch.sum(weights, [1], True)
              steps = torch.mul(torch.div(weights, total), 4194304.0)
              return torch.div(torch.floor(torch.add(steps, 0.5)), 4194304.0)
            """;

    private final StringBuilder body = new StringBuilder();
    private final Map<String, String> weights = new LinkedHashMap<>();
    private final Map<String, float[]> constants = new LinkedHashMap<>();
    private final int channels;
    private int values;

    /** @param channels of the pictures: an operator of libtorch would repeat a single one in silence */
    TorchScriptText(int channels) {
        this.channels = channels;
    }

    /** The name of the method's argument. */
    static final String PICTURES = "pictures";

    /** The methods of a module, helpers first; the last takes the pictures. */
    List<String> methods(String result) {
        String fits = "  assert " + size(PICTURES, 1) + " == " + channels + ", 'the model takes pictures of " + channels
                + " channels'\n";
        return List.of(
                WEIGHTS,
                "def forward(self, " + PICTURES + ": Tensor) -> Tensor:\n" + fits + body + "  return " + result + "\n");
    }

    /** Attribute name by state-dict key. */
    Map<String, String> weights() {
        return weights;
    }

    /** Numbers a channel [1,C,1,1] by attribute name. */
    Map<String, float[]> constants() {
        return constants;
    }

    private String weight(String key) {
        return "self." + weights.computeIfAbsent(key, k -> k.replace('.', '_'));
    }

    private String constant(float[] numbers) {
        String name = "numbers_" + constants.size();
        constants.put(name, numbers);
        return "self." + name;
    }

    private String value(String call) {
        String name = "x" + values++;
        body.append("  ").append(name).append(" = ").append(call).append('\n');
        return name;
    }

    private static String pair(int value) {
        return "[" + value + ", " + value + "]";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%s", value);
    }

    @Override
    public String convolution(String x, String weight, Optional<String> bias, int stride, int padding, int dilation) {
        String offset = bias.map(this::weight).orElse("None");
        return value("torch.conv2d(" + x + ", " + weight(weight) + ", " + offset + ", " + pair(stride) + ", "
                + pair(padding) + ", " + pair(dilation) + ", 1)");
    }

    @Override
    public String batchNorm(String x, String prefix, double epsilon) {
        return value("torch.batch_norm(" + x + ", " + weight(prefix + ".weight") + ", " + weight(prefix + ".bias")
                + ", " + weight(prefix + ".running_mean") + ", " + weight(prefix + ".running_var") + ", False, 0.1, "
                + number(epsilon) + ", False)");
    }

    @Override
    public String relu(String x) {
        return value("torch.relu(" + x + ")");
    }

    @Override
    public String maxPool(String x, int kernel, int stride, int padding) {
        return value("torch.max_pool2d(" + x + ", " + pair(kernel) + ", " + pair(stride) + ", " + pair(padding)
                + ", [1, 1], True)");
    }

    @Override
    public String sum(String a, String b) {
        return value("torch.add(" + a + ", " + b + ")");
    }

    @Override
    public String planeMeans(String x) {
        return value("torch.adaptive_avg_pool2d(" + x + ", [1, 1])");
    }

    @Override
    public String repeated(String x, String like) {
        return value("torch.expand(" + x + ", [-1, -1, " + size(like, 2) + ", " + size(like, 3) + "])");
    }

    @Override
    public String enlarged(String x, String like) {
        return value("torch.upsample_bilinear2d(" + x + ", [" + size(like, 2) + ", " + size(like, 3) + "], True)");
    }

    private static String size(String x, int dimension) {
        return "torch.size(" + x + ", " + dimension + ")";
    }

    @Override
    public String joined(List<String> parts) {
        return value("torch.cat(" + parts.stream().collect(Collectors.joining(", ", "[", "]")) + ", 1)");
    }

    @Override
    public String scaled(String x, float factor) {
        return value("torch.mul(" + x + ", " + number(factor) + ")");
    }

    @Override
    public String placed(String x, float[] low, float[] width) {
        return value("torch.div(torch.sub(" + x + ", " + constant(low) + "), " + constant(width) + ")");
    }

    @Override
    public String clamped(String x) {
        return value("torch.clamp(" + x + ", 0.0, 1.0)");
    }

    @Override
    public String rounded(String x) {
        return value("torch.floor(torch.add(" + x + ", 0.5))");
    }

    @Override
    public String reducedWidth(String x, double factor, boolean whole) {
        String weights = "torch.t(self.triangle(" + x + ", " + size(x, 3) + ", " + number(factor) + "))";
        return reduced("torch.matmul(torch.to(" + x + ", 7), " + weights + ")", whole);
    }

    @Override
    public String reducedHeight(String x, double factor, boolean whole) {
        String weights = "self.triangle(" + x + ", " + size(x, 2) + ", " + number(factor) + ")";
        return reduced("torch.matmul(" + weights + ", torch.to(" + x + ", 7))", whole);
    }

    /** Rounded, if they are, before float32 would round them. */
    private String reduced(String sums, boolean whole) {
        return value("torch.to(" + (whole ? "torch.floor(torch.add(" + sums + ", 0.5))" : sums) + ", 6)");
    }

    @Override
    public String softmax(String x) {
        return value("torch.softmax(" + x + ", 1)");
    }

    @Override
    public String transposedConvolution(String x, String weight, String bias, int factor) {
        return value("torch.conv_transpose2d(" + x + ", " + weight(weight) + ", " + weight(bias) + ", " + pair(factor)
                + ", [0, 0], [0, 0], 1, [1, 1])");
    }

    @Override
    public String doubled(String x) {
        return value("torch.upsample_bilinear2d(" + x + ", [2 * " + size(x, 2) + ", 2 * " + size(x, 3) + "], True)");
    }

    @Override
    public String wholePatches(String x, int multiple) {
        return value("torch.upsample_bilinear2d(" + x + ", [" + rounded(size(x, 2), multiple) + ", "
                + rounded(size(x, 3), multiple) + "], True)");
    }

    private static String rounded(String size, int multiple) {
        return "max(1, (2 * " + size + " + " + multiple + ") // " + 2 * multiple + ") * " + multiple;
    }

    @Override
    public String tokens(String map, String classToken, String table, int side) {
        String patches = value("torch.transpose(torch.flatten(" + map + ", 2), 1, 2)");
        String first = value("torch.expand(" + weight(classToken) + ", [" + size(map, 0) + ", -1, -1])");
        String rows = value("torch.slice(" + weight(table) + ", 1, 1)");
        String square =
                value("torch.permute(torch.reshape(" + rows + ", [1, " + side + ", " + side + ", -1]), [0, 3, 1, 2])");
        String unchanged = size(map, 2) + " == " + side + " and " + size(map, 3) + " == " + side;
        String offset = value("0.0 if " + unchanged + " else " + number(PositionTable.OFFSET));
        String resized = value("torch.upsample_bicubic2d(" + square + ", [" + size(map, 2) + ", " + size(map, 3)
                + "], False, " + scale(size(map, 2), offset, side) + ", " + scale(size(map, 3), offset, side) + ")");
        String places = value("torch.cat([torch.slice(" + weight(table) + ", 1, 0, 1), torch.transpose(torch.flatten("
                + resized + ", 2), 1, 2)], 1)");
        return value("torch.add(torch.cat([" + first + ", " + patches + "], 1), " + places + ")");
    }

    private static String scale(String size, String offset, int side) {
        return "(float(" + size + ") + " + offset + ") / " + number(side);
    }

    @Override
    public String map(String tokens, String like) {
        String rest = value("torch.transpose(torch.slice(" + tokens + ", 1, 1), 1, 2)");
        return value("torch.reshape(" + rest + ", [" + size(like, 0) + ", " + size(like, 1) + ", " + size(like, 2)
                + ", " + size(like, 3) + "])");
    }

    @Override
    public String linear(String tokens, String prefix) {
        return value(
                "torch.linear(" + tokens + ", " + weight(prefix + ".weight") + ", " + weight(prefix + ".bias") + ")");
    }

    @Override
    public String tokenNorm(String tokens, String prefix, double epsilon) {
        return value("torch.layer_norm(" + tokens + ", [" + size(tokens, 2) + "], " + weight(prefix + ".weight") + ", "
                + weight(prefix + ".bias") + ", " + number(epsilon) + ", False)");
    }

    @Override
    public String gelu(String x) {
        return value("torch.mul(torch.mul(" + x + ", 0.5), torch.add(torch.erf(torch.mul(" + x + ", "
                + number(Math.sqrt(0.5)) + ")), 1.0))");
    }

    @Override
    public String attention(String queryKeyValue, int heads, double scale) {
        String parts = value("torch.permute(torch.reshape(" + queryKeyValue + ", [" + size(queryKeyValue, 0) + ", "
                + size(queryKeyValue, 1) + ", 3, " + heads + ", -1]), [2, 0, 3, 1, 4])");
        String queries = value("torch.mul(torch.select(" + parts + ", 0, 0), " + number(scale) + ")");
        String keys = value("torch.transpose(torch.select(" + parts + ", 0, 1), 2, 3)");
        String shares = value("torch.softmax(torch.matmul(" + queries + ", " + keys + "), 3)");
        String seen = value("torch.matmul(" + shares + ", torch.select(" + parts + ", 0, 2))");
        return value("torch.flatten(torch.transpose(" + seen + ", 1, 2), 2)");
    }

    @Override
    public String times(String tokens, String key) {
        return value("torch.mul(" + tokens + ", " + weight(key) + ")");
    }
}
