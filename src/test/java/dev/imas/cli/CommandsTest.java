package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.cli.Shell.Result;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way a user goes: train, evaluate, predict, report. */
class CommandsTest {
    private static final List<String> SMALL = List.of(
            "--device",
            "cpu",
            "--precision",
            "fp32",
            "--set",
            "data.embedded={images: 8, labeled: 2, validation: 2, size: 32}",
            "--set",
            "augment.crop=[32, 32]",
            "--set",
            "training.batch_labeled=2",
            "--set",
            "training.batch_unlabeled=2",
            "--set",
            "training.epochs=1",
            "--set",
            "training.sup_only_epochs=0",
            "--set",
            "training.log_every=1");

    @TempDir
    static Path dir;

    private static Path run;
    private static Result trained;

    @BeforeAll
    static void train() {
        run = dir.resolve("run");
        trained = imas(with("train", SMALL, "--out", run.toString()));
    }

    @Test
    void trainLeavesWeightsAndAReportAndNamesThem() {
        assertThat(trained.status()).as(trained.err()).isZero();
        assertThat(trained.out())
                .contains("mIoU ")
                .contains(run.resolve("teacher.safetensors").toString())
                .contains(run.resolve("report.html").toString());
        assertThat(run.resolve("teacher.safetensors")).isNotEmptyFile();
        assertThat(run.resolve("report.html")).isNotEmptyFile();
        assertThat(trained.err())
                .contains("3 steps in 1 epochs of 3")
                .contains("epoch 1/1")
                .contains("gamma")
                .doesNotContain("\u001b");
    }

    @Test
    void aUsedDirectoryIsRefusedAndAFinishedRunResumesToTheSameEnd() {
        assertThat(imas(with("train", SMALL, "--out", run.toString())).err()).contains("is not empty; use --resume");
        Result resumed = imas("train", "--resume", run.toString());
        assertThat(resumed.status()).as(resumed.err()).isZero();
        assertThat(resumed.out()).isEqualTo(trained.out());
    }

    @Test
    void exportWritesWhatItHasCheckedAndSaysWhatTheModelTakes() throws IOException {
        String weights = run.resolve("teacher.safetensors").toString();
        Path folder = Files.createDirectories(dir.resolve("models"));
        Result named = imas(
                "export",
                "--weights",
                weights,
                "--to",
                folder.resolve("scenes.onnx").toString());
        assertThat(named.status()).as(named.err()).isZero();
        assertThat(named.out())
                .startsWith(folder.resolve("scenes.onnx").toString())
                .contains("input    float32 [N,3,H,W] of any size: red, green and blue, 8-bit values 0 to 255")
                .contains("checked  probabilities of a test picture differ by");
        Result inFolder = imas("export", "--weights", weights, "--format", "torchscript", "--to", folder.toString());
        assertThat(inFolder.out()).startsWith(folder.resolve("teacher.pt").toString());
        String model = folder.resolve("teacher.pt").toString();
        assertThat(imas("export", "--weights", weights, "--check", model).out()).contains("checked");
        assertThat(imas("export", "--weights", weights, "--to", folder.toString())
                        .err())
                .contains("--format is missing, and " + folder);
        assertThat(imas("export", "--weights", weights).err()).contains("either --to");
        Result kind = imas("export", "--weights", weights, "--to", model, "--format", "keras");
        assertThat(kind.status()).isEqualTo(Main.USER_ERROR);
        assertThat(kind.err()).contains("--format: keras; expected torchscript, onnx, bioimageio or djl");
        assertThat(imas("export", "--weights", weights, "--format", "onnx", "--to", model)
                        .err())
                .contains("--format is onnx, and " + model + " is called as one of torchscript");
        assertThat(imas("export", "--weights", weights, "--format", "onnx", "--to", weights)
                        .err())
                .contains("is the weight file itself");
        String metrics = run.resolve("metrics.csv").toString();
        assertThat(imas("export", "--weights", run.toString(), "--format", "onnx", "--to", metrics)
                        .err())
                .contains(metrics + " is there and no onnx export of this program; name another");
    }

