package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.cli.Shell.Result;
import dev.imas.common.Rng;
import dev.imas.config.ConfigYaml;
import dev.imas.image.ImageFiles;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.predict.Segmenter;
import dev.imas.run.Hardness;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rank chooses and leaves, of a run whose networks and hardness are made by hand. */
class RankCommandTest {
    private static final String[] CLASSES = {"background", "cell", "wall"};
    private static final List<String> UNLABELED = List.of("u1", "u2", "u3", "u4", "u5", "u6");

    @TempDir
    static Path shared;

    private static Path data;
    private static RunDirectory run;

    @TempDir
    Path dir;

    /** Lists, pictures, a teacher, a student, and each unlabelled picture's hardness; the fourth is the hardest. */
    @BeforeAll
    static void makeRun() throws IOException {
        data = shared.resolve("data");
        Files.createDirectories(data);
        List.of("l1", "l2", "v1").forEach(RankCommandTest::picture);
        UNLABELED.forEach(RankCommandTest::picture);
        Files.writeString(data.resolve("labeled.txt"), "l1.png l1.png\nl2.png l2.png\n");
        Files.writeString(data.resolve("val.txt"), "v1.png v1.png\n");
        // A labelled picture among the unlabelled ones is not proposed.
        Files.writeString(data.resolve("unlabeled.txt"), String.join(".png\n", UNLABELED) + ".png\nl2.png\n");
        run = new RunDirectory(shared.resolve("run"));
        Files.createDirectories(run.root());
        Files.writeString(run.config(), config("imas"));
        TinyWeights.write(run.teacher(), 3, CLASSES);
        TinyWeights.write(run.student(), 4, CLASSES);
        try (Hardness.Log log = new Hardness.Log(run.hardness(), 0)) {
            float[] hardness = {0.3f, 0.5f, 0.1f, 0.9f, 0.7f, 0.2f};
            for (int epoch = 1; epoch <= 6; epoch++) {
                for (int i = 0; i < hardness.length; i++) {
                    log.row(epoch, UNLABELED.get(i), 1 - hardness[i]);
                }
            }
            log.sync();
        }
    }

