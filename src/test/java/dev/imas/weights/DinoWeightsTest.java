package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.nn.Networks;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.WeightFiles.Fit;
import dev.imas.weights.WeightFiles.Part;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DINOv2's files and UniMatch V2's checkpoints, as they are. */
class DinoWeightsTest {
    @TempDir
    private Path folder;

    private static SegmentationNetwork network(Backbone backbone) {
        return SegmentationNetwork.create(
                ConfigYaml.defaults().network().with(n -> n.backbone(backbone).head(Head.DPT)), 3, 5, 1);
    }

    /** The keys of dinov2_vits14_pretrain.pth with their shapes, in its order, written from its description. */
    private static Map<String, long[]> official() {
        long d = 384;
        Map<String, long[]> keys = new LinkedHashMap<>();
        keys.put("cls_token", new long[] {1, 1, d});
        keys.put("pos_embed", new long[] {1, 1370, d});
        keys.put("mask_token", new long[] {1, d});
        keys.put("patch_embed.proj.weight", new long[] {d, 3, 14, 14});
        keys.put("patch_embed.proj.bias", new long[] {d});
        for (int i = 0; i < 12; i++) {
            String block = "blocks." + i + ".";
            keys.put(block + "norm1.weight", new long[] {d});
            keys.put(block + "norm1.bias", new long[] {d});
            keys.put(block + "attn.qkv.weight", new long[] {3 * d, d});
            keys.put(block + "attn.qkv.bias", new long[] {3 * d});
            keys.put(block + "attn.proj.weight", new long[] {d, d});
            keys.put(block + "attn.proj.bias", new long[] {d});
            keys.put(block + "ls1.gamma", new long[] {d});
            keys.put(block + "norm2.weight", new long[] {d});
            keys.put(block + "norm2.bias", new long[] {d});
            keys.put(block + "mlp.fc1.weight", new long[] {4 * d, d});
            keys.put(block + "mlp.fc1.bias", new long[] {4 * d});
            keys.put(block + "mlp.fc2.weight", new long[] {d, 4 * d});
            keys.put(block + "mlp.fc2.bias", new long[] {d});
            keys.put(block + "ls2.gamma", new long[] {d});
        }
        keys.put("norm.weight", new long[] {d});
        keys.put("norm.bias", new long[] {d});
        return keys;
    }

    /** Tensors one behind the other in one storage. */
    private static Pickles dictionary(Pickles pickle, Map<String, long[]> shapes, long storage, long begin) {
        pickle.op('}');
        long offset = begin;
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            long[] shape = entry.getValue();
            pickle.text(entry.getKey())
                    .tensor("0", storage, offset, shape, strides(shape))
                    .op('s');
            offset += elements(shape);
        }
        return pickle;
    }

    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        return strides;
    }

    private static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private static long elements(Map<String, long[]> shapes) {
        return shapes.values().stream().mapToLong(DinoWeightsTest::elements).sum();
    }

    /** The archive of a pickle and a storage that holds one number throughout, and another one from a place on. */
    private Path file(byte[] pickle, long elements, long other) throws IOException {
        Path file = folder.resolve("dinov2_vits14_pretrain.pth");
        CRC32 sum = new CRC32();
        storage(elements, other, sum::update);
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            CRC32 ofPickle = new CRC32();
            ofPickle.update(pickle);
            zip.putNextEntry(stored("x/data.pkl", pickle.length, ofPickle));
            zip.write(pickle);
            zip.putNextEntry(stored("x/data/0", elements * Float.BYTES, sum));
            storage(elements, other, chunk -> zip.write(chunk));
        }
        return file;
    }

    private static ZipEntry stored(String name, long size, CRC32 sum) {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(size);
        entry.setCrc(sum.getValue());
        return entry;
    }

    private interface Sink {
        void take(byte[] chunk) throws IOException;
    }

    private static void storage(long elements, long other, Sink sink) throws IOException {
        int most = 1 << 16;
        for (long begin = 0; begin < elements; begin += most) {
            int count = (int) Math.min(most, elements - begin);
            ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                bytes.putFloat(begin + i < other ? 2 : 3);
            }
            sink.take(bytes.array());
        }
    }

    @Test
    void theOfficialFileOfTheSmallOneFillsTheWholeEncoder() throws IOException {
        Map<String, long[]> official = official();
        assertThat(official).hasSize(175);
        long elements = elements(official);
        assertThat(elements).isEqualTo(22_056_576);
        byte[] pickle = dictionary(Pickles.start(), official, elements, 0).stop();
        Path file = file(pickle, elements, elements - 384);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = network(Backbone.DINOV2_SMALL)) {
            LoadReport report = WeightFiles.load(network, file, Fit.PARTIAL);
            assertThat(report.loaded()).hasSize(175).allMatch(SegmentationNetwork::ofEncoder);
            assertThat(report.unexpected()).isEmpty();
            assertThat(report.missing()).hasSize(62).allMatch(key -> key.startsWith("head."));
            assertThat(report.summary()).contains("175 tensors loaded");
            assertThat(Networks.values(network.state().get("backbone.norm.weight")))
                    .containsOnly(2);
            assertThat(Networks.values(network.state().get("backbone.norm.bias")))
                    .containsOnly(3);
        }
    }

    /** The keys and shapes of a file of the small transformer for tests. */
    private static Map<String, long[]> likeOfficial(SegmentationNetwork network) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        network.parameters().forEach((key, tensor) -> {
            if (SegmentationNetwork.ofEncoder(key)) {
                shapes.put(key.substring("backbone.".length()), tensor.shape());
            }
        });
        return shapes;
    }

    private Path file(Map<String, long[]> shapes) throws IOException {
        long elements = elements(shapes);
        return file(dictionary(Pickles.start(), shapes, elements, 0).stop(), elements, 0);
    }

    @Test
    void aTableOfPositionsOfAnotherSizeAndRegistersAreRefused() throws IOException {
        try (SegmentationNetwork network = network(Backbone.VIT_TINY)) {
            Map<String, long[]> table = likeOfficial(network);
            table.put("pos_embed", new long[] {1, 257, 48});
            Path other = file(table);
            assertThatThrownBy(() -> WeightFiles.load(network, other, Fit.PARTIAL))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("pos_embed has the shape [1, 257, 48], the network needs [1, 1370, 48]");
            Map<String, long[]> registers = likeOfficial(network);
            registers.put("register_tokens", new long[] {1, 4, 48});
            Path another = file(registers);
            assertThatThrownBy(() -> WeightFiles.load(network, another, Fit.PARTIAL))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("registers")
                    .hasMessageContaining("dinov2_vits14_pretrain.pth");
        }
    }

    @Test
    void aCheckpointOfUniMatchGivesItsTeacherOrItsStudent() throws IOException {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = network(Backbone.VIT_TINY)) {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            network.state().forEach((key, tensor) -> shapes.put("module." + key, tensor.shape()));
            long each = elements(shapes);
            Pickles pickle = Pickles.start().op('}').text("model");
            dictionary(pickle, shapes, 2 * each, 0).op('s').text("model_ema");
            Path file = file(dictionary(pickle, shapes, 2 * each, each).op('s').stop(), 2 * each, each);
            for (Part part : Part.values()) {
                if (part != Part.PLAIN) {
                    assertThat(WeightFiles.load(network, file, part, Fit.EXACT).missing())
                            .isEmpty();
                    assertThat(Networks.values(network.state().get("head.projects.2.bias")))
                            .as(part.name())
                            .containsOnly(part == Part.STUDENT ? 2 : 3);
                }
            }
        }
    }
}
