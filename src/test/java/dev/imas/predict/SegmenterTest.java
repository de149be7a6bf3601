package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.ChildJvm;
import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.EmbeddedScenes;
import dev.imas.data.ImageSource;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.image.LabelMap;
import dev.imas.image.Palette;
import dev.imas.image.RgbImage;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.predict.Segmenter.Options;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of a program that uses a network: open, segment, read the result. */
class SegmenterTest {
    private static final int WIDTH = 50;
    private static final int HEIGHT = 33;
    private static final Options CPU = Options.defaults().device("cpu").precision(ImasConfig.Precision.FP32);
    private static final RgbImage PICTURE = noise(WIDTH, HEIGHT);

    @TempDir
    static Path folder;

    private static ImasConfig config;
    private static Path own;
    private static Path foreign;

    @BeforeAll
    static void writeWeights() {
        Torch.load();
        config = ConfigYaml.resolve(ConfigYaml.preset("embedded"));
        own = folder.resolve("own.safetensors");
        foreign = folder.resolve("foreign.safetensors");
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = SegmentationNetwork.create(config.network(), 7, 5)) {
            balance(network);
            WeightFiles.save(network.state(), own, spec().metadata());
            WeightFiles.save(network.state(), foreign, Map.of());
        }
    }

    /** An untrained network sees one class everywhere: shifts its logits so that the picture has pixels of several. */
    private static void balance(SegmentationNetwork network) {
        Compute compute =
                Compute.of("cpu", ImasConfig.Precision.FP32, config.network().backbone());
        float[] p;
        try (Segmenter segmenter = Segmenter.of(network, spec(), config, compute)) {
            p = segmenter.segmentWithProbabilities(PICTURE).probabilities();
        }
        int pixels = WIDTH * HEIGHT;
        FloatPointer bias = network.state().get("decoder.classifier.6.bias").data_ptr_float();
        for (int i = 0; i < p.length; i++) {
            bias.put(i / pixels, (float) (bias.get(i / pixels) - Math.log(p[i]) / pixels));
        }
    }

    private static NetworkSpec spec() {
        return new NetworkSpec(config.network(), 7, EmbeddedScenes.CLASS_NAMES, EmbeddedScenes.PALETTE);
    }

    private static RgbImage noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Rng rng = Rng.of(1, "segmenter");
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) rng.integer(0, 256);
        }
        return new RgbImage(width, height, rgb);
    }

    /** An opened file's norms are folded into its convolutions; those of a network that may yet learn are not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOpenedNetworkSeesWhatItSawWhileItLearned(boolean inTiles) {
        RgbImage picture = noise(inTiles ? 300 : 90, 70);
        Tiles tiles = new Tiles(OptionalInt.of(inTiles ? 128 : 512), OptionalDouble.empty());
        Compute compute =
                Compute.of("cpu", ImasConfig.Precision.FP32, config.network().backbone());
        try (SegmentationNetwork network = spec().filled(own).placed(compute);
                Segmenter learning = Segmenter.of(network, spec(), config, compute);
                Segmenter opened = Segmenter.open(own, CPU)) {
            for (int again = 0; again < 3; again++) {
                Segmentation expected = learning.segment(picture, tiles, Progress.NONE);
                Segmentation found = opened.segment(picture, tiles, Progress.NONE);
                byte[] labels = expected.labels().labels();
                int differing = 0;
                for (int i = 0; i < labels.length; i++) {
                    differing += found.labels().labels()[i] == labels[i] ? 0 : 1;
                    assertThat(found.confidence()[i]).isCloseTo(expected.confidence()[i], within(1e-5f));
                }
                assertThat(differing).isLessThan(labels.length / 1000);
            }
        }
    }

    /** Weights in a folder of their own, of a network that sees pictures at half their size. */
    private static Path atHalfScale(String name) throws IOException {
        Path file = Files.createDirectories(folder.resolve(name)).resolve("teacher.safetensors");
        ImasConfig half = config.withEvaluation(config.evaluation().withScale(0.5));
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = SegmentationNetwork.create(config.network(), 7, 5)) {
            WeightFiles.save(network.state(), file, NetworkSpec.of(half).metadata());
        }
        return file;
    }

    @Test
    void aFileAwayFromItsRunKnowsItsScale() throws IOException {
        Path lone = atHalfScale("lone");
        List<String> notes = new ArrayList<>();
        try (Segmenter segmenter = Segmenter.open(lone, CPU.notes(notes::add))) {
            assertThat(segmenter.settings().evaluation().scale()).isEqualTo(0.5);
        }
        try (Segmenter segmenter = Segmenter.open(lone, CPU.scale(0.75))) {
            assertThat(segmenter.settings().evaluation().scale()).isEqualTo(0.75);
        }
        assertThat(notes).isEmpty();
        try (Segmenter segmenter = Segmenter.open(own, Options.defaults().notes(notes::add))) {
            assertThat(segmenter.settings().evaluation().scale()).isEqualTo(1);
        }
        assertThat(notes).anyMatch(note -> note.startsWith(own + " does not say at which scale"));
    }

    @Test
    void aFileAwayFromItsRunKnowsItsWindows() throws IOException {
        Path lone = Files.createDirectories(folder.resolve("windows")).resolve("teacher.safetensors");
        ImasConfig sliding = config.withEvaluation(
                config.evaluation().withMode(ImasConfig.EvaluationMode.SLIDING).withWindow(24));
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = SegmentationNetwork.create(config.network(), 7, 5)) {
            WeightFiles.save(network.state(), lone, NetworkSpec.of(sliding).metadata());
        }
        try (Segmenter segmenter = Segmenter.open(lone, CPU)) {
            assertThat(segmenter.settings().evaluation().mode()).isEqualTo(ImasConfig.EvaluationMode.SLIDING);
            assertThat(segmenter.settings().evaluation().window()).isEqualTo(24);
            assertThat(segmenter.spec().sight().tile()).hasValue(64);
        }
        try (Segmenter segmenter = Segmenter.open(lone, CPU.whole())) {
            assertThat(segmenter.settings().evaluation().mode()).isEqualTo(ImasConfig.EvaluationMode.WHOLE);
        }
    }

    @Test
    void aListenerIsToldOfEveryWindowAndMayEndTheCall() {
        try (Segmenter segmenter = Segmenter.open(own, CPU.sliding(24))) {
            List<String> told = new ArrayList<>();
            Segmentation found = segmenter.segment(PICTURE, (done, all) -> told.add(done + "/" + all));
            assertThat(told)
                    .containsExactly(
                            "0/12", "1/12", "2/12", "3/12", "4/12", "5/12", "6/12", "7/12", "8/12", "9/12", "10/12",
                            "11/12", "12/12");
            assertThatThrownBy(() -> segmenter.segment(PICTURE, (done, all) -> done < 2))
                    .isInstanceOf(Progress.Cancelled.class)
                    .hasMessage("cancelled after 2 of 12 pieces");
            assertThat(segmenter.segment(PICTURE.rgb(), WIDTH, HEIGHT).labels().labels())
                    .as("usable afterwards")
                    .isEqualTo(found.labels().labels());
        }
    }

    @Test
    void passesAreAveragedAsProbabilities() {
        try (PointerScope scope = new PointerScope()) {
            Tensor images = tensor(0, 0).view(1, 2, 1, 1);
            Tensor mean = torch.softmax(
                    AveragedPasses.of(List.of(x -> x.add(tensor(0, 50).view(1, 2, 1, 1)), x -> x.add(x)))
                            .apply(images),
                    1);
            assertThat(mean.data_ptr_float().get(0)).isCloseTo(0.25f, within(1e-6f));
            assertThat(mean.data_ptr_float().get(1)).isCloseTo(0.75f, within(1e-6f));
        }
    }

    private static Tensor tensor(float... values) {
        Tensor tensor = torch.zeros(values.length);
        tensor.data_ptr_float().put(values);
        return tensor;
    }

    @Test
    void labelsAndProbabilitiesTellTheSame() {
        for (Options options :
                List.of(CPU, CPU.sliding(24), CPU.scale(0.5), CPU.sliding(24).scale(0.5))) {
            try (Segmenter segmenter = Segmenter.open(own, options)) {
                Segmentation found = segmenter.segmentWithProbabilities(PICTURE);
                Segmentation plain = segmenter.segment(PICTURE);
                assertThat(found.labels().labels())
                        .isEqualTo(plain.labels().labels())
                        .hasSize(WIDTH * HEIGHT);
                assertThat(found.confidence()).isEqualTo(plain.confidence()).hasSize(WIDTH * HEIGHT);
                assertThat(found.labels().width()).isEqualTo(WIDTH);
                float[] p = found.probabilities();
                assertThat(p).hasSize(7 * WIDTH * HEIGHT);
                Set<Integer> seen = new TreeSet<>();
                for (int i = 0; i < WIDTH * HEIGHT; i++) {
                    int label = found.labels().labels()[i];
                    float sum = 0;
                    float most = 0;
                    for (int c = 0; c < 7; c++) {
                        sum += p[c * WIDTH * HEIGHT + i];
                        most = Math.max(most, p[c * WIDTH * HEIGHT + i]);
                    }
                    assertThat(sum).isCloseTo(1, within(1e-5f));
                    assertThat(p[label * WIDTH * HEIGHT + i]).isCloseTo(most, within(1e-5f));
                    assertThat(found.confidence()[i]).isCloseTo(most, within(1e-5f));
                    seen.add(label);
                }
                assertThat(seen).as("a picture of one class would show nothing").hasSizeGreaterThan(1);
            }
        }
    }

    @Test
    void aBufferedImageIsTheSamePicture() {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            byte[] rgb = PICTURE.rgb();
            image.setRGB(
                    i % WIDTH,
                    i / WIDTH,
                    0xFF000000 | (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255);
        }
        try (Segmenter segmenter = Segmenter.open(own, CPU)) {
            assertThat(segmenter.segment(image).labels().labels())
                    .isEqualTo(segmenter.segment(PICTURE).labels().labels());
        }
    }

    /** And in the network's range, be it a file or in memory. */
    @Test
    void aPictureInMemoryIsSeenAsItsFileIs() throws IOException {
        Path file = own.resolveSibling("picture.png");
        ImageIO.write(PICTURE.toBufferedImage(), "png", file.toFile());
        try (Segmenter segmenter = Segmenter.open(own, CPU.set("data.range", List.of(20, 180)))) {
            byte[] expected = segmenter.segment(file).labels().labels();
            assertThat(segmenter.segment(PICTURE).labels().labels()).isEqualTo(expected);
            assertThat(segmenter.segment(PICTURE.toBufferedImage()).labels().labels())
                    .isEqualTo(expected);
            assertThat(segmenter.segmentWithProbabilities(PICTURE).labels().labels())
                    .isEqualTo(expected);
            assertThat(segmenter.segment(segmenter.read(file)).labels().labels())
                    .as("what was read is in the range already")
                    .isEqualTo(expected);
        }
    }

    @Test
    void aNetworkInMemoryGivesTheSameAndStaysOpen() {
        Compute compute =
                Compute.of("cpu", ImasConfig.Precision.FP32, config.network().backbone());
        try (SegmentationNetwork network = NetworkSpec.open(own);
                Segmenter file = Segmenter.open(own, CPU)) {
            network.channelsLast();
            byte[] first;
            try (Segmenter memory = Segmenter.of(network, spec(), config, compute)) {
                first = memory.segment(PICTURE).labels().labels();
            }
            try (Segmenter memory = Segmenter.of(network, spec(), config, compute)) {
                assertThat(memory.segment(PICTURE).labels().labels()).isEqualTo(first);
            }
            assertThat(file.segment(PICTURE).labels().labels()).isEqualTo(first);
        }
    }

    @Test
    void theFileTellsClassesNamesAndColours() {
        try (Segmenter segmenter = Segmenter.open(own, CPU)) {
            assertThat(segmenter.classes()).isEqualTo(7);
            assertThat(segmenter.classNames()).isEqualTo(EmbeddedScenes.CLASS_NAMES);
            assertThat(segmenter.palette()).isEqualTo(EmbeddedScenes.PALETTE);
        }
    }

    @Test
    void namesAndColoursMayBeOthersButNotTheNumberOfClasses() {
        List<String> names = List.of("a", "b", "c", "d", "e", "f", "g");
        List<Integer> colours = List.of(1, 2, 3, 4, 5, 6, 7);
        try (Segmenter segmenter =
                Segmenter.open(own, CPU.set("data.class_names", names).set("data.palette", colours))) {
            assertThat(segmenter.classNames()).isEqualTo(names);
            assertThat(segmenter.palette()).isEqualTo(colours);
        }
        Options more = CPU.set("data.layout", "list")
                .set("data.classes", 9)
                .set("data.class_names", List.of())
                .set("data.palette", List.of());
        assertThatThrownBy(() -> Segmenter.open(own, more))
                .isInstanceOf(UserException.class)
                .hasMessage("data.classes is 9; expected 7, the classes of the network in " + own);
    }

    @Test
    void aFileOfAnotherProgramNeedsAConfiguration() throws IOException {
        assertThatThrownBy(() -> Segmenter.open(foreign, CPU))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("does not say which network");
        List<String> notes = new ArrayList<>();
        Path yaml = Files.writeString(
                folder.resolve("other.yaml"),
                """
                extends: embedded
                data: {class_names: [], palette: []}
                """);
        for (Options options :
                List.of(CPU.preset("embedded"), CPU.configuration(yaml).notes(notes::add))) {
            try (Segmenter segmenter = Segmenter.open(foreign, options);
                    Segmenter told = Segmenter.open(own, CPU)) {
                assertThat(segmenter.segment(PICTURE).labels().labels())
                        .isEqualTo(told.segment(PICTURE).labels().labels());
            }
        }
        assertThat(notes).singleElement().asString().contains("foreign.safetensors");
        try (Segmenter segmenter = Segmenter.open(foreign, CPU.configuration(yaml))) {
            assertThat(segmenter.classNames()).startsWith("class 0").hasSize(7);
            assertThat(segmenter.palette()).isEqualTo(Palette.voc(7));
        }
    }

    @Test
    void aFileInARunIsUsedAsTheRunEvaluates() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run"));
        Path weights = Files.copy(own, run.resolve("teacher.safetensors"));
        var layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "evaluation.scale", 0.5);
        Files.writeString(run.resolve("config.yaml"), ConfigYaml.dump(ConfigYaml.resolve(layers)));
        try (Segmenter inRun = Segmenter.open(weights, CPU);
                Segmenter alone = Segmenter.open(own, CPU.scale(0.5))) {
            assertThat(inRun.settings().evaluation().scale()).isEqualTo(0.5);
            assertThat(inRun.segment(PICTURE).labels().labels())
                    .isEqualTo(alone.segment(PICTURE).labels().labels());
        }
    }

    /** A file that says where pictures are says nothing of how the network sees them. */
    @Test
    void besideAConfigurationTheNetworkSeesPicturesAsItDid() throws IOException {
        Path lone = atHalfScale("seen");
        Path data = Files.writeString(folder.resolve("data.yaml"), "data: {layout: list, root: ., classes: 7}\n");
        Path full = Files.writeString(
                folder.resolve("full.yaml"), "data: {layout: list, root: ., classes: 7}\nevaluation: {scale: 1}\n");
        List<String> notes = new ArrayList<>();
        try (Segmenter segmenter = Segmenter.open(lone, CPU.configuration(data).notes(notes::add))) {
            assertThat(segmenter.settings().evaluation().scale()).isEqualTo(0.5);
        }
        assertThat(notes).noneMatch(note -> note.contains("evaluation.scale"));
        try (Segmenter segmenter = Segmenter.open(lone, CPU.configuration(full).notes(notes::add))) {
            assertThat(segmenter.settings().evaluation().scale()).isEqualTo(1);
        }
        assertThat(notes).contains(full + " says evaluation.scale: 1.0, and " + lone + " says 0.5: the former counts");
    }

    @Test
    void measuresItselfOnPicturesWithMasks() {
        EmbeddedScenes scenes = new EmbeddedScenes(1, "validation", 2, 48);
        try (Segmenter segmenter = Segmenter.open(own, CPU)) {
            ConfusionMatrix counts = measured(segmenter, scenes).measurement().matrix();
            long right = 0;
            for (int i = 0; i < 2; i++) {
                LabelMap found = segmenter.segment(scenes.image(i)).labels();
                for (int k = 0; k < 48 * 48; k++) {
                    right += found.labels()[k] == scenes.mask(i).labels()[k] ? 1 : 0;
                }
            }
            assertThat(IntStream.range(0, counts.classes())
                            .mapToLong(c -> counts.count(c, c))
                            .sum())
                    .isEqualTo(right)
                    .isPositive();
        }
    }

    private static Measurer.Measured measured(Segmenter segmenter, ImageSource pictures) {
        return Measurer.measure(segmenter, pictures, 2, (score, picture, truth, prediction, done) -> {});
    }

    /** A network that needs more memory than there is for so many pixels. */
    private static SegmentationNetwork hungry(SegmentationNetwork network, long pixels) {
        return (SegmentationNetwork) Proxy.newProxyInstance(
                SegmentationNetwork.class.getClassLoader(),
                new Class<?>[] {SegmentationNetwork.class},
                (proxy, method, arguments) -> {
                    if (List.of("forward", "part").contains(method.getName())) {
                        Tensor images = (Tensor) arguments[0];
                        if (images.size(2) * images.size(3) >= pixels) {
                            throw new RuntimeException("DefaultCPUAllocator: can't allocate memory");
                        }
                    }
                    return method.invoke(network, arguments);
                });
    }

    /** A picture that is wider than a tile. */
    private static final ImageSource WIDE = new ImageSource() {
        private final RgbImage image = noise(1056, 48);

        @Override
        public int size() {
            return 1;
        }

        @Override
        public String id(int i) {
            return "wide";
        }

        @Override
        public RgbImage image(int i) {
            return image;
        }

        @Override
        public LabelMap mask(int i) {
            return new LabelMap(1056, 48, new byte[1056 * 48]);
        }
    };

    @Test
    void whereMemoryRunsOutInAnEvaluationItIsDoneInTiles() {
        Compute compute =
                Compute.of("cpu", ImasConfig.Precision.FP32, config.network().backbone());
        ImasConfig whole = config.withEvaluation(config.evaluation().withMode(ImasConfig.EvaluationMode.WHOLE));
        DeviceMemory memory = new DeviceMemory(false, 1L << 29); // tiles of 1024
        try (SegmentationNetwork network = NetworkSpec.open(own);
                Segmenter fallingBack = Segmenter.of(hungry(network, 1056 * 48), spec(), whole, compute, memory);
                Segmenter plentiful = Segmenter.of(network, spec(), whole, compute, memory)) {
            Measurer.Measured found = measured(fallingBack, WIDE);
            assertThat(found.inTiles()).isEqualTo(1);
            assertThat(measured(plentiful, WIDE).inTiles()).isZero();
            byte[] expected = plentiful
                    .segment(WIDE.image(0), Tiles.AUTO, Progress.NONE)
                    .labels()
                    .labels();
            ConfusionMatrix matrix = found.measurement().matrix();
            for (int c = 0; c < matrix.classes(); c++) {
                int label = c;
                assertThat(matrix.count(0, c))
                        .isEqualTo(IntStream.range(0, expected.length)
                                .filter(i -> expected[i] == label)
                                .count());
            }
        }
    }

    @Test
    void whereEvenTilesAreTooLargeTheAdviceIsAboutPictures() {
        EmbeddedScenes scenes = new EmbeddedScenes(3, "hungry", 1, 48);
        Compute compute =
                Compute.of("cpu", ImasConfig.Precision.FP32, config.network().backbone());
        try (SegmentationNetwork network = NetworkSpec.open(own);
                Segmenter segmenter = Segmenter.of(hungry(network, 1), spec(), config, compute)) {
            assertThatThrownBy(() -> measured(segmenter, scenes))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("evaluation.window")
                    .hasMessageContaining("evaluation.scale")
                    .hasMessageNotContaining("batch");
        }
    }

    @Test
    void callsFromSeveralThreadsGetTheirOwnAnswers() {
        RgbImage other = noise(31, 47);
        try (Segmenter segmenter = Segmenter.open(own, CPU)) {
            byte[] first = segmenter.segment(PICTURE).labels().labels();
            byte[] second = segmenter.segment(other).labels().labels();
            List<CompletableFuture<Segmentation>> calls = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> segmenter.segment(i % 2 == 0 ? PICTURE : other)))
                    .toList();
            for (int i = 0; i < 8; i++) {
                assertThat(calls.get(i).join().labels().labels()).isEqualTo(i % 2 == 0 ? first : second);
            }
        }
    }

    @Test
    void misuseIsToldInWords() {
        Segmenter segmenter = Segmenter.open(own, CPU);
        Segmentation found = segmenter.segment(PICTURE);
        segmenter.close();
        segmenter.close();
        assertThatThrownBy(() -> segmenter.segment(PICTURE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(found::probabilities)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("segmentWithProbabilities");
        assertThatThrownBy(() -> Segmenter.open(folder.resolve("none.safetensors"), CPU))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none.safetensors");
        assertThatThrownBy(() -> Segmenter.open(own, CPU.set("evaluation.scale", -1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("evaluation.scale");
    }

    /** A heap that is there from the start and no optimising compiler, whose memory would grow, too. */
    private static final String STEADY = "-XX:+UseSerialGC -Xms512m -Xmx2g -XX:+AlwaysPreTouch -XX:TieredStopAtLevel=1"
            + " -Dorg.bytedeco.javacpp.nopointergc=";

    /**
     * As in a program that knows nothing of PointerScope, with JavaCPP's garbage collection on (its default) and off.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProgramWithoutScopesLeaksNothing(boolean nopointergc) throws IOException, InterruptedException {
        ChildJvm.Result result = ChildJvm.run(
                ChildJvm.classPath(),
                Map.of("_JAVA_OPTIONS", STEADY + nopointergc, "OMP_NUM_THREADS", "1"),
                ManyPictures.class,
                own.toString());
        assertThat(result.output()).contains("nopointergc " + nopointergc);
        assertThat(result.status()).as(result.output()).isZero();
        String grown = result.output()
                .lines()
                .filter(line -> line.startsWith("grown "))
                .findFirst()
                .orElseThrow();
        // One forgotten input tensor a picture would be 60 MB.
        assertThat(Long.parseLong(grown.substring("grown ".length()))).isLessThan(20L << 20);
    }

    /** Segments 450 pictures and tells by how many bytes the process grew after the 300th, when malloc has settled. */
    static final class ManyPictures {
        private ManyPictures() {}

        public static void main(String[] arguments) {
            System.out.println("nopointergc " + System.getProperty("org.bytedeco.javacpp.nopointergc"));
            RgbImage picture = noise(192, 192);
            long settled = 0;
            try (Segmenter segmenter = Segmenter.open(Path.of(arguments[0]), CPU)) {
                for (int i = 0; i < 450; i++) {
                    segmenter.segment(picture);
                    if (i == 300) {
                        settled = Pointer.physicalBytes();
                    }
                }
            }
            System.out.println("grown " + (Pointer.physicalBytes() - settled));
        }
    }
}
