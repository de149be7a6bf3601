package dev.imas.export;

import dev.imas.common.ProtoMessage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * ONNX files: ModelProto of IR version 8 and operator set 17, which ONNX Runtime has read since 1.12. Batch, height and
 * width are open. The numbers of the fields are those of ONNX's onnx.proto.
 */
final class OnnxFile {
    private static final int IR_VERSION = 8;
    static final int OPERATOR_SET = 17;
    private static final int CHUNK = 1 << 20;

    private OnnxFile() {}

    /**
     * Writes a model; the file is replaced.
     *
     * @param metadata texts that readers hand out beside the model
     */
    static void write(Model model, Path file, Map<String, String> metadata) throws IOException {
        try (PointerScope scope = new PointerScope();
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), CHUNK)) {
            message(model, metadata).write(out);
        }
    }

    /** Whether this program wrote a file: it begins with our name as the producer's. */
    static boolean isOurs(Path file) throws IOException {
        ByteArrayOutputStream ours = new ByteArrayOutputStream();
        beginning().write(ours);
        try (InputStream bytes = Files.newInputStream(file)) {
            return Arrays.equals(bytes.readNBytes(ours.size()), ours.toByteArray());
        }
    }

    private static ProtoMessage beginning() {
        return new ProtoMessage().number(1, IR_VERSION).text(2, "imas");
    }

    private static ProtoMessage message(Model model, Map<String, String> metadata) {
        ProtoMessage message = beginning()
                .message(8, new ProtoMessage().text(1, "").number(2, OPERATOR_SET))
                .message(7, graph(model));
        metadata.forEach((key, text) ->
                message.message(14, new ProtoMessage().text(1, key).text(2, text)));
        return message;
    }

    private static ProtoMessage graph(Model model) {
        OnnxGraph graph = new OnnxGraph();
        graph.finish(model.describe(graph, OnnxGraph.PICTURES));
        ProtoMessage message = new ProtoMessage();
        graph.nodes().forEach(node -> message.message(1, node));
        message.text(2, "imas");
        Map<String, Tensor> state = model.network().state();
        graph.weights().forEach(key -> message.message(5, weight(key, state.get(key))));
        graph.constants().forEach((name, constant) -> message.message(5, constant(name, constant)));
        return message.message(
                        11,
                        value(
                                OnnxGraph.PICTURES,
                                model.input().input().channels().count()))
                .message(12, value(OnnxGraph.PROBABILITIES, model.spec().classes()));
    }

    /** ValueInfoProto of float32 [N,channels,H,W]. */
    private static ProtoMessage value(String name, int channels) {
        ProtoMessage shape = new ProtoMessage()
                .message(1, new ProtoMessage().text(2, "N"))
                .message(1, new ProtoMessage().number(1, channels))
                .message(1, new ProtoMessage().text(2, "H"))
                .message(1, new ProtoMessage().text(2, "W"));
        ProtoMessage tensor = new ProtoMessage().number(1, OnnxType.FLOAT.code).message(2, shape);
        return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
    }

    /** TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
    private static ProtoMessage constant(String name, OnnxGraph.Constant constant) {
        return tensor(name, constant.type(), constant.dimensions()).bytes(9, constant.values());
    }

    private static ProtoMessage weight(String key, Tensor live) {
        Tensor tensor = live.detach().cpu().contiguous();
        if (tensor.scalar_type().intern() != ScalarType.Float) {
            throw new IllegalStateException(key + " is " + tensor.scalar_type() + ", not float32");
        }
        return tensor(key, OnnxType.FLOAT, tensor.shape()).content(9, new ProtoMessage.Content() {
            @Override
            public long length() {
                return tensor.nbytes();
            }

            @Override
            public void write(OutputStream out) throws IOException {
                copy(tensor, out);
            }
        });
    }

    private static ProtoMessage tensor(String name, OnnxType type, long[] dimensions) {
        ProtoMessage message = new ProtoMessage();
        for (long dimension : dimensions) {
            message.number(1, dimension);
        }
        return message.number(2, type.code).text(8, name);
    }

    /** The bytes as they lie in memory, which is little endian wherever libtorch runs. */
    private static void copy(Tensor tensor, OutputStream out) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (BytePointer bytes = new BytePointer(tensor.data_ptr())) {
            for (long at = 0; at < tensor.nbytes(); at += chunk.length) {
                int count = (int) Math.min(chunk.length, tensor.nbytes() - at);
                bytes.position(at).get(chunk, 0, count);
                out.write(chunk, 0, count);
            }
        }
    }
}
