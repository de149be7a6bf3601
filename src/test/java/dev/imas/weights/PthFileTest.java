package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.nn.Networks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of torch.save: recorded ones in pieces, and hostile ones written here byte by byte. */
class PthFileTest {
    private static final long[] VECTOR = {4};
    private static final long[] STEP = {1};

    @TempDir
    private Path folder;

    @Test
    void anHonestTensorIsReadFromBothContainers() throws IOException {
        byte[] pickle = Pickles.oneTensor(4, 1, new long[] {3}, STEP);
        for (byte[] bytes : new byte[][] {Pickles.zip(pickle), Pickles.legacy(pickle)}) {
            try (PointerScope scope = new PointerScope()) {
                assertThat(Networks.values(WeightFiles.read(file(bytes)).get("weight")))
                        .containsExactly(2, 3, 4);
            }
        }
    }

    @Test
    void expandedAndTransposedViewsAreReadAsTheyLook() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> repeated =
                    WeightFiles.read(file(Pickles.zip(Pickles.oneTensor(4, 3, new long[] {2, 3}, new long[] {0, 0}))));
            assertThat(Networks.values(repeated.get("weight"))).containsExactly(4, 4, 4, 4, 4, 4);
            Map<String, Tensor> transposed =
                    WeightFiles.read(file(Pickles.zip(Pickles.oneTensor(4, 0, new long[] {2, 2}, new long[] {1, 2}))));
            assertThat(Networks.values(transposed.get("weight"))).containsExactly(1, 3, 2, 4);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "os.system",
                "posix.system",
                "builtins.eval",
                "builtins.getattr",
                "subprocess.Popen",
                "torch.storage._load_from_bytes",
                "torch.load",
                "torch.hub.load",
                "numpy.core.multiarray._reconstruct",
                "collections.OrderedDict.fromkeys",
                "torch.FloatStorage.from_file"
            })
    void namesThatWeightsDoNotNeedAreRefusedByNameAndNothingRuns(String name) throws IOException {
        Path witness = folder.resolve("witness");
        String module = name.substring(0, name.lastIndexOf('.'));
        String function = name.substring(name.lastIndexOf('.') + 1);
        byte[] call = Pickles.start()
                .global(module, function)
                .op('(')
                .text("touch " + witness)
                .op('t')
                .op('R')
                .stop();
        byte[] stackCall = Pickles.start()
                .text(module)
                .text(function)
                .op(0x93)
                .op('(')
                .text("touch " + witness)
                .op('t')
                .op('R')
                .stop();
        // Named but not called is refused as well.
        byte[] mention = Pickles.start()
                .op('}')
                .text("x")
                .global(module, function)
                .op('s')
                .stop();
        for (byte[] pickle : new byte[][] {call, stackCall, mention}) {
            for (byte[] bytes : new byte[][] {Pickles.zip(pickle), Pickles.legacy(pickle), pickle}) {
                assertRefused(file(bytes), name);
            }
        }
        assertThat(witness).doesNotExist();
    }

    @Test
    void otherWaysToRunCodeAreUnknownOperations() throws IOException {
        assertRefused(
                file(Pickles.zip(Pickles.start()
                        .op('(')
                        .raw("ios\nsystem\n".getBytes(StandardCharsets.UTF_8))
                        .stop())),
                "0x69"); // INST
        assertRefused(file(Pickles.zip(Pickles.start().op('(').op('o').stop())), "0x6f"); // OBJ
        assertRefused(file(Pickles.zip(Pickles.start().op(')').op(0x81).stop())), "0x81"); // NEWOBJ
        assertRefused(file(Pickles.zip(Pickles.start().op(0x82, 1).stop())), "0x82"); // EXT1
    }

    static Stream<byte[]> tensorsOutsideTheirStorage() {
        long huge = Long.MAX_VALUE;
        return Stream.of(
                Pickles.oneTensor(4, 1, VECTOR, STEP),
                Pickles.oneTensor(4, -1, VECTOR, STEP),
                Pickles.oneTensor(4, 0, new long[] {2, 2}, new long[] {3, 1}),
                Pickles.oneTensor(4, 0, new long[] {-4}, STEP),
                Pickles.oneTensor(4, 0, VECTOR, new long[] {-1}),
                Pickles.oneTensor(4, 0, VECTOR, new long[] {1, 1}),
                Pickles.oneTensor(4, huge, VECTOR, STEP),
                Pickles.oneTensor(4, 0, new long[] {huge, huge}, new long[] {huge, huge}),
                Pickles.oneTensor(4, 0, new long[] {5}, STEP),
                Pickles.oneTensor(4, 5, new long[] {0}, STEP),
                // more than the file's bytes
                Pickles.oneTensor(5, 0, new long[] {5}, STEP),
                Pickles.oneTensor(1L << 40, 0, new long[] {1L << 40}, STEP),
                Pickles.oneTensor(huge, 0, VECTOR, STEP),
                Pickles.oneTensor(-1, 0, new long[] {0}, STEP),
                // expanded beyond all measure
                Pickles.oneTensor(4, 0, new long[] {1L << 40}, new long[] {0}),
                Pickles.oneTensor(4, 0, new long[] {huge, huge}, new long[] {0, 0}),
                Pickles.oneTensor(4, 0, new long[100], new long[100]));
    }

    @ParameterizedTest
    @MethodSource("tensorsOutsideTheirStorage")
    void tensorsOutsideTheirStorageAreRefused(byte[] pickle) throws IOException {
        assertRefused(file(Pickles.zip(pickle)), "");
        assertRefused(file(Pickles.legacy(pickle)), "");
    }

    static Stream<byte[]> brokenPickles() {
        byte[] deep = new byte[300_000];
        Arrays.fill(deep, (byte) 0x85); // ((((...),),),)
        Pickles bomb = Pickles.start().op(']').op('q', 1).op('(');
        for (int i = 0; i < 1000; i++) {
            bomb.op(']').op('N').op('N').op('e');
        }
        Pickles copies = Pickles.start().op(']').op('q', 0).op('(');
        for (int i = 0; i < 2000; i++) {
            copies.op('(').op('K', 1).op('N').op('t');
        }
        copies.op('e');
        for (int i = 0; i < 2000; i++) {
            copies.global("collections", "OrderedDict")
                    .op('(')
                    .op('h', 0)
                    .op('t')
                    .op('R');
        }
        return Stream.of(
                Pickles.start().op('N').raw(deep).stop(),
                bomb.stop(),
                copies.stop(),
                Pickles.start().op(']').op('q', 0).op('h', 0).op('a').stop(), // a list that contains itself
                Pickles.start().op('}').op(']').op('N').op('s').stop(), // a list as a key
                Pickles.start()
                        .op('}')
                        .op('}')
                        .op('q', 0)
                        .op('h', 0)
                        .op('N')
                        .op('s')
                        .op('N')
                        .op('s')
                        .stop(),
                Pickles.start().op('X').int32(Integer.MAX_VALUE).stop(),
                Pickles.start().op('B').int32(-1).stop(),
                Pickles.start().op(0x8b).int32(1 << 30).stop(),
                Pickles.start().op('h', 7).stop(),
                Pickles.start().op('t').stop(),
                Pickles.start().op('0').stop(),
                Pickles.start().op('(').op('s').stop(),
                Pickles.start().op('K', 1).op('K', 2).op('a').stop(),
                Pickles.start().op('K', 1).op(')').op('R').stop(),
                Pickles.start().op(')').op('Q').stop(),
                Pickles.start().text("x").op('Q').stop(),
                Pickles.start().global("torch", "FloatStorage").op(')').op('R').stop(),
                Pickles.start()
                        .global("torch._utils", "_rebuild_tensor_v2")
                        .op(')')
                        .op('R')
                        .stop(),
                Pickles.start()
                        .global("numpy", "dtype")
                        .op('(')
                        .text("O8")
                        .op('t')
                        .op('R')
                        .op('q', 0)
                        .global("numpy.core.multiarray", "scalar")
                        .op('(')
                        .op('h', 0)
                        .op('C', 1)
                        .op('x')
                        .op('t')
                        .op('R')
                        .stop(),
                Pickles.start().global("x".repeat(1000), "y").stop(),
                Pickles.start().op(0xff).stop(),
                new Pickles().op(0x80, 9).op('N').stop(),
                new byte[] {(byte) 0x80, 2});
    }

    @ParameterizedTest
    @MethodSource("brokenPickles")
    void brokenPicklesAreRefusedInOneLine(byte[] pickle) throws IOException {
        assertRefused(file(Pickles.zip(pickle)), "");
        assertRefused(file(Pickles.legacy(pickle)), "");
    }

    @Test
    void archivesThatTorchWouldNotWriteAreRefused() throws IOException {
        byte[] pickle = Pickles.oneTensor(4, 0, VECTOR, STEP);
        assertRefused(
                file(Pickles.zip(Map.of("x/data.pkl", pickle, "x/data/0", Pickles.FOUR_FLOATS), ZipEntry.DEFLATED)),
                "compressed");
        assertRefused(file(Pickles.zip(Map.of("x/data.pkl", pickle), ZipEntry.STORED)), "missing");
        assertRefused(file(Pickles.zip(Map.of("x/data/0", Pickles.FOUR_FLOATS), ZipEntry.STORED)), "data.pkl");
        assertRefused(
                file(Pickles.zip(Map.of("x/data.pkl", pickle, "y/data.pkl", pickle), ZipEntry.STORED)), "2 entries");
        assertRefused(
                file(Pickles.zip(
                        Map.of("x/data.pkl", pickle, "x/byteorder", "big".getBytes(StandardCharsets.US_ASCII)),
                        ZipEntry.STORED)),
                "little-endian");
        byte[] flipped = Pickles.zip(pickle);
        int at = new String(flipped, StandardCharsets.ISO_8859_1)
                .indexOf(new String(Pickles.FOUR_FLOATS, StandardCharsets.ISO_8859_1));
        flipped[at + 3] ^= 1;
        assertRefused(file(flipped), "checksum");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain_zip.pth", "plain_legacy.pth", "ckpt_npbest_zip.pth", "ckpt_npbest_legacy.pth"})
    void aFileCutAnywhereIsRefused(String name) throws IOException {
        byte[] whole = recorded(name);
        for (int length = 0; length < whole.length; length += 1 + length / 300) {
            assertRefused(file(Arrays.copyOf(whole, length)), "");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain_zip.pth", "plain_legacy.pth", "ckpt_npbest_zip.pth", "ckpt_npbest_legacy.pth"})
    void aFileWithWrongBytesIsReadOrRefused(String name) throws IOException {
        byte[] whole = recorded(name);
        Rng random = Rng.of(1, "damage " + name);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = whole.clone();
            for (int k = random.integer(1, 4); k > 0; k--) {
                damaged[random.integer(0, damaged.length)] = (byte) random.integer(0, 256);
            }
            try (PointerScope scope = new PointerScope()) {
                WeightFiles.read(file(damaged));
            } catch (UserException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    @Test
    void aStorageThatTensorsShareIsReadOnceAndEachHasMemoryOfItsOwn() throws IOException {
        byte[] pickle = Pickles.start()
                .op('}')
                .text("all")
                .tensor("0", 4, 0, VECTOR, STEP)
                .op('s')
                .text("last")
                .tensor("0", 4, 3, new long[] {1}, STEP)
                .op('s')
                .text("none")
                .tensor("0", 4, 4, new long[] {0, 7}, new long[] {7, 1})
                .op('s')
                .text("turned")
                .tensor("0", 4, 0, new long[] {2, 2}, new long[] {1, 2})
                .op('s')
                .stop();
        for (byte[] bytes : new byte[][] {Pickles.zip(pickle), Pickles.legacy(pickle)}) {
            try (PointerScope scope = new PointerScope();
                    PthFile opened = PthFile.open(file(bytes));
                    Counted storages = new Counted(opened.storages());
                    PthFile counted = new PthFile(folder.resolve("weights.pth"), opened.root(), storages)) {
                Map<String, Tensor> tensors = counted.tensors((Map<?, ?>) opened.root());
                assertThat(storages.reads).isEqualTo(1);
                assertThat(tensors.keySet()).containsExactly("all", "last", "none", "turned");
                tensors.get("all").fill_(new Scalar(9));
                assertThat(Networks.values(tensors.get("last"))).containsExactly(4);
                assertThat(Networks.values(tensors.get("turned"))).containsExactly(1, 3, 2, 4);
                assertThat(tensors.get("none").shape()).containsExactly(0, 7);
            }
        }
    }

    /** Counts how often a storage is read. */
    private static final class Counted implements Storages {
        private final Storages storages;
        private int reads;

        Counted(Storages storages) {
            this.storages = storages;
        }

        @Override
        public void require(PickleGlobal.PickledStorage storage) throws IOException {
            storages.require(storage);
        }

        @Override
        public void read(PickleGlobal.PickledStorage storage, long begin, BytePointer target) throws IOException {
            reads++;
            storages.read(storage, begin, target);
        }

        @Override
        public void close() {}
    }

    @Test
    void emptyTensorsBeyondMeasureAreRefusedAndOthersRead() throws IOException {
        long[] steps = {1, 1, 1};
        for (long[] shape : new long[][] {{0, 1L << 62, 2}, {1L << 62, 1L << 62, 0}, {0, Long.MAX_VALUE, 1}}) {
            byte[] pickle = Pickles.oneTensor(4, 0, shape, steps);
            assertRefused(file(Pickles.zip(pickle)), "beyond measure");
            assertRefused(file(Pickles.legacy(pickle)), "beyond measure");
        }
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> read =
                    WeightFiles.read(file(Pickles.zip(Pickles.oneTensor(4, 0, new long[] {0, 1L << 40, 1}, steps))));
            assertThat(read.get("weight").shape()).containsExactly(0, 1L << 40, 1);
        }
    }

    @Test
    void anArchiveThatClaimsMoreThanItHasTakesNoMemory() throws IOException {
        byte[] zip = Pickles.zip(Pickles.oneTensor(1L << 28, 0, VECTOR, STEP));
        String text = new String(zip, StandardCharsets.ISO_8859_1);
        int entry = text.indexOf("x/data/0", text.indexOf("PK\1\2")) - 46; // of the central directory
        ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(entry + 24, 1 << 30);
        assertRefused(file(zip), "");
        ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).putInt(entry + 20, 1 << 30);
        assertRefused(file(zip), "");
        assertRefused(file(Arrays.copyOf(zip, zip.length - 30)), "its zip archive is damaged");
    }

    @Test
    void aPickleOfObjectsWithoutEndIsRefused() throws IOException {
        byte[] objects = new byte[3_000_000];
        Arrays.fill(objects, (byte) '}');
        assertRefused(file(Pickles.zip(Pickles.start().raw(objects).stop())), "operations");
    }

    private void assertRefused(Path file, String part) {
        assertThatThrownBy(() -> {
                    try (PointerScope scope = new PointerScope()) {
                        WeightFiles.read(file);
                    }
                })
                .isInstanceOf(UserException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(part)
                .hasMessageNotContaining("\n");
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("weights.pth"), bytes);
    }

    /** Recorded with the published implementation's PyTorch 1.13, part of the data set inside the jar. */
    static byte[] recorded(String name) throws IOException {
        try (InputStream in = PthFileTest.class.getResourceAsStream("/golden/12_checkpoint/" + name)) {
            return in.readAllBytes();
        }
    }
}
