package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.cli.Shell.Result;
import dev.imas.common.Rng;
import dev.imas.config.Channels;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Window;
import dev.imas.image.ImageFiles;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.image.Samples;
import dev.imas.image.StoredMask;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What predict takes and leaves. */
class PredictCommandTest {
    @TempDir
    static Path shared;

    private static Path weights;
    private static Path others;

    @TempDir
    Path dir;

    private Path in;
    private Path out;

    @BeforeAll
    static void writeWeights() {
        weights = TinyWeights.write(shared.resolve("one.safetensors"), 3, "background", "cell", "wall");
        others = TinyWeights.write(shared.resolve("two.safetensors"), 4, "background", "cell", "wall");
    }

    @BeforeEach
    void writePictures() {
        in = dir.resolve("in");
        out = dir.resolve("out");
        picture("a.png", 33, 21, 1);
        picture("plate/b.png", 17, 40, 2);
        picture("plate/deep/a.png", 25, 25, 3);
    }

    private void picture(String name, int width, int height, int seed) {
        Rng random = Rng.of(seed, "picture");
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (random.integer(0, 120) + (i / 3 % width > width / 2 ? 120 : 0));
        }
        Pngs.write(in.resolve(name), new RgbImage(width, height, rgb));
    }

    private Result predict(Object... more) {
        return predict(List.of(weights), more);
    }

    private Result predict(List<Path> networks, Object... more) {
        List<String> line = new ArrayList<>(List.of("predict", "--device", "cpu", "--precision", "fp32", "--weights"));
        networks.forEach(network -> line.add(network.toString()));
        line.addAll(List.of("--out", out.toString()));
        Arrays.stream(more).map(Object::toString).forEach(line::add);
        return imas(line.toArray(String[]::new));
    }

    private List<String> written() throws IOException {
        if (!Files.exists(out)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(out)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> out.relativize(file).toString())
                    .filter(name -> !name.equals(".imas-predict"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void masksThatWereDrawnAreNotReplacedUnlessThatIsAskedFor() throws IOException {
        LabelMap drawn = new LabelMap(33, 21, new byte[33 * 21]);
        IndexPng.write(out.resolve("a.png"), drawn, List.of(0, 0xFF0000));
        byte[] before = Files.readAllBytes(out.resolve("a.png"));
        for (String option : List.of("--geojson", "--skip-existing")) {
            Result refused = predict("--input", in, option);
            assertThat(refused.status()).isEqualTo(Main.USER_ERROR);
            assertThat(refused.err())
                    .contains(out.resolve("a.png").toString(), "without the mark of imas predict", "--overwrite");
            assertThat(written()).containsExactly("a.png");
            assertThat(Files.readAllBytes(out.resolve("a.png"))).isEqualTo(before);
        }
        assertThat(predict("--input", in, "--geojson", "--overwrite").status()).isZero();
        assertThat(Files.readAllBytes(out.resolve("a.png"))).isNotEqualTo(before);
        assertThat(predict("--input", in, "--geojson").status())
                .as("its own results are replaced")
                .isZero();
        assertThat(predict("--input", in, "--tiff").status()).isZero();
        assertThat(predict("--input", in, "--tiff").status()).isZero();
        IndexPng.write(out.resolve("a.png"), drawn, List.of(0, 0xFF0000));
        assertThat(predict("--input", in, "--skip-existing").status())
                .as("a correction by hand counts as done")
                .isZero();
        assertThat(Files.readAllBytes(out.resolve("a.png"))).isEqualTo(before);
    }

    @Test
    void aFolderGivesTheSameTreeAndEveryFileThatIsAskedFor() throws IOException {
        Result result = predict("--input", in, "--recursive", "--probabilities", "--confidence", "--geojson");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("GeoJSON without \"background\"");
        assertThat(written())
                .hasSize(15)
                .contains("a.png", "a-overlay.png", "plate/b.png", "plate/deep/a-probabilities.ome.tif")
                .contains("plate/deep/a-confidence.tif", "plate/deep/a.geojson");
        StoredMask labels = ImageFiles.storedMask(out.resolve("plate/b.png"));
        Samples probabilities = ImageFiles.samples(out.resolve("plate/b-probabilities.ome.tif"));
        Samples confidence = ImageFiles.samples(out.resolve("plate/b-confidence.tif"));
        assertThat(probabilities.channelNames()).containsExactly("background", "cell", "wall");
        for (int i = 0; i < 17 * 40; i++) {
            float[] p = Arrays.copyOfRange(probabilities.values(), 3 * i, 3 * i + 3);
            assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-5f));
            assertThat(p[labels.values()[i]]).isCloseTo(confidence.values()[i], within(1e-5f));
            assertThat(confidence.values()[i]).isGreaterThanOrEqualTo(Math.max(p[0], Math.max(p[1], p[2])) - 1e-5f);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'*.png',            'a.png'",
        "'p*/*.png',         'plate/b.png'",
        "'**/*.png',         'a.png plate/b.png plate/deep/a.png'",
        "'plate/{deep,dee}', 'deep/a.png'",
        "'plate/[b-c].???',  'b.png'"
    })
    void patternsAreExpandedHere(String pattern, String expected) throws IOException {
        Result result = predict("--input", in + "/" + pattern, "--overlay", "none");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(String.join(" ", written())).isEqualTo(expected);
    }

    @Test
    void severalInputsAreTakenTogetherAndTheSamePictureOnce() throws IOException {
        Result result = predict("--input", in.resolve("a.png"), in, "--input", in.resolve("plate"), "--overlay", "0");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(written()).containsExactly("a-overlay.png", "a.png", "b-overlay.png", "b.png");
        assertThat(ImageFiles.picture(out.resolve("a-overlay.png")).rgb())
                .isEqualTo(ImageFiles.picture(in.resolve("a.png")).rgb());
    }

    @Test
    void whatWouldMixResultsAndPicturesIsRefusedBeforeWork() throws IOException {
        assertThat(predict("--input", in, in.resolve("plate/deep")).err())
                .contains("would both become " + out.resolve("a.png"));
        assertThat(predict("--input", dir.resolve("none"), in + "/*.tif", "--recursive")
                        .err())
                .contains("--input: nothing at " + dir.resolve("none"))
                .contains("--input: no picture matches " + in + "/*.tif");
        assertThat(written()).isEmpty();
        out = in.resolve("results");
        assertThat(predict("--input", in, "--recursive").err()).contains("lies in " + in + ", which is looked through");
        assertThat(out).doesNotExist();
        out = in;
        Files.move(in.resolve("a.png"), in.resolve("a.jpg"));
        assertThat(predict("--input", in).err()).contains("--out: " + in + " is the folder of the pictures");
        assertThat(predict("--input", in + "/*.jpg").err()).contains("is the folder of the pictures");
        assertThat(predict("--input", in.resolve("a.jpg")).err()).contains("is the folder of the pictures");
        Path links = Files.createDirectories(dir.resolve("links"));
        Files.createSymbolicLink(links.resolve("a.jpg"), in.resolve("a.jpg"));
        out = links;
        assertThat(predict("--input", links).err()).contains("is the folder of the pictures");
        assertThat(predict("--input", links.resolve("a.jpg")).err()).contains("is the folder of the pictures");
        assertThat(predict(
                                "--input",
                                Files.createDirectories(dir.resolve("empty/below"))
                                        .getParent())
                        .err())
                .contains("; --recursive looks into the folders in it");
    }

    @Test
    void allResultsThatHaveNoPlaceAreTold() throws IOException {
        for (String name : List.of("b", "c")) {
            picture(name + ".png", 8, 8, 4);
            Files.copy(in.resolve(name + ".png"), in.resolve(name + ".jpg"));
        }
        Files.createDirectories(out.resolve("a.png"));
        assertThat(predict("--input", in, "--overwrite").err())
                .contains("would both become " + out.resolve("b.png"), "would both become " + out.resolve("c.png"))
                .contains("there is a folder where the result " + out.resolve("a.png") + " belongs");
        assertThat(written()).isEmpty();
    }

    @Test
    void aTrainedNetworkStaysAsItIs() throws IOException {
        Result result = predict(
                "--input",
                in,
                "--set",
                "network.output_stride=8",
                "--set",
                "network.multi_grid=false",
                "--set",
                "network.init_weights=none");
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err())
                .contains("network.output_stride is 8, the network's is 16; network.multi_grid is false, the"
                        + " network's is true: a trained network stays as it is");
        assertThat(written()).isEmpty();
        Result preset = predict("--input", in, "--preset", "voc");
        assertThat(preset.status()).as(preset.err()).isZero();
        assertThat(preset.err()).contains("whose network.backbone", "not as the preset or configuration says");
    }

    @Test
    void settingsThatDoNothingOrAreWrongAreToldAtOnce() throws IOException {
        Result vain = predict("--input", in, "--set", "training.epochs=20", "--set", "unsupervised.threshold=0.5");
        assertThat(vain.status()).isEqualTo(Main.USER_ERROR);
        assertThat(vain.err())
                .contains("training.epochs, unsupervised.threshold do nothing to a network that is trained; leave them"
                        + " out");
        Result wrong = predict("--input", in, "--set", "foo.bar=1", "--set", "data.page=x");
        assertThat(wrong.status()).isEqualTo(Main.USER_ERROR);
        assertThat(wrong.err()).contains("foo").contains("data.page");
        assertThat(written()).isEmpty();
    }

    @Test
    void twoClassesOfOneNameAreRefused() {
        assertThat(predict("--input", in, "--set", "data.class_names=[a, b, b]").err())
                .contains("data.class_names is b twice; expected another name a class");
    }

    @Test
    void optionsThatMeanNothingAreRefused() {
        assertThat(predict("--input", in, "--simplify", "1").err()).contains("--simplify is about --geojson");
        assertThat(predict("--input", in, "--overlay", "2").err())
                .contains("--overlay is 2; expected a number from 0 to 1");
        assertThat(predict("--input", in, "--geojson", "cells").err()).contains("--geojson is cells; expected nothing");
        assertThat(predict("--input", in, "--geojson", "--leave-out", "sky").err())
                .contains("--leave-out is sky; expected none, or a class: background, cell, wall");
        assertThat(predict("--input", in, "--tta", "d8").err()).contains("--tta is d8; expected none, flip or d4");
    }

    @Test
    void goesOnAfterABadPictureAndWhereItStopped() throws IOException {
        Files.write(in.resolve("plate/bad.png"), Arrays.copyOf(Files.readAllBytes(in.resolve("a.png")), 200));
        Result result = predict("--input", in, "--recursive");
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err())
                .contains("1 of 4 pictures could not be predicted")
                .contains("bad.png");
        assertThat(written()).hasSize(6);

        FileTime before = Files.getLastModifiedTime(out.resolve("plate/b.png"));
        Files.delete(out.resolve("plate/deep/a-overlay.png"));
        Files.delete(in.resolve("plate/bad.png"));
        Result again = predict("--input", in, "--recursive", "--skip-existing");
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.out().lines())
                .containsExactly(out.resolve("plate/deep/a.png").toString());
        assertThat(again.err()).contains("2 of 3 pictures have their results and are left out");
        assertThat(written()).hasSize(6);
        assertThat(Files.getLastModifiedTime(out.resolve("plate/b.png"))).isEqualTo(before);
    }

    /** Both weight files are older than the results. */
    @Test
    void anotherNetworksResultsAreNotDone() {
        String done = "pictures have their results and are left out";
        assertThat(predict("--input", in, "--recursive").status()).isZero();
        assertThat(predict("--input", in, "--recursive", "--skip-existing").err())
                .contains("3 of 3 " + done);
        assertThat(predict("--input", in, "--recursive", "--skip-existing", "--tta", "flip")
                        .err())
                .doesNotContain(done);
        // The others begin, and are stopped after the first picture.
        assertThat(predict(List.of(others), "--input", in).status()).isZero();
        assertThat(predict(List.of(others), "--input", in, "--recursive", "--skip-existing")
                        .err())
                .contains("1 of 3 " + done);
        assertThat(predict("--input", in, "--recursive", "--skip-existing").err())
                .doesNotContain(done);
    }

    /** A part of the tree, which the others write with a command of its own. */
    @Test
    void anotherNetworksResultsInAFolderBelowAreNotDone() {
        String done = "pictures have their results and are left out";
        Path top = out;
        Path part = out.resolve("plate");
        Object[] whole = {"--input", in, "--recursive", "--skip-existing"};
        Object[] below = {"--input", in.resolve("plate"), "--recursive", "--skip-existing"};
        assertThat(predict(whole).status()).isZero();
        out = part;
        assertThat(predict(List.of(others), below).err())
                .as("the mark is in the folder above")
                .doesNotContain(done);
        assertThat(predict(List.of(others), below).err()).contains("2 of 2 " + done);
        out = top;
        assertThat(predict(whole).err()).contains("1 of 3 " + done);
        assertThat(predict(whole).err()).contains("3 of 3 " + done);
        out = part;
        assertThat(predict(List.of(others), below).err())
                .as("what the first made in place of the others' results")
                .doesNotContain(done);
    }

    @Test
    void aPatternThatWouldFindTheResultsIsRefused() {
        out = in.resolve("results");
        assertThat(predict("--input", in + "/**/*.png").err())
                .contains("the pattern " + in + "/**/*.png of --input would find the result " + out);
        assertThat(predict("--input", in + "/*", "--skip-existing").err()).contains("would find the result");
        assertThat(out).doesNotExist();
        assertThat(predict("--input", in + "/plate/*/*.png").status()).isZero();
    }

    @Test
    void aWrongWeightFileLeavesNoFolder() {
        assertThat(predict(List.of(dir.resolve("none.safetensors")), "--input", in)
                        .status())
                .isEqualTo(Main.USER_ERROR);
        assertThat(out).doesNotExist();
    }

    @Test
    void resultsThatAreOlderOrEmptyAreNotDone() throws IOException {
        assertThat(predict("--input", in, "--recursive").status()).isZero();
        FileTime later = FileTime.fromMillis(System.currentTimeMillis() + 60_000);
        Files.setLastModifiedTime(in.resolve("a.png"), later);
        Files.write(out.resolve("plate/b-overlay.png"), new byte[0]);
        Result again = predict("--input", in, "--recursive", "--skip-existing");
        assertThat(again.out().lines())
                .containsExactly(
                        out.resolve("a.png").toString(),
                        out.resolve("plate/b.png").toString());
        Path newer = Files.copy(weights, dir.resolve("newer.safetensors"));
        Files.setLastModifiedTime(newer, later);
        Result retrained = predict(List.of(newer), "--input", in, "--recursive", "--skip-existing");
        assertThat(retrained.out().lines()).hasSize(3);
    }

    @Test
    void aResultIsOlderThanThePictureWhereItIsOlderThanAnyOfItsFiles() throws IOException {
        PictureInput twoChannels = new PictureInput(
                Channels.of(2), PixelRange.of(List.of(new Window(0, 255))), null, List.of(0.5, 0.5), List.of(0.2, 0.2));
        Path network = TinyWeights.write(dir.resolve("two-channels.safetensors"), 5, twoChannels, "background", "cell");
        Path cells = Files.createDirectory(dir.resolve("cells"));
        for (String name : List.of("a_0000.png", "a_0001.png")) {
            BufferedImage grey = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
            ImageIO.write(grey, "png", cells.resolve(name).toFile());
        }
        Result first = predict(List.of(network), "--input", cells);
        assertThat(first.out().lines())
                .as(first.err())
                .containsExactly(out.resolve("a.png").toString());
        assertThat(predict(List.of(network), "--input", cells, "--skip-existing")
                        .out())
                .isEmpty();
        FileTime later = FileTime.fromMillis(System.currentTimeMillis() + 60_000);
        Files.setLastModifiedTime(cells.resolve("a_0001.png"), later);
        assertThat(predict(List.of(network), "--input", cells, "--skip-existing")
                        .out())
                .isEqualTo(first.out());
    }

    @Test
    void tilesGiveLabelsAloneAndSaySo() throws IOException {
        assertThat(predict("--input", in, "--tile", "64", "--geojson", "--overlay", "0.3")
                        .err())
                .contains("tiles give labels alone; leave --overlay, --geojson out");
        Result several = predict(List.of(weights, others), "--input", in, "--tile", "64", "--tta", "flip");
        assertThat(several.status()).as(several.err()).isZero();
        assertThat(several.err()).contains("seen in one tile");
        Object[] windows = {
            "--input", in, "--set", "evaluation.mode=sliding", "--set", "evaluation.window=16", "--tta", "flip"
        };
        Result inMemory = predict(List.of(weights, others), windows);
        assertThat(inMemory.status()).as(inMemory.err()).isZero();
        int[] expected = ImageFiles.storedMask(out.resolve("a.png")).values();
        Object[] asTiff = Stream.concat(Stream.of(windows), Stream.of("--tiff")).toArray();
        Result tiled = predict(List.of(weights, others), asTiff);
        assertThat(tiled.status()).as(tiled.err()).isZero();
        assertThat(tiled.out().strip()).isEqualTo(out.resolve("a.tif").toString());
        assertThat(ImageFiles.storedMask(out.resolve("a.tif")).values()).isEqualTo(expected);
    }

    private float[] probabilities(List<Path> networks, String... more) {
        Object[] line = Stream.concat(Stream.of("--input", in.resolve("a.png"), "--probabilities"), Stream.of(more))
                .toArray();
        Result result = predict(networks, line);
        assertThat(result.status()).as(result.err()).isZero();
        return ImageFiles.samples(out.resolve("a-probabilities.ome.tif")).values();
    }

    @Test
    void severalNetworksAnswerAsTheirMean() throws IOException {
        Path copy = Files.copy(weights, in.resolveSibling("copy.safetensors"));
        float[] one = probabilities(List.of(weights));
        float[] two = probabilities(List.of(others));
        float[] twice = probabilities(List.of(weights, copy));
        float[] both = probabilities(List.of(weights, others));
        assertThat(both).isEqualTo(probabilities(List.of(others, weights)));
        double change = 0;
        for (int i = 0; i < one.length; i++) {
            assertThat(twice[i]).isCloseTo(one[i], within(1e-5f));
            // Averaged before they are enlarged to the picture, so nearly, not exactly, the mean of the results.
            assertThat(both[i]).isCloseTo((one[i] + two[i]) / 2, within(0.002f));
            change = Math.max(change, Math.abs(one[i] - two[i]));
        }
        assertThat(change).isGreaterThan(0.1);
    }

    /** Whatever is seen in all positions is seen in the mirrored picture mirrored. */
    @ParameterizedTest
    @CsvSource({"none, false", "flip, true", "d4, true"})
    void inAllPositionsAMirroredPictureIsSeenMirrored(String kind, boolean equal) {
        float[] seen = probabilities(List.of(weights), "--tta", kind);
        RgbImage image = ImageFiles.picture(in.resolve("a.png"));
        byte[] mirrored = new byte[image.rgb().length];
        for (int i = 0; i < mirrored.length; i++) {
            mirrored[i] = image.rgb()[3 * mirror(i / 3) + i % 3];
        }
        Pngs.write(in.resolve("a.png"), new RgbImage(33, 21, mirrored));
        float[] other = probabilities(List.of(weights), "--tta", kind);
        double change = 0;
        for (int i = 0; i < seen.length; i++) {
            change = Math.max(change, Math.abs(seen[i] - other[3 * mirror(i / 3) + i % 3]));
        }
        if (equal) {
            assertThat(change).isLessThan(1e-4);
        } else {
            assertThat(change).isGreaterThan(1e-3);
        }
    }

    private static int mirror(int pixel) {
        return pixel / 33 * 33 + 32 - pixel % 33;
    }

    @Test
    void networksThatDifferAreRefusedWithAllDifferences() {
        Path other = TinyWeights.write(dir.resolve("other.safetensors"), 5, "background", "leaf");
        Result result = predict(List.of(weights, other), "--input", in);
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err())
                .contains("classes: 3 in " + weights + ", 2 in " + other)
                .contains("class names: [background, cell, wall] in " + weights + ", [background, leaf] in " + other);
    }
}