    private static String config(String method) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("method", method);
        settings.put("data.layout", "list");
        settings.put("data.classes", CLASSES.length);
        settings.put("data.class_names", List.of(CLASSES));
        settings.put("data.palette", List.of());
        settings.put("data.root", data.toString());
        settings.put("data.labeled", "labeled.txt");
        settings.put("data.unlabeled", "unlabeled.txt");
        settings.put("data.validation", "val.txt");
        settings.put("unsupervised.ignore_background", false);
        settings.forEach((key, value) -> ConfigYaml.set(layers, key, value));
        return ConfigYaml.dump(ConfigYaml.resolve(layers));
    }

    private static void picture(String name) {
        Rng random = Rng.of(name.hashCode(), "picture");
        byte[] rgb = new byte[3 * 40 * 32];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (random.integer(0, 120) + (i / 3 % 40 > name.hashCode() % 30 ? 120 : 0));
        }
        Pngs.write(data.resolve(name + ".png"), new RgbImage(40, 32, rgb));
    }

    private Path out() {
        return dir.resolve("out");
    }

    private Result rank(Object... more) {
        List<String> line = new ArrayList<>(List.of("rank", "--device", "cpu", "--precision", "fp32"));
        line.addAll(List.of("--out", out().toString()));
        Arrays.stream(more).map(Object::toString).forEach(line::add);
        return imas(line.toArray(String[]::new));
    }

    private List<String> chosen() throws IOException {
        return Files.readAllLines(out().resolve("chosen.txt"));
    }

    @Test
    void theHardestOfTheRunComeFirstAndEveryFileIsWritten() throws IOException {
        Result result = rank("--run", run.root(), "--criterion", "hardness", "--count", 3, "--copy");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(chosen()).containsExactly("u4.png", "u5.png", "u2.png");
        assertThat(Files.readAllLines(out().resolve("ranking.csv")))
                .hasSize(1 + UNLABELED.size())
                .startsWith(
                        "rank,picture,file,chosen,score,gamma_mean,gamma_last,epochs",
                        "1,u4,u4.png,1,0.90000,0.10000,0.10000,5");
        assertThat(out().resolve("pictures/u4.png")).hasSameBinaryContentAs(data.resolve("u4.png"));
        JsonNode features = new ObjectMapper()
                .readTree(out().resolve("regions/u5.geojson").toFile())
                .get("features");
        assertThat(features).isNotEmpty();
        JsonNode ring = features.get(0).at("/geometry/coordinates/0");
        assertThat(ring).hasSize(5);
        assertThat(ring.get(0)).isEqualTo(ring.get(4));
        assertThat(ring.get(2).get(0).asInt()).isBetween(ring.get(0).get(0).asInt() + 1, 40);
        assertThat(features.get(0).at("/properties/classification/name").asText())
                .isEqualTo("Region*");
        String page = Files.readString(out().resolve("rank.html"));
        assertThat(page).containsSubsequence("u4", "u5", "u2").doesNotContain("<script", "http");
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).as("nothing beside").containsExactly(out());
        }
    }

    @Test
    void aRunsPicturesAreChosenByTheirLooksWhereNothingIsSaid() throws IOException {
        String[] line = {"rank", "--run", run.root().toString(), "--count", "2", "--out", out().toString()};
        Result result = imas(line);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("by coverage of 2 annotated and 6 other pictures, shown with what teacher and student see");
        assertThat(chosen())
                .hasSize(2)
                .isSubsetOf(UNLABELED.stream().map(name -> name + ".png").toList());
        for (String chosen : chosen()) {
            assertThat(out().resolve("regions/" + chosen.replace(".png", ".geojson")))
                    .isNotEmptyFile();
        }
        assertThat(Files.readString(out().resolve("rank.html")))
                .containsSubsequence("the one of them that is least like it", "chosen", "prediction", "mostly ");
    }

    @Test
    void whatTheNetworksOfARunSeeHasNoPartInTheChoice() throws IOException {
        assertThat(imas("rank", "--run", run.root().toString(), "--out", out().toString(), "--device", "cpu")
                        .status())
                .isZero();
        List<String> chosen = chosen();
        Files.move(out(), dir.resolve("before"));
        Path bare = Files.createDirectories(dir.resolve("bare"));
        Files.copy(run.config(), bare.resolve("config.yaml"));
        Result result = imas("rank", "--run", bare.toString(), "--out", out().toString());
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("what the run's networks see is not shown: " + bare + " holds no weights");
        assertThat(chosen()).isEqualTo(chosen);
        assertThat(out().resolve("regions")).doesNotExist();
    }

    @Test
    void ofNamedPicturesThoseWithMasksOfTheRunCountAsChosenAndMasksAreNoPictures() throws IOException {
        String[] line = {"rank", "--run", run.root().toString(), "--input", data.toString(), "--out", out().toString()};
        Result result = imas(line);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("3 of 9 pictures of --input are left out: the run has masks of them")
                .contains("by coverage of 2 annotated and 6 other pictures")
                .doesNotContain("student");
        Path both = Files.createDirectories(dir.resolve("both"));
        Files.createDirectories(both.resolve("masks"));
        Files.copy(data.resolve("u1.png"), both.resolve("u1.png"));
        Files.copy(data.resolve("u1.png"), both.resolve("masks/u1.png"));
        Files.move(out(), dir.resolve("before"));
        refusedByCoverage(
                "1 of 2 files lie in folders that are called as those of masks are",
                run.root(),
                "--input",
                both.toString(),
                "--recursive");
    }

    @Test
    void aSpreadChoiceIsOneOfTheHardest() throws IOException {
        Result result = rank("--run", run.root(), "--count", 1, "--diverse");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("by hardness");
        assertThat(chosen()).containsExactly("u4.png");
    }

    /** The order by disagreement is that of the IoUs between what the two networks predict. */
    @Test
    void disagreementIsThatOfTeacherAndStudent() throws IOException {
        Map<String, Double> agreed = new LinkedHashMap<>();
        Segmenter.Options options = Segmenter.Options.defaults().device("cpu").set("precision", "fp32");
        try (Segmenter teacher = Segmenter.open(run.teacher(), options);
                Segmenter student = Segmenter.open(run.student(), options)) {
            for (String name : UNLABELED) {
                RgbImage image = ImageFiles.picture(data.resolve(name + ".png"));
                agreed.put(
                        name,
                        agreed(
                                teacher.segment(image).labels(),
                                student.segment(image).labels()));
            }
        }
        List<String> expected = UNLABELED.stream()
                .sorted(Comparator.comparing(agreed::get))
                .map(name -> name + ".png")
                .toList();
        Result result = rank("--run", run.root(), "--criterion", "disagreement");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("by disagreement of teacher and student", "--count is 20, but there are 6");
        assertThat(chosen()).isEqualTo(expected);
    }

    private static double agreed(LabelMap one, LabelMap other) {
        ConfusionMatrix maps = ConfusionMatrix.of(one, other, CLASSES.length);
        double sum = 0;
        for (int c = 0; c < CLASSES.length; c++) {
            sum += maps.iou(c) * (maps.truth(c) + maps.predicted(c));
        }
        return sum / (2 * maps.total());
    }

    @Test
    void aWeightFileComparesItselfAndBrokenPicturesAreNamedAtTheEnd() throws IOException {
        Path in = Files.createDirectories(dir.resolve("in"));
        for (String name : List.of("u1", "u2", "u3", "l1")) {
            Files.copy(data.resolve(name + ".png"), in.resolve(name + ".png"));
        }
        Files.writeString(in.resolve("broken.png"), "no picture");
        Result result = rank("--weights", run.teacher(), "--input", in, "--tta", "d4", "--diverse", "--count", 2);
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).contains("its mean over eight positions", "1 picture could not be ranked:\nimas: ");
        assertThat(result.err().strip().lines().reduce((first, last) -> last).orElseThrow())
                .contains("broken.png");
        assertThat(chosen()).hasSize(2).doesNotHaveDuplicates();
        assertThat(Files.readAllLines(out().resolve("ranking.csv"))).hasSize(1 + 4);
        assertThat(chosen().get(0)).as("the hardest is in a spread choice").isEqualTo(first());
    }

    private String first() throws IOException {
        return Files.readAllLines(out().resolve("ranking.csv")).get(1).split(",")[2];
    }

    @Test
    void whatARunHasMasksOfIsNotProposed() throws IOException {
        Result result = rank("--run", run.root(), "--input", data, "--criterion", "entropy");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("3 of 9 pictures of --input are left out: the run has masks of them");
        assertThat(chosen())
                .containsExactlyInAnyOrderElementsOf(
                        UNLABELED.stream().map(name -> name + ".png").toList());
    }

    @Test
    void whatCannotBeRankedIsToldInALineAndLeavesNothing() throws IOException {
        Path supervised = Files.createDirectories(dir.resolve("supervised"));
        Path early = Files.createDirectories(dir.resolve("early"));
        Path full = Files.createDirectories(dir.resolve("full"));
        Files.writeString(full.resolve("mine.txt"), "mine");
        Files.writeString(supervised.resolve("config.yaml"), config("supervised"));
        Files.writeString(early.resolve("config.yaml"), config("imas"));
        for (Path folder : List.of(supervised, early)) {
            Files.copy(run.teacher(), folder.resolve("teacher.safetensors"));
        }
        refused(
                "measures no hardness (method supervised); --criterion disagreement",
                "--run",
                supervised,
                "--criterion",
                "hardness");
        refused("has not measured the hardness of a picture yet", "--run", early, "--criterion", "hardness");
        refused("is no run directory (it has no config.yaml)", "--run", data, "--tta", "flip");
        refused("which is taken where none is named, goes by the pictures' looks alone", "--input", data);
        refusedByCoverage("leave out --diverse, or", run.root(), "--criterion", "coverage", "--diverse");
        refused(
                "training.lr does nothing to what networks answer",
                "--run",
                early,
                "--tta",
                "d4",
                "--set",
                "training.lr=1");
        refused("--input is missing", "--weights", run.teacher());
        refused("needs --run without --input", "--weights", run.teacher(), "--input", data, "--criterion", "hardness");
        refused("--count is 0; expected a whole number from 1", "--run", run.root(), "--count", 0);
        refused(
                "--criterion is gamma; expected hardness, disagreement, entropy or coverage",
                "--criterion",
                "gamma",
                "--run",
                run.root());
        refusedByCoverage("--run: " + data + " is no run directory (it has no config.yaml)", data);
        refusedByCoverage(
                "augment.crop does nothing to --criterion coverage", run.root(), "--set", "augment.crop=[32,32]");
        refusedByCoverage("--preset is not looked at beside --run", run.root(), "--preset", "own");
        Result taken = imas("rank", "--run", run.root().toString(), "--out", full.toString());
        assertThat(taken.status()).isEqualTo(Main.USER_ERROR);
        assertThat(taken.err()).contains("is not empty");
        assertThat(full.resolve("mine.txt")).hasContent("mine");
    }

    private void refused(String message, Object... arguments) {
        Result result = rank(arguments);
        assertThat(result.status()).as(result.err()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).contains(message);
        assertThat(out()).doesNotExist();
    }

    private void refusedByCoverage(String message, Path ofRun, String... more) {
        List<String> line = new ArrayList<>(List.of("rank", "--run", ofRun.toString(), "--out", out().toString()));
        line.addAll(List.of(more));
        Result result = imas(line.toArray(String[]::new));
        assertThat(result.status()).as(result.err()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).contains(message);
        assertThat(out()).doesNotExist();
    }
}
