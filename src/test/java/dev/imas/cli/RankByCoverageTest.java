package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import dev.imas.common.Rng;
import dev.imas.config.ConfigYaml;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.image.TestChannels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which pictures stand for others, of pictures of three kinds: nine dark, four bright, two grey ones. */
class RankByCoverageTest {
    private static final List<String> DARK = List.of("d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9");
    private static final List<String> BRIGHT = List.of("b1", "b2", "b3", "b4");
    private static final List<String> GREY = List.of("g1", "g2");

    @TempDir
    Path dir;

    private Path images;

    @BeforeEach
    void pictures() throws IOException {
        images = Files.createDirectories(dir.resolve("photos/images"));
        DARK.forEach(name -> picture(name, 20));
        BRIGHT.forEach(name -> picture(name, 220));
        GREY.forEach(name -> picture(name, 110));
    }

    private void picture(String name, int level) {
        Rng random = Rng.of(name.hashCode(), "picture");
        RgbImage image = RgbImage.black(40, 32);
        for (int i = 0; i < image.rgb().length; i++) {
            image.rgb()[i] = (byte) (level + random.integer(-12, 12));
        }
        Pngs.write(images.resolve(name + ".png"), image);
    }

    private void mask(String name) {
        byte[] labels = new byte[40 * 32];
        Arrays.fill(labels, 0, 300, (byte) 1);
        Path file = dir.resolve("photos/masks/" + name + ".png");
        IndexPng.write(file, new LabelMap(40, 32, labels), List.of(0, 0xFF0000));
    }

    private Path out() {
        return dir.resolve("out");
    }

    private Result rank(Object... more) {
        List<String> line = new ArrayList<>(List.of("rank", "--out", out().toString()));
        Arrays.stream(more).map(Object::toString).forEach(line::add);
        return imas(line.toArray(String[]::new));
    }

    private List<String> chosen() throws IOException {
        return Files.readAllLines(out().resolve("chosen.txt")).stream()
                .map(line -> Path.of(line).getFileName().toString().replace(".png", ""))
                .toList();
    }

    @Test
    void withoutANetworkOneOfEachKindComesFirst() throws IOException {
        Result result = rank("--input", images, "--count", 3, "--copy");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("by coverage of 0 annotated and 15 other pictures");
        assertThat(chosen())
                .satisfiesExactly(
                        name -> assertThat(DARK).contains(name),
                        name -> assertThat(BRIGHT).contains(name),
                        name -> assertThat(GREY).contains(name));
        List<String> rows = Files.readAllLines(out().resolve("ranking.csv"));
        assertThat(rows).hasSize(1 + 15);
        assertThat(rows.get(0)).isEqualTo("rank,picture,file,chosen,score,distance,represented_by,stands_for");
        assertThat(rows.get(1)).contains(",1,1.00000,0.00000,1,9");
        assertThat(rows.get(2)).endsWith(",0.00000,2,4");
        assertThat(rows.get(3)).endsWith(",0.00000,3,2");
        assertThat(rows.subList(4, 16)).allSatisfy(row -> assertThat(row).matches(".*,,0\\.0.*,0\\.0.*,[123],0"));
        assertThat(out().resolve("pictures")).isDirectoryContaining("glob:**" + chosen().get(2) + ".png");
        assertThat(Files.readString(out().resolve("rank.html")))
                .contains("pictures that it stands for", "the least like it")
                .doesNotContain("<script", "http");
    }

    @Test
    void ofAFolderThoseWithMasksCountAsChosen() throws IOException {
        for (String name : List.of("d1", "d2", "g1", "g2")) {
            mask(name);
        }
        Result result = rank("--data", dir.resolve("photos"), "--count", 1);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("pictures in images/, masks in masks/ (4 of 15 labelled)");
        assertThat(BRIGHT).contains(chosen().get(0));
        String row = Files.readAllLines(out().resolve("ranking.csv")).get(1);
        assertThat(row).as("written as lists name it").contains(",images/b").endsWith(",4");
    }

