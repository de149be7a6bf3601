package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.Torch;
import dev.imas.nn.DeepLabV3Plus;
import dev.imas.nn.Initializer;
import dev.imas.nn.Networks;
import dev.imas.nn.SegmentationNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFilesTest {
    @TempDir
    private Path folder;

    @Test
    void everyTypeShapeAndLayoutComesBackBitForBit() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (ScalarType type : List.of(
                    ScalarType.Bool,
                    ScalarType.Float,
                    ScalarType.Byte,
                    ScalarType.Long,
                    ScalarType.Half,
                    ScalarType.Double,
                    ScalarType.Char,
                    ScalarType.Short,
                    ScalarType.BFloat16,
                    ScalarType.Int)) {
                tensors.put("of " + type, random(type, 3, 5));
            }
            tensors.put("scalar", random(ScalarType.Float));
            tensors.put("empty", random(ScalarType.Float, 0, 3));
            tensors.put("channels_last", random(ScalarType.Float, 2, 3, 4, 5).contiguous(MemoryFormat.ChannelsLast));
            tensors.put("transposed", random(ScalarType.Float, 4, 6).transpose(0, 1));
            tensors.put("large", random(ScalarType.Float, 1_500_001));
            tensors.put(
                    "needs a gradient, \"quoted\" \u00e9",
                    random(ScalarType.Float, 2).set_requires_grad(true));
            Path file = folder.resolve("a.safetensors");
            Map<String, String> metadata = Map.of("k\u00e9y", "line\nbreak \"q\"", "other", "");

            WeightFiles.save(tensors, file, metadata);

            assertThat(WeightFiles.metadata(file))
                    .containsAllEntriesOf(metadata)
                    .hasSize(metadata.size() + 1)
                    .containsKey(Checksum.KEY);
            Map<String, Tensor> read = WeightFiles.read(file);
            assertThat(List.copyOf(read.keySet())).isEqualTo(List.copyOf(tensors.keySet()));
            tensors.forEach((name, tensor) -> {
                assertThat(read.get(name).shape()).as(name).isEqualTo(tensor.shape());
                assertThat(read.get(name).scalar_type().intern())
                        .as(name)
                        .isEqualTo(tensor.scalar_type().intern());
                assertThat(bytes(read.get(name))).as(name).isEqualTo(bytes(tensor));
            });
            assertAligned(file);
            assertThat(files()).containsExactly("a.safetensors");
        }
    }

    private static void assertAligned(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long header = bytes.getLong();
        assertThat(header % 8).isZero();
        JsonNode json = new ObjectMapper().readTree(Arrays.copyOfRange(bytes.array(), 8, (int) header + 8));
        json.properties().forEach(entry -> {
            if (!entry.getKey().equals("__metadata__")) {
                int size = SafetensorsFile.elementSize(
                        entry.getValue().get("dtype").asText());
                assertThat(entry.getValue().get("data_offsets").get(0).asLong() % size)
                        .as(entry.getKey())
                        .isZero();
            }
        });
    }

    @Test
    void anUnusableTargetLeavesNothingBehindAndTheOldFileWhole() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(Map.of("x", random(ScalarType.Float, 3)), file, Map.of());
            byte[] before = Files.readAllBytes(file);
            Tensor complex = torch.zeros(new long[] {2}, new TensorOptions(ScalarType.ComplexFloat));
            assertThatThrownBy(() -> WeightFiles.save(Map.of("c", complex), file, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tensor c")
                    .hasMessageContaining("ComplexFloat");
            assertThat(Files.readAllBytes(file)).isEqualTo(before);
            Path nowhere = folder.resolve("no/such/folder/a.safetensors");
            assertThatThrownBy(() -> WeightFiles.save(Map.of("x", random(ScalarType.Float, 3)), nowhere, Map.of()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(nowhere.toString())
                    .hasMessageContaining("the folder " + nowhere.getParent() + " does not exist");
            assertThat(files()).containsExactly("a.safetensors");
        }
    }

    @Test
    void aCutOrDamagedSafetensorsFileIsReadOrRefusedInOneLine() throws IOException {
        Path file = folder.resolve("a.safetensors");
        try (PointerScope scope = new PointerScope()) {
            WeightFiles.save(
                    Map.of("x", random(ScalarType.Float, 3), "y", random(ScalarType.Long, 2, 2)),
                    file,
                    Map.of("a", "b"));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> WeightFiles.read(file))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageNotContaining("\n");
        }
        Rng random = Rng.of(1, "damage");
        int begin = new String(whole, StandardCharsets.ISO_8859_1).indexOf(Checksum.KEY);
        int intact = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = whole.clone();
            int place = random.integer(0, damaged.length);
            damaged[place] = (byte) random.integer(0, 256);
            Files.write(file, damaged);
            try (PointerScope scope = new PointerScope()) {
                WeightFiles.read(file);
                boolean nameless = place >= begin && place < begin + Checksum.KEY.length();
                assertThat(nameless || damaged[place] == whole[place])
                        .as("a file is read whose byte %d is another", place)
                        .isTrue();
                intact++;
            } catch (UserException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
        assertThat(intact).isPositive();
    }

    @Test
    void whatIsNoWeightFileIsNamed() throws IOException {
        assertThatThrownBy(() -> WeightFiles.read(folder.resolve("absent.pth")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> WeightFiles.read(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("it is a folder");
        Path text = Files.writeString(folder.resolve("a.pth"), "epoch,loss\n1,2\n");
        assertThatThrownBy(() -> WeightFiles.read(text))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("neither a safetensors nor a PyTorch");
        Path empty = Files.write(
                folder.resolve("b.pth"), Pickles.zip(Pickles.start().op('}').stop()));
        assertThatThrownBy(() -> WeightFiles.read(empty))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds no tensors");
    }

    @Test
    void thePartOfACheckpointIsChosen() throws IOException {
        Path file = Files.write(folder.resolve("c.pth"), PthFileTest.recorded("ckpt_npbest_legacy.pth"));
        Path plain = Files.write(folder.resolve("p.pth"), PthFileTest.recorded("module_zip.pth"));
        try (PointerScope scope = new PointerScope()) {
            float[] teacher = Networks.values(
                    WeightFiles.read(file, WeightFiles.Part.TEACHER).get("encoder.0.weight"));
            float[] student = Networks.values(
                    WeightFiles.read(file, WeightFiles.Part.STUDENT).get("encoder.0.weight"));
            assertThat(teacher).isNotEqualTo(student);
            assertThat(Networks.values(WeightFiles.read(file).get("encoder.0.weight")))
                    .isEqualTo(teacher);
            assertThat(WeightFiles.read(file, WeightFiles.Part.TEACHER)
                            .get("encoder.1.num_batches_tracked")
                            .scalar_type()
                            .intern())
                    .isEqualTo(ScalarType.Float);
            assertThat(WeightFiles.read(plain)).containsKey("decoder.0.bias");
            assertThatThrownBy(() -> WeightFiles.read(plain, WeightFiles.Part.TEACHER))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("no teacher_state")
                    .hasMessageContaining("not a training checkpoint");
            assertThatThrownBy(() -> WeightFiles.read(file, WeightFiles.Part.PLAIN))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("no tensors in the part plain");
        }
    }

    @Test
    void aNetworkComesBackStrictlyAndWithAPrefix() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus source = Networks.tiny(5, 1);
                DeepLabV3Plus target = Networks.tiny(5, 2)) {
            Map<String, Tensor> prefixed = new LinkedHashMap<>();
            source.state().forEach((key, tensor) -> prefixed.put("module." + key, tensor));
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(prefixed, file, Map.of());
            target.channelsLast();
            LoadReport report = WeightFiles.load(target, file, WeightFiles.Fit.EXACT);
            assertThat(report.loaded()).hasSize(source.state().size());
            assertThat(report.missing()).isEmpty();
            source.state().forEach((key, tensor) -> assertThat(
                            torch.equal(tensor, target.state().get(key)))
                    .as(key)
                    .isTrue());
            assertThat(target.state().get("encoder.layer1.0.conv1.weight").is_contiguous(MemoryFormat.ChannelsLast))
                    .isTrue();
            assertThat(target.parameters().values()).allMatch(Tensor::requires_grad);
        }
    }

    @Test
    void torchvisionsClassifierGivesTheEncoder() {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network =
                        SegmentationNetwork.create(Networks.spec(Backbone.RESNET18, Stem.CONV7, 16, false), 3, 1)) {
            Map<String, Tensor> classifier = new LinkedHashMap<>();
            network.state().forEach((key, tensor) -> {
                // Files from before PyTorch 0.4.1 have no num_batches_tracked.
                if (key.startsWith(SegmentationNetwork.ENCODER_PREFIX) && !key.endsWith("num_batches_tracked")) {
                    classifier.put(key.substring(8), random(ScalarType.Float, tensor.shape()));
                }
            });
            classifier.put("fc.weight", random(ScalarType.Float, 1000, 512));
            classifier.put("fc.bias", random(ScalarType.Float, 1000));
            Path file = folder.resolve("resnet18.safetensors");
            WeightFiles.save(classifier, file, Map.of());

            LoadReport report = WeightFiles.load(network, file, WeightFiles.Fit.PARTIAL);

            assertThat(report.loaded()).hasSize(classifier.size() - 2).allMatch(key -> key.startsWith("encoder."));
            assertThat(report.ignored()).containsExactly("fc.weight", "fc.bias");
            assertThat(report.unexpected()).isEmpty();
            assertThat(report.missing()).isNotEmpty().allMatch(key -> key.startsWith("decoder."));
            assertThat(report.summary())
                    .contains("ignored: fc.weight, fc.bias")
                    .contains("missing: decoder.low_conv.0.weight")
                    .doesNotContain("\n");
            assertThat(torch.equal(
                            network.state().get("encoder.layer4.1.conv2.weight"),
                            classifier.get("layer4.1.conv2.weight")))
                    .isTrue();
            assertThatThrownBy(() -> WeightFiles.load(network, file, WeightFiles.Fit.EXACT))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("missing: decoder.low_conv.0.weight")
                    .hasMessageContaining("more");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndChangesNothing() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus source = Networks.tiny(5, 1);
                DeepLabV3Plus target = Networks.tiny(7, 2)) {
            float[] before = Networks.values(target.state().get("encoder.conv1.0.weight"));
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(source.state(), file, Map.of());
            assertThatThrownBy(() -> WeightFiles.load(target, file, WeightFiles.Fit.COMPLETE))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("decoder.classifier.6.weight")
                    .hasMessageContaining("[5, 32, 1, 1]")
                    .hasMessageContaining("[7, 32, 1, 1]");

            Torch.withoutGradient(() -> source.state().get("encoder.bn1.bias").fill_(new Scalar(Double.NaN)));
            WeightFiles.save(
                    Map.of(
                            "encoder.conv1.0.weight",
                            source.state().get("encoder.conv1.0.weight"),
                            "encoder.bn1.bias",
                            source.state().get("encoder.bn1.bias")),
                    file,
                    Map.of());
            assertThatThrownBy(() -> WeightFiles.load(target, file, WeightFiles.Fit.PARTIAL))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("encoder.bn1.bias")
                    .hasMessageContaining("not finite");

            Torch.withoutGradient(() -> source.state().get("encoder.bn1.bias").fill_(new Scalar(1)));
            Map<String, Tensor> quantised = Map.of(
                    "encoder.conv1.0.weight",
                    source.state().get("encoder.conv1.0.weight"),
                    "encoder.bn1.bias",
                    source.state().get("encoder.bn1.bias").to(ScalarType.Char));
            WeightFiles.save(quantised, file, Map.of());
            assertThatThrownBy(() -> WeightFiles.load(target, file, WeightFiles.Fit.PARTIAL))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("encoder.bn1.bias holds whole numbers, such as quantised weights have");

            WeightFiles.save(Map.of("backbone.stem", random(ScalarType.Float, 2)), file, Map.of());
            assertThatThrownBy(() -> WeightFiles.load(target, file, WeightFiles.Fit.PARTIAL))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("does not fit the network")
                    .hasMessageContaining("unexpected: backbone.stem");

            WeightFiles.save(
                    Map.of("module.a", random(ScalarType.Float, 2), "a", random(ScalarType.Float, 2)), file, Map.of());
            assertThatThrownBy(() -> WeightFiles.load(target, file, WeightFiles.Fit.PARTIAL))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("holds a twice");
            assertThat(Networks.values(target.state().get("encoder.conv1.0.weight")))
                    .isEqualTo(before);
        }
    }

    @Test
    void aLastLayerOfOtherClassesIsLeftAtRandomAndTold() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus source = Networks.tiny(5, 1);
                DeepLabV3Plus target = Networks.tiny(7, 2)) {
            float[] before = Networks.values(target.state().get("decoder.classifier.6.weight"));
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(source.state(), file, Map.of());

            LoadReport report = WeightFiles.load(target, file, WeightFiles.Fit.PARTIAL);

            List<String> heads = target.state().keySet().stream()
                    .filter(SegmentationNetwork::dependsOnClasses)
                    .toList();
            assertThat(heads)
                    .contains(
                            "decoder.classifier.6.weight",
                            "decoder.classifier.6.bias",
                            "auxor.aux.3.weight",
                            "auxor.aux.3.bias");
            assertThat(report.otherClasses()).isEqualTo(heads);
            assertThat(report.loaded()).hasSize(target.state().size() - heads.size());
            assertThat(report.summary())
                    .contains("another number of classes and left at random: decoder.classifier.6.weight");
            assertThat(Networks.values(target.state().get("decoder.classifier.6.weight")))
                    .isEqualTo(before);
            assertThat(torch.equal(
                            source.state().get("encoder.bn1.weight"),
                            target.state().get("encoder.bn1.weight")))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.", "net.module.", "net.segmenter.", "encoder.encoder."})
    void aPrefixOfOtherFrameworksIsTakenOffAndTold(String prefix) {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus source = Networks.tiny(5, 1);
                DeepLabV3Plus target = Networks.tiny(5, 2)) {
            Map<String, Tensor> prefixed = new LinkedHashMap<>();
            source.state().forEach((key, tensor) -> prefixed.put(prefix + key, tensor));
            prefixed.put("loss.weight", random(ScalarType.Float, 5));
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(prefixed, file, Map.of());

            LoadReport report = WeightFiles.load(target, file, WeightFiles.Fit.COMPLETE);

            assertThat(report.prefix()).isEqualTo(prefix);
            assertThat(report.unexpected()).containsExactly("loss.weight");
            assertThat(report.loaded()).hasSize(source.state().size());
            assertThat(report.summary()).contains("the prefix " + prefix + " taken off");
            source.state().forEach((key, tensor) -> assertThat(
                            torch.equal(tensor, target.state().get(key)))
                    .as(key)
                    .isTrue());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.",
                "module.",
                "student.",
                "teacher.",
                "network.",
                "module.model.",
                "model.module.",
                "a.b.c.d."
            })
    void whateverPrefixIsTakenOffPthFilesToo(String prefix) throws IOException {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus source = Networks.tiny(5, 1);
                DeepLabV3Plus target = Networks.tiny(5, 2)) {
            Map<String, Tensor> prefixed = new LinkedHashMap<>();
            source.state().forEach((key, tensor) -> prefixed.put(prefix + key, tensor));
            Path file = Files.write(folder.resolve("a.pth"), WeightSamples.pth(prefixed, pickle -> pickle));
            LoadReport report = WeightFiles.load(target, file, WeightFiles.Fit.COMPLETE);
            assertThat(report.missing()).isEmpty();
            assertThat(report.unexpected()).isEmpty();
            source.parameters().forEach((key, tensor) -> assertThat(
                            torch.equal(tensor, target.state().get(key)))
                    .as(key)
                    .isTrue());
        }
    }

    @Test
    void manyPrefixesOfOneKeyEachAreTwoNetworksAtOnce() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus target = Networks.tiny(5, 2)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Tensor one = random(
                    ScalarType.Float, target.state().get("encoder.bn1.bias").shape());
            for (int i = 0; i < 20_000; i++) {
                tensors.put("p" + i + ".encoder.bn1.bias", one);
            }
            assertThatThrownBy(() -> KeyNames.of(
                            folder.resolve("a"),
                            tensors.keySet(),
                            target.state().keySet()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("holds more than one network: 1 keys each fit under 'p0.' and 'p1.'");
        }
    }

    @Test
    void anEncoderAloneKeepsItsNames() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus source = Networks.tiny(5, 1);
                DeepLabV3Plus target = Networks.tiny(5, 2)) {
            Map<String, Tensor> encoder = new LinkedHashMap<>();
            source.state().forEach((key, tensor) -> {
                if (key.startsWith(SegmentationNetwork.ENCODER_PREFIX)) {
                    encoder.put(key, tensor);
                }
            });
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(encoder, file, Map.of());
            LoadReport report = WeightFiles.load(target, file, WeightFiles.Fit.PARTIAL);
            assertThat(report.prefix()).isEmpty();
            assertThat(report.loaded()).hasSize(encoder.size());

            int missing = (int) source.state().keySet().stream()
                    .filter(key -> !encoder.containsKey(key) && !key.endsWith("num_batches_tracked"))
                    .count();
            assertThatThrownBy(() -> WeightFiles.load(target, file, WeightFiles.Fit.COMPLETE))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(missing + " tensors of the network are missing in " + file)
                    .hasMessageContaining("decoder.low_conv.0.weight")
                    .hasMessageContaining("random weights")
                    .hasMessageContaining("network.init_weights");
        }
    }

    @Test
    void twoNetworksInOneFileAreNotChosenBetween() {
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus source = Networks.tiny(5, 1)) {
            Map<String, Tensor> two = new LinkedHashMap<>();
            source.state().forEach((key, tensor) -> two.put("student." + key, tensor));
            source.state().forEach((key, tensor) -> two.put("teacher." + key, tensor));
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(two, file, Map.of());
            assertThatThrownBy(() -> WeightFiles.load(source, file, WeightFiles.Fit.PARTIAL))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("'student.' and 'teacher.'");
        }
    }

    /**
     * An independent reader: Python's standard library by the format's rules, and PyTorch or safetensors where they are
     * installed.
     */
    @Test
    void pythonReadsTheFile() throws IOException, InterruptedException {
        assumeTrue(python("pass") == 0, "no python3 on this machine: its reading of our files is not checked");
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network = Networks.tiny(5, 1)) {
            Path file = folder.resolve("a.safetensors");
            WeightFiles.save(network.state(), file, Map.of("format", "pt"));
            double value = Networks.values(network.state().get("decoder.low_conv.0.bias"))[7];
            String script = String.join(
                    "\n",
                    "import json, struct",
                    "raw = open('" + file + "', 'rb').read()",
                    "n = struct.unpack('<Q', raw[:8])[0]",
                    "header = json.loads(raw[8:8 + n])",
                    "texts = header.pop('__metadata__')",
                    "written = texts.pop('imas.crc32c')",
                    "assert texts == {'format': 'pt'}",
                    "table = []",
                    "for byte in range(256):",
                    "    for _ in range(8):",
                    "        byte = byte >> 1 ^ (0x82f63b78 if byte & 1 else 0)",
                    "    table.append(byte)",
                    "crc = 0xffffffff",
                    "for byte in raw[8:].replace(written.encode(), b'0' * 8, 1):",
                    "    crc = crc >> 8 ^ table[(crc ^ byte) & 255]",
                    "assert '%08x' % (crc ^ 0xffffffff) == written",
                    "assert len(header) == " + network.state().size(),
                    "at = 0",
                    "for entry in sorted(header.values(), key=lambda e: e['data_offsets']):",
                    "    assert entry['data_offsets'][0] == at",
                    "    at = entry['data_offsets'][1]",
                    "assert 8 + n + at == len(raw)",
                    "bias = header['decoder.low_conv.0.bias']",
                    "start = 8 + n + bias['data_offsets'][0]",
                    "assert struct.unpack('<f', raw[start + 28:start + 32])[0] == " + value,
                    "try:",
                    "    import torch",
                    "    assert torch.frombuffer(bytearray(raw), dtype=torch.float32, offset=start, "
                            + "count=8)[7].item() == "
                            + value,
                    "    from safetensors.torch import load_file",
                    "    assert load_file('" + file + "')['decoder.low_conv.0.bias'][7].item() == " + value,
                    "except ImportError:",
                    "    pass");
            assertThat(python(script)).isZero();
        }
    }

    private static int python(String script) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder("python3", "-c", script)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } catch (IOException e) {
            return -1; // no python3 at all
        }
    }

    private List<String> files() throws IOException {
        try (var stream = Files.list(folder)) {
            return stream.map(f -> f.getFileName().toString()).toList();
        }
    }

    private static Tensor random(ScalarType type, long... shape) {
        Tensor floats = torch.empty(shape, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
        float[] values =
                new Initializer.Uniform(100).draw((int) floats.numel(), floats.numel(), type + Arrays.toString(shape));
        if (values.length > 0) {
            floats.data_ptr_float().put(values);
        }
        return floats.to(type);
    }

    private static byte[] bytes(Tensor tensor) {
        Tensor plain = tensor.detach().contiguous();
        byte[] bytes = new byte[(int) plain.nbytes()];
        if (bytes.length > 0) {
            new BytePointer(plain.data_ptr()).get(bytes);
        }
        return bytes;
    }
}
