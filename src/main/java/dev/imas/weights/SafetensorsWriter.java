package dev.imas.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Writes safetensors files: the header lists the tensors in the map's order; their data lie wide types first, so that
 * every tensor is aligned to its elements. The metadata has a {@link Checksum}.
 */
final class SafetensorsWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 22;

    private SafetensorsWriter() {}

    /**
     * Writes beside the target, forces the bytes to the disk, then renames: the target is at any time the old file
     * or the whole new one.
     */
    static void write(Map<String, Tensor> tensors, Path target, Map<String, String> metadata) {
        List<String> order = dataOrder(tensors);
        byte[] header = header(tensors, order, metadata);
        try {
            DurableFiles.replace(target.toAbsolutePath(), file -> {
                Checksum checksum = Checksum.of(header).orElseThrow();
                try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
                    ByteBuffer length = ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length);
                    writeFully(channel, length.flip());
                    writeFully(channel, ByteBuffer.wrap(header));
                    for (String name : order) {
                        writeData(channel, tensors.get(name), checksum);
                    }
                    channel.position(Long.BYTES + checksum.place());
                    writeFully(channel, ByteBuffer.wrap(checksum.digits().getBytes(StandardCharsets.US_ASCII)));
                }
            });
        } catch (IOException e) {
            throw new UserException(
                    "cannot write " + target + " (" + FileProblem.of(e, target)
                            + "); name a folder that can be written to and has room",
                    e);
        }
    }

    private static List<String> dataOrder(Map<String, Tensor> tensors) {
        Comparator<String> widest =
                Comparator.comparingLong(name -> -tensors.get(name).element_size());
        return tensors.keySet().stream().sorted(widest).toList();
    }

    /** Padded with spaces to a multiple of eight bytes. */
    private static byte[] header(Map<String, Tensor> tensors, List<String> order, Map<String, String> metadata) {
        Map<String, Long> begins = new HashMap<>();
        long at = 0;
        for (String name : order) {
            begins.put(name, at);
            at += tensors.get(name).nbytes();
        }
        ObjectNode root = JSON.createObjectNode();
        ObjectNode texts = root.putObject("__metadata__");
        metadata.forEach(texts::put);
        texts.put(Checksum.KEY, Checksum.UNKNOWN);
        tensors.forEach((name, tensor) -> {
            ObjectNode entry = root.putObject(name);
            entry.put("dtype", dtype(name, tensor.scalar_type().intern()));
            Arrays.stream(tensor.shape()).forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(begins.get(name)).add(begins.get(name) + tensor.nbytes());
        });
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeData(FileChannel channel, Tensor tensor, Checksum checksum) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.detach().cpu().contiguous();
            long bytes = plain.nbytes();
            for (long done = 0; done < bytes; done += CHUNK) {
                BytePointer data = new BytePointer(plain.data_ptr()).position(done);
                ByteBuffer chunk = data.capacity(Math.min(bytes, done + CHUNK)).asByteBuffer();
                checksum.update(chunk.duplicate());
                writeFully(channel, chunk);
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static String dtype(String name, ScalarType type) {
        return switch (type) {
            case Float -> "F32";
            case Double -> "F64";
            case Half -> "F16";
            case BFloat16 -> "BF16";
            case Long -> "I64";
            case Int -> "I32";
            case Short -> "I16";
            case Char -> "I8";
            case Byte -> "U8";
            case Bool -> "BOOL";
            default ->
                throw new IllegalArgumentException(
                        "tensor " + name + " has the type " + type + ", which safetensors files do not hold");
        };
    }

    /** The libtorch type of a safetensors type. */
    static ScalarType scalarType(String dtype) {
        return switch (dtype) {
            case "F32" -> ScalarType.Float;
            case "F64" -> ScalarType.Double;
            case "F16" -> ScalarType.Half;
            case "BF16" -> ScalarType.BFloat16;
            case "I64" -> ScalarType.Long;
            case "I32" -> ScalarType.Int;
            case "I16" -> ScalarType.Short;
            case "I8" -> ScalarType.Char;
            case "U8" -> ScalarType.Byte;
            case "BOOL" -> ScalarType.Bool;
            default -> throw new IllegalArgumentException("unknown safetensors type " + dtype);
        };
    }
}