    @Test
    void exportedPackagesSayWhoMadeThemAndTheWeightsSayFromWhat() throws IOException {
        String weights = run.resolve("teacher.safetensors").toString();
        Path folder = Files.createDirectories(dir.resolve("packages"));
        String file = folder.resolve("scenes.zip").toString();
        Result unknown = imas("export", "--weights", weights, "--to", file);
        assertThat(unknown.status()).isEqualTo(Main.USER_ERROR);
        assertThat(unknown.err()).contains("name an author (--author 'Ada Lovelace') and a licence by its SPDX name");
        List<String> card = List.of("--author", "Ada Lovelace; @ada", "--license", "CC-BY-4.0");
        assertThat(imas(with("export", card, "--weights", weights, "--to", file, "--name", "a/b"))
                        .err())
                .contains("--name: a/b; expected 5 to 64 letters");
        assertThat(imas(with("export", card, "--weights", weights, "--check", file))
                        .err())
                .contains("--author, --license are for --to");
        assertThat(folder).isEmptyDirectory();
        Result named = imas(with("export", card, "--weights", weights, "--to", file));
        assertThat(named.status()).as(named.err()).isZero();
        try (ZipFile zip = new ZipFile(file)) {
            String description =
                    new String(zip.getInputStream(zip.getEntry("rdf.yaml")).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(description).contains("github_user: ada", "imas.seed: '", "imas.miou: '", "imas.data: '");
        }
        assertThat(imas("export", "--weights", weights, "--check", file).out()).contains("checked");
        Result inFolder = imas("export", "--weights", weights, "--format", "djl", "--to", folder.toString());
        assertThat(inFolder.out())
                .startsWith(folder.resolve("teacher-djl").toString())
                .contains("accuracy Mean intersection over union");
        Path renamed = Files.move(folder.resolve("teacher-djl"), folder.resolve("scenes"));
        List<String> again = List.of("--weights", weights, "--format", "djl", "--to", renamed.toString());
        Result reduced = imas(with("export", again, "--set", "evaluation.scale=0.5"));
        assertThat(reduced.out()).startsWith(renamed + "\n").contains("accuracy Not measured", "(evaluation.scale)");
        assertThat(renamed.toFile().list()).contains("model.pt").doesNotContain("teacher-djl");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("scenes.zip", "scenes");
    }

    @Test
    void aRunIsMadeLongerAndNeverShorterThanItIs() {
        String out = dir.resolve("longer").toString();
        Result first = imas(with("train", SMALL, "--out", out, "--set", "training.epochs=2"));
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.err())
                .contains("6 steps in 2 epochs of 3")
                .containsPattern("epoch 2/2  step 4/6 .*  about .* left\n");
        Result longer = imas("train", "--resume", out, "--epochs", "3");
        assertThat(longer.status()).as(longer.err()).isZero();
        assertThat(longer.err())
                .contains("training.epochs 2 -> 3: the learning rate's schedule is rebuilt from step 6 on");
        Result shorter = imas("train", "--resume", out, "--epochs", "1");
        assertThat(shorter.status()).isEqualTo(2);
        assertThat(shorter.err()).contains("training.epochs is 1, but the run has come to epoch 3 of 3 (step 9)");
    }

    @Test
    void aRunOfAVersionThatHadNotASettingYetIsToldSo() throws IOException {
        Path older = dir.resolve("older");
        copy(run, older);
        Path config = older.resolve("config.yaml");
        List<String> lines = new ArrayList<>(Files.readAllLines(config));
        assertThat(lines.removeIf(line -> line.strip().startsWith("foreground_crops:")))
                .isTrue();
        Files.write(config, lines);
        Result result = imas("train", "--resume", older.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .isEqualTo("imas: " + config + " lacks augment.foreground_crops: the run was begun by an older version"
                        + " of this program, which had no such setting; continue it with that version, or train anew"
                        + " with another --out (network.init_weights can name this run's weights)\n");
    }

    @Test
    void theBestIsNamedWhereItIsKept() {
        String out = dir.resolve("best").toString();
        Result result = imas(with("train", SMALL, "--out", out, "--set", "training.keep=best"));
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).contains("kept from epoch 1, the best of 1");
        assertThat(dir.resolve("best/best.safetensors")).isNotEmptyFile();
        assertThat(run.resolve("best.safetensors")).doesNotExist();
    }

    @Test
    void aSupervisedRunShowsNoFiguresItDoesNotHave() {
        Result result = imas(with(
                "train",
                SMALL,
                "--set",
                "method=supervised",
                "--out",
                dir.resolve("supervised").toString()));
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("loss ").doesNotContain("NaN").doesNotContain("gamma");
    }