    @Test
    void aRunWithoutWeightsIsEnough() throws IOException {
        for (String name : List.of("d1", "d2", "b1", "b2")) {
            mask(name);
        }
        Path photos = dir.resolve("photos");
        Path run = Files.createDirectories(dir.resolve("run"));
        Map<String, Object> layers = ConfigYaml.preset("own");
        ConfigYaml.set(layers, "data.root", photos.toString());
        String config = ConfigYaml.dump(ConfigYaml.resolve(layers));
        // As of a version that had no such setting.
        Files.writeString(run.resolve("config.yaml"), config.replaceFirst("(?m)^convolutions:.*\n", ""));
        Result result = rank("--run", run, "--criterion", "coverage", "--count", 1);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(GREY).contains(chosen().get(0));
    }

    @Test
    void depthIsSettledOverAllPicturesAndBrokenOnesAreNamedAtTheEnd() throws IOException {
        Path deep = Files.createDirectories(dir.resolve("deep"));
        for (int i = 0; i < 8; i++) { // 16 bits, of which few are used: in the range of their files all would be black
            int level = i < 6 ? 150 + i : 900 + i;
            TestChannels.grey16(deep.resolve(i + ".png"), 2, 2, level, level + 10, level + 20, level + 40);
        }
        Result result = rank("--input", deep, "--count", 2);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("data.range: auto took percentile over 8 pictures");
        assertThat(chosen()).satisfiesExactly(name -> assertThat(name).matches("[0-5]"), name -> assertThat(name)
                .matches("[67]"));
    }

    @Test
    void aBrokenPictureIsNamedAtTheEnd() throws IOException {
        byte[] whole = Files.readAllBytes(images.resolve("d1.png"));
        Files.write(images.resolve("d1.png"), Arrays.copyOf(whole, whole.length / 2));
        Result result = rank("--input", images, "--count", 2);
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err())
                .contains("1 picture could not be ranked:\nimas: ")
                .contains("d1.png");
        assertThat(chosen()).hasSize(2);
        assertThat(Files.readAllLines(out().resolve("ranking.csv"))).hasSize(1 + 14);
    }

    @Test
    void masksBesideThePicturesAreNotTakenForPictures() throws IOException {
        mask("d1");
        Path photos = dir.resolve("photos");
        refused("1 of 16 files lie in folders that are called as those of masks are", "--input", photos, "--recursive");
        Files.delete(photos.resolve("masks/d1.png"));
        assertThat(rank("--input", photos, "--recursive", "--count", 1).status())
                .isZero();
        assertThat(Files.readAllLines(out().resolve("ranking.csv")).get(1)).endsWith(",1.00000,0.00000,1,15");
    }

    @Test
    void picturesThatLookTheSameStandForThemselves() throws IOException {
        Path same = Files.createDirectories(dir.resolve("same"));
        for (String name : List.of("a", "b", "c")) {
            Files.copy(images.resolve("d1.png"), same.resolve(name + ".png"));
        }
        assertThat(rank("--input", same, "--count", 2).status()).isZero();
        List<String> rows = Files.readAllLines(out().resolve("ranking.csv"));
        assertThat(rows.get(1)).endsWith(",1,2");
        assertThat(rows.get(2)).endsWith(",2,1");
    }

    @Test
    void whatIsNotMeantIsToldInALineAndLeavesNothing() {
        refused(
                "goes by the pictures' looks alone, whatever a network sees",
                "--input",
                images,
                "--criterion",
                "coverage",
                "--tta",
                "d4");
        refused("leave out --diverse", "--input", images, "--diverse");
        refused("needs pictures: --input names them", "--criterion", "coverage");
        refused("--data and --input both name pictures", "--input", images, "--data", dir.resolve("photos"));
        refused("which pictures to draw the first masks of: imas rank with --input", "--data", dir.resolve("photos"));
        for (String name : DARK) {
            mask(name);
        }
        BRIGHT.forEach(this::delete);
        GREY.forEach(this::delete);
        refused("there is no picture without a mask to choose", "--data", dir.resolve("photos"));
    }

    private void delete(String name) {
        assertThat(images.resolve(name + ".png").toFile().delete()).isTrue();
    }

    private void refused(String message, Object... arguments) {
        Result result = rank(arguments);
        assertThat(result.status()).as(result.err()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).contains(message);
        assertThat(out()).doesNotExist();
    }
}
