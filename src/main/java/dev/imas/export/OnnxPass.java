package dev.imas.export;

import static org.bytedeco.pytorch.global.torch.conv2d;

import dev.imas.common.FileProblem;
import dev.imas.common.ProtoFields;
import dev.imas.common.UserException;
import dev.imas.device.Torch;
import dev.imas.nn.Bilinear;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Computes an ONNX file that {@link OnnxFile} wrote, with libtorch: what the file says, not what was meant to be
 * written. Knows the operators that such files have, and no others.
 */
final class OnnxPass {
    private final Map<String, Tensor> values = new HashMap<>();
    private final ProtoFields graph;

    private OnnxPass(ProtoFields graph) {
        this.graph = graph;
        for (ProtoFields tensor : graph.messages(5)) {
            values.put(tensor.text(8), tensor(tensor));
        }
    }

    /** What a file's model makes of pictures [N,C,H,W]; belongs to the caller's PointerScope. */
    static Tensor run(Path file, Tensor pictures) {
        try {
            ProtoFields model = new ProtoFields(bytes(file));
            return Torch.withoutGradient(() -> new OnnxPass(model.messages(7).get(0)).run(pictures));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new UserException(file + " is damaged or no ONNX file; export it anew", e);
        }
    }

    private static ByteBuffer bytes(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new UserException(file + " has " + channel.size() + " bytes; no exported model is that large");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            throw new UserException("cannot read " + file + " (" + FileProblem.of(e, file) + ")", e);
        }
    }

    private static Tensor tensor(ProtoFields tensor) {
        long[] shape = tensor.numbers(1).stream().mapToLong(Long::longValue).toArray();
        ByteBuffer raw = tensor.contents(9).get(0);
        TensorOptions options = new TensorOptions(type(tensor.number(2)));
        return torch.from_blob(new BytePointer(raw), shape, options).clone();
    }

    private static ScalarType type(long code) {
        return switch ((int) code) {
            case 1 -> ScalarType.Float;
            case 7 -> ScalarType.Long;
            case 11 -> ScalarType.Double;
            default -> throw new IllegalArgumentException("element type " + code);
        };
    }

    private Tensor run(Tensor pictures) {
        values.put(graph.messages(11).get(0).text(1), pictures);
        for (ProtoFields node : graph.messages(1)) {
            values.put(node.text(2), new Node(node).compute());
        }
        Tensor result = values.get(graph.messages(12).get(0).text(1));
        if (result == null) {
            throw new IllegalArgumentException("no output");
        }
        return result;
    }

    /** One operator on values that are there. */
    private final class Node {
        private final String operator;
        private final List<String> inputs;
        private final Map<String, ProtoFields> attributes = new HashMap<>();

        Node(ProtoFields node) {
            operator = node.text(4);
            inputs = node.texts(1);
            node.messages(5).forEach(attribute -> attributes.put(attribute.text(1), attribute));
        }

        private Tensor in(int i) {
            Tensor value = values.get(inputs.get(i));
            if (value == null) {
                throw new IllegalArgumentException(operator + " needs " + inputs.get(i));
            }
            return value;
        }

        private long[] list(String name) {
            return attributes.get(name).numbers(8).stream()
                    .mapToLong(Long::longValue)
                    .toArray();
        }

        private long number(String name) {
            return attributes.get(name).number(3);
        }

        private long[] wholes(int i) {
            Tensor list = in(i).contiguous();
            long[] numbers = new long[Math.toIntExact(list.numel())];
            list.data_ptr_long().get(numbers);
            return numbers;
        }

        Tensor compute() {
            return switch (operator) {
                case "Conv" -> convolution();
                case "BatchNormalization" ->
                    torch.batch_norm(
                            in(0),
                            some(1),
                            some(2),
                            some(3),
                            some(4),
                            false,
                            0,
                            attributes.get("epsilon").real(2),
                            false);
                case "Relu" -> torch.relu(in(0));
                case "MaxPool" -> maxPool();
                case "GlobalAveragePool" -> in(0).mean(new long[] {2, 3}, true, new ScalarTypeOptional());
                case "Resize" -> enlarged();
                case "Softmax" -> torch.softmax(in(0), (int) number("axis"));
                case "Add" -> in(0).add(in(1));
                case "Sub" -> in(0).sub(in(1));
                case "Mul" -> in(0).mul(in(1));
                case "Div" -> divided();
                case "Max" -> torch.maximum(in(0), in(1));
                case "MatMul" -> in(0).matmul(in(1));
                case "Abs" -> in(0).abs();
                case "Floor" -> in(0).floor();
                case "Clip" -> in(0).clamp(new ScalarOptional(in(1).item()), new ScalarOptional(in(2).item()));
                case "Concat" -> torch.cat(joined(), number("axis"));
                case "Expand" -> expanded();
                case "Shape" -> torch.tensor(in(0).shape());
                case "Gather" -> in(0).index_select(number("axis"), in(1));
                case "Squeeze" -> in(0).squeeze(wholes(1)[0]);
                case "Unsqueeze" -> in(0).unsqueeze(wholes(1)[0]);
                case "ReduceSum" -> in(0).sum(wholes(1), number("keepdims") == 1, new ScalarTypeOptional());
                case "Range" ->
                    torch.arange(in(0).item(), in(1).item(), in(2).item(), new TensorOptions(ScalarType.Double));
                case "Cast" -> in(0).to(type(number("to")));
                case "ConvTranspose" -> transposedConvolution();
                case "LayerNormalization" -> layerNorm();
                case "Erf" -> in(0).erf();
                case "Transpose" -> in(0).permute(list("perm"));
                case "Reshape" -> reshaped();
                case "Slice" -> slice();
                case "Identity" -> in(0);
                default -> throw new IllegalArgumentException("operator " + operator);
            };
        }

        private TensorOptional some(int i) {
            return new TensorOptional(in(i));
        }

        private Tensor convolution() {
            long[] pads = list("pads");
            return conv2d(
                    in(0),
                    in(1),
                    inputs.size() > 2 ? some(2) : new TensorOptional(),
                    list("strides"),
                    Arrays.copyOf(pads, 2),
                    list("dilations"),
                    1);
        }

        private Tensor maxPool() {
            long[] pads = list("pads");
            return torch.max_pool2d(
                    in(0),
                    list("kernel_shape"),
                    list("strides"),
                    Arrays.copyOf(pads, 2),
                    new long[] {1, 1},
                    number("ceil_mode") == 1);
        }

        private Tensor enlarged() {
            String kind = attributes.get("mode").text(4) + " "
                    + attributes.get("coordinate_transformation_mode").text(4);
            if (kind.equals("linear align_corners")) {
                long[] shape = wholes(3);
                return Bilinear.enlarged(in(0), shape[2], shape[3]);
            }
            if (kind.equals("cubic half_pixel")
                    && attributes.get("cubic_coeff_a").real(2) == -0.75f) {
                return cubic();
            }
            throw new IllegalArgumentException("a resize of another kind");
        }

        /** By factors on the sides; a result has as many whole pixels as fit. */
        private Tensor cubic() {
            float[] factors = new float[4];
            in(2).contiguous().data_ptr_float().get(factors);
            long height = (long) Math.floor(in(0).size(2) * (double) factors[2]);
            long width = (long) Math.floor(in(0).size(3) * (double) factors[3]);
            boolean alignCorners = false;
            return torch.upsample_bicubic2d(
                    in(0),
                    new long[] {height, width},
                    alignCorners,
                    new DoubleOptional(factors[2]),
                    new DoubleOptional(factors[3]));
        }

        private Tensor divided() {
            boolean whole = in(0).scalar_type().intern() == ScalarType.Long;
            return whole ? in(0).floor_divide(in(1)) : in(0).div(in(1));
        }

        private Tensor transposedConvolution() {
            long[] none = {0, 0};
            return torch.conv_transpose2d(in(0), in(1), some(2), list("strides"), none, none, 1, 1, 1);
        }

        private Tensor layerNorm() {
            int axis = (int) number("axis");
            long[] shape = in(0).shape();
            return torch.layer_norm(
                    in(0),
                    Arrays.copyOfRange(shape, axis, shape.length),
                    some(1),
                    some(2),
                    attributes.get("epsilon").real(2),
                    false);
        }

        /** ONNX's 0 keeps a dimension. */
        private Tensor reshaped() {
            long[] shape = wholes(1);
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] == 0 ? in(0).size(i) : shape[i];
            }
            return in(0).reshape(shape);
        }

        private Tensor slice() {
            long axis = wholes(3)[0];
            long from = wholes(1)[0];
            long to = Math.min(wholes(2)[0], in(0).size(axis));
            return in(0).narrow(axis, from, to - from);
        }

        private TensorVector joined() {
            TensorVector parts = new TensorVector();
            for (int i = 0; i < inputs.size(); i++) {
                parts.push_back(in(i));
            }
            return parts;
        }

        /** ONNX's 1 keeps a dimension, as libtorch's -1 does. */
        private Tensor expanded() {
            long[] shape = Arrays.stream(wholes(1)).map(n -> n == 1 ? -1 : n).toArray();
            return in(0).expand(shape);
        }
    }
}