    @Test
    void evaluateFindsWhatTrainingMeasured() throws IOException {
        String weights = run.resolve("teacher.safetensors").toString();
        Result result = imas(
                "evaluate",
                "--weights",
                weights,
                "--preset",
                "embedded",
                "--device",
                "cpu",
                "--precision",
                "fp32",
                "--json",
                "--set",
                "data.embedded={images: 8, labeled: 2, validation: 2, size: 32}");
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(result.out());
        JsonNode summary =
                new ObjectMapper().readTree(run.resolve("summary.json").toFile());
        assertThat(json.get("images").intValue()).isEqualTo(2);
        assertThat(json.get("iou").size()).isEqualTo(7);
        assertThat(json.get("miou").doubleValue())
                .isEqualTo(summary.get("miou_teacher").doubleValue());
    }

    @Test
    void weightsInARunAreMeasuredAsTheRunMeasures() throws IOException {
        Result result =
                imas("evaluate", "--weights", run.resolve("student.safetensors").toString(), "--json");
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode summary =
                new ObjectMapper().readTree(run.resolve("summary.json").toFile());
        assertThat(new ObjectMapper().readTree(result.out()).get("miou").doubleValue())
                .isEqualTo(summary.get("miou_student").doubleValue());
    }

    @Test
    void settingsReachEvaluation() {
        Result result = imas(
                "evaluate",
                "--weights",
                run.resolve("teacher.safetensors").toString(),
                "--set",
                "evaluation.mode=sliding",
                "--set",
                "evaluation.window=20",
                "--set",
                "data.embedded.validation=1");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).contains("(1 images)");
        assertThat(imas(
                                "evaluate",
                                "--weights",
                                run.resolve("teacher.safetensors").toString(),
                                "--device",
                                "cpu",
                                "--set",
                                "precision=tf32")
                        .err())
                .contains("tf32 exists on CUDA devices only");
    }

    @Test
    void noResultReplacesAPictureOrAnotherResult() throws IOException {
        Path in = Files.createDirectories(dir.resolve("same"));
        picture(in.resolve("a.png"), 20, 20);
        byte[] before = Files.readAllBytes(in.resolve("a.png"));
        String weights = run.resolve("teacher.safetensors").toString();
        Result result = imas("predict", "--weights", weights, "--input", in.toString(), "--out", in.toString());
        assertThat(result)
                .isEqualTo(new Result(
                        2,
                        "",
                        "imas: --out: the result " + in.resolve("a.png")
                                + " would replace a picture of --input; name another folder" + System.lineSeparator()));
        assertThat(in.resolve("a.png")).hasBinaryContent(before);
        Files.copy(in.resolve("a.png"), in.resolve("a.jpg"));
        assertThat(imas(
                                "predict",
                                "--weights",
                                weights,
                                "--input",
                                in.toString(),
                                "--out",
                                dir.resolve("two").toString())
                        .err())
                .contains("a.jpg and ")
                .contains("would both become " + dir.resolve("two/a.png"));
        Path overlays = Files.createDirectories(dir.resolve("overlays"));
        picture(overlays.resolve("a.png"), 20, 20);
        picture(overlays.resolve("a-overlay.png"), 20, 20);
        assertThat(imas(
                                "predict",
                                "--weights",
                                weights,
                                "--input",
                                overlays.toString(),
                                "--out",
                                dir.resolve("three").toString())
                        .err())
                .contains("would both become " + dir.resolve("three/a-overlay.png"));
    }

    @Test
    void evaluateReadsListsOfPairs() throws IOException {
        Path data = Files.createDirectories(dir.resolve("pairs"));
        picture(data.resolve("a.png"), 40, 24);
        ImageIO.write(
                new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_GRAY),
                "png",
                data.resolve("a-mask.png").toFile());
        Files.writeString(data.resolve("val.txt"), "a.png a-mask.png\n");
        Result result = imas(
                "evaluate",
                "--weights",
                run.resolve("teacher.safetensors").toString(),
                "--data",
                data.toString(),
                "--val",
                "val.txt");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).contains("background").contains("mIoU").contains("(1 images)");
    }

    @Test
    void predictGoesOnAfterABrokenPictureAndNamesItAtTheEnd() throws IOException {
        Path in = Files.createDirectories(dir.resolve("one broken"));
        for (String name : List.of("a.png", "c.png")) {
            ImageIO.write(
                    new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB),
                    "png",
                    in.resolve(name).toFile());
        }
        Files.write(in.resolve("b.png"), new byte[] {1, 2, 3});
        Path out = dir.resolve("two of three");
        Result result = imas(
                "predict",
                "--weights",
                run.resolve("teacher.safetensors").toString(),
                "--input",
                in.toString(),
                "--out",
                out.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEqualTo(out.resolve("a.png") + "\n" + out.resolve("c.png") + "\n");
        assertThat(result.err())
                .endsWith("imas: 1 of 3 pictures could not be predicted:\nimas: "
                        + result.err().substring(result.err().lastIndexOf(in.toString())))
                .contains(in.resolve("b.png").toString());
    }

    @Test
    void aRunAndItsCheckpointsAreWeights() throws IOException {
        Path in = Files.createDirectories(dir.resolve("for checkpoints"));
        picture(in.resolve("a.png"), 40, 30);
        picture(in.resolve("._a.png"), 40, 30);
        Path stopped = dir.resolve("stopped");
        copy(run, stopped);
        Files.delete(stopped.resolve("teacher.safetensors"));
        Files.delete(stopped.resolve("student.safetensors"));
        Path reference = predicted(run.resolve("teacher.safetensors"), in, "by file");
        for (Path weights : List.of(
                run,
                stopped,
                stopped.resolve("checkpoints"),
                stopped.resolve("checkpoints/step-000000003.safetensors"),
                stopped.resolve("checkpoints/step-000000003.json"),
                stopped.resolve("best"))) {
            assertThat(predicted(weights, in, "by " + weights.getFileName()))
                    .as(weights.toString())
                    .hasSameBinaryContentAs(reference);
        }
        assertThat(dir.resolve("by checkpoints/._a.png")).doesNotExist();
        JsonNode summary =
                new ObjectMapper().readTree(run.resolve("summary.json").toFile());
        for (boolean student : List.of(false, true)) {
            List<String> more = student ? List.of("--student") : List.of();
            Result result = imas(with("evaluate", more, "--weights", stopped.toString(), "--json"));
            assertThat(result.status()).as(result.err()).isZero();
            assertThat(new ObjectMapper().readTree(result.out()).get("miou").doubleValue())
                    .isEqualTo(summary.get(student ? "miou_student" : "miou_teacher")
                            .doubleValue());
        }
        assertThat(imas("evaluate", "--weights", in.toString()).err()).contains("holds no weights");
    }

    private static Path predicted(Path weights, Path in, String name) {
        Path out = dir.resolve(name);
        Result result =
                imas("predict", "--weights", weights.toString(), "--input", in.toString(), "--out", out.toString());
        assertThat(result.status()).as(result.err()).isZero();
        return out.resolve("a.png");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    /** A folder that the run never saw, in whatever layout: all its masks are measured, or all that is broken named. */
    @Test
    void evaluateMeasuresAnotherFolder() throws IOException {
        Path other = Files.createDirectories(dir.resolve("other photos/images")).getParent();
        Files.createDirectories(other.resolve("masks"));
        for (String name : List.of("a.png", "b.png", "c.png", "unlabelled.png")) {
            picture(other.resolve("images").resolve(name), 40, 24);
            if (name.length() < 6) {
                ImageIO.write(
                        new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_GRAY),
                        "png",
                        other.resolve("masks").resolve(name).toFile());
            }
        }
        String weights = run.resolve("teacher.safetensors").toString();
        String[] line = {
            "evaluate", "--weights", weights, "--data", other.toString(), "--set", "data.layout=auto", "--json"
        };
        Result result = imas(line);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(new ObjectMapper().readTree(result.out()).get("images").intValue())
                .isEqualTo(3);
        for (String name : List.of("a.png", "c.png")) {
            byte[] bytes = Files.readAllBytes(other.resolve("images").resolve(name));
            Files.write(other.resolve("images").resolve(name), Arrays.copyOf(bytes, bytes.length - 30));
        }
        Result broken = imas(line);
        assertThat(broken.status()).isEqualTo(2);
        assertThat(broken.out()).isEmpty();
        assertThat(broken.err())
                .contains("2 of 3 pictures cannot be measured")
                .contains("images/a.png")
                .contains("images/c.png");
    }

    @Test
    void aFolderOfARunThatBeganAndFailedMayBeUsedAgain() throws IOException {
        Path began = Files.createDirectories(dir.resolve("began"));
        Files.writeString(began.resolve("config.yaml"), "name: earlier\n");
        Files.writeString(began.resolve("metrics.csv"), "step\n");
        assertThat(imas(with("train", SMALL, "--out", began.toString())).err())
                .as("a person's own config.yaml")
                .contains("is not empty");
        Files.createFile(began.resolve(".lock"));
        Result result = imas(with("train", SMALL, "--out", began.toString()));
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(began.resolve("config.yaml")).content().doesNotContain("earlier");
        Path other = Files.createDirectories(dir.resolve("other"));
        Files.writeString(other.resolve("thesis.txt"), "");
        assertThat(imas(with("train", SMALL, "--out", other.toString())).err()).contains("is not empty");
    }

    @Test
    void predictWritesAnIndexPngAndAnOverlayForEachPicture() throws IOException {
        Path in = Files.createDirectories(dir.resolve("in"));
        picture(in.resolve("wide.png"), 50, 33);
        picture(in.resolve("tall.PNG"), 17, 60);
        Files.writeString(in.resolve("notes.txt"), "no picture");
        Path out = dir.resolve("masks/new");
        Result result = imas(
                "predict",
                "--weights",
                run.resolve("teacher.safetensors").toString(),
                "--input",
                in.toString(),
                "--out",
                out.toString());
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out().lines())
                .containsExactly(
                        out.resolve("tall.png").toString(),
                        out.resolve("wide.png").toString());
        BufferedImage mask = ImageIO.read(out.resolve("wide.png").toFile());
        assertThat(List.of(mask.getWidth(), mask.getHeight())).containsExactly(50, 33);
        assertThat(((IndexColorModel) mask.getColorModel()).getRGB(0) & 0xffffff)
                .isEqualTo(0x2b2d33);
        BufferedImage overlay = ImageIO.read(out.resolve("tall-overlay.png").toFile());
        assertThat(List.of(overlay.getWidth(), overlay.getHeight())).containsExactly(17, 60);
    }

    @Test
    void weightsThatDoNotSayTheirNetworkNeedAPreset() throws IOException {
        Path foreign = Files.write(dir.resolve("foreign.safetensors"), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
        Result result = imas("evaluate", "--weights", foreign.toString(), "--data", dir.toString(), "--val", "val.txt");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("foreign.safetensors").contains("--preset");
    }

    @Test
    void reportIsWrittenAnew() throws IOException {
        byte[] before = Files.readAllBytes(run.resolve("report.html"));
        Files.delete(run.resolve("report.html"));
        Result result = imas("report", run.toString());
        assertThat(result.status()).isZero();
        assertThat(result.out().strip()).isEqualTo(run.resolve("report.html").toString());
        assertThat(run.resolve("report.html")).hasBinaryContent(before);
    }

    @Test
    void aReportIsServedWhereItCanBe() throws IOException {
        for (String[] wrong : new String[][] {
            {"--port", "80", "|", "--port is where --serve shows a page"},
            {"--serve", "--port", "70000", "|", "--port is 70000; expected a whole number from 0 to 65535"},
            {"--serve", run.toString(), "|", "--serve shows the page of one run"},
        }) {
            List<String> words = new ArrayList<>(List.of("report", run.toString()));
            words.addAll(List.of(wrong).subList(0, wrong.length - 2));
            Result result = imas(words.toArray(String[]::new));
            assertThat(result.status()).isEqualTo(2);
            assertThat(result.err()).contains(wrong[wrong.length - 1]);
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            Result result = imas("report", run.toString(), "--serve", "--port", port);
            assertThat(result.status()).isEqualTo(2);
            assertThat(result.err()).contains("port " + port + " cannot be used");
        }
    }

    private static void picture(Path file, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (5 * x) << 16 | (3 * y) << 8 | (x * y) % 256);
            }
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private static String[] with(String command, List<String> options, String... more) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(options);
        line.addAll(List.of(more));
        return line.toArray(String[]::new);
    }
}
