package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareCommandTest {
    private static final List<String> SMALL = List.of(
            "--device",
            "cpu",
            "--precision",
            "fp32",
            "--set",
            "data.embedded={images: 8, labeled: 4, validation: 2, size: 32}",
            "--set",
            "augment.crop=[32, 32]",
            "--set",
            "training.batch_labeled=2",
            "--set",
            "training.batch_unlabeled=2",
            "--set",
            "training.epochs=2",
            "--set",
            "training.sup_only_epochs=1");

    @TempDir
    Path dir;

    private static Result compare(String... more) {
        List<String> all = new ArrayList<>(List.of("compare"));
        all.addAll(SMALL);
        all.addAll(List.of(more));
        return imas(all.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--methods imas,best        | --methods is imas,best; expected supervised, uniform, imas, unimatch_v2",
                "--methods imas,imas        | --methods is imas,imas, which names something twice; name each once",
                "--methods imas,unimatch_v2 | --methods: unimatch_v2 has settings of its own",
                "--seeds 0                  | --seeds is 0; expected how many seeds (1 to 1000), or a list such as"
                        + " 1,2,3",
                "--labels 5,x               | --labels is 5,x; expected numbers of labelled pictures, such as 5,10,20",
                "--ceiling                  | --ceiling compares runs of few labels with one of all",
                "--set method=imas          | --set method is one value for all runs; give --methods",
                "--set seed=4               | --set seed is one value for all runs; give --seeds",
                "--budget 3                 | --budget is 3; expected a time from 10 s to 100 days with its unit",
                "--labels 9                 | --labels 9: there are only 8 labelled pictures to learn from",
                "--labels 8                 | --labels 8 leaves no unlabelled picture, of 8 that have masks",
                "--set training.patience=2  | training.patience is 2: runs would end at different steps",
                "--only ceiling             | --only names a run of a comparison that was begun; give its folder",
                "--processes 0              | --processes is 0; expected a whole number from 1 to 64",
                "--processes 1.5            | --processes is 1.5; expected a whole number from 1 to 64",
                "--resume none              | --resume: none is no folder of a comparison (it has no setup.json"
            })
    void whatIsNotMeantIsRefusedInALine(String options, String message) throws IOException {
        List<String> all = new ArrayList<>(List.of(options.split(" ")));
        all.addAll(
                options.contains("--resume")
                        ? List.of()
                        : List.of("--out", dir.resolve("out").toString()));
        Result result = compare(all.toArray(String[]::new));
        assertThat(result.status()).as(result.err()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).contains("imas: " + message);
        assertThat(dir.resolve("out")).doesNotExist();
    }

    @Test
    void aComparisonTellsItsTableAndGoesOnOnlyAsItWasBegun() throws IOException {
        String out = dir.resolve("out").toString();
        Result result = compare("--methods", "supervised,imas", "--seeds", "5,", "--out", out);
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        result = compare("--methods", "supervised,imas", "--seeds", "1", "--out", out);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("| supervised |", "| iMAS       |", "iMAS − supervised")
                .contains("page   " + Path.of(out, "comparison.html"));
        assertThat(result.err()).contains("2 runs of 4 steps", "seed1-shared: run 1 of 2", "so few steps");
        assertThat(Files.readString(Path.of(out, "seed1-imas.log"))).contains("continuing after step 2");

        Result changed = imas("compare", "--resume", out, "--methods", "imas", "--budget", "1h");
        assertThat(changed.status()).isEqualTo(Main.USER_ERROR);
        assertThat(changed.err()).contains("--methods imas was supervised,imas when", "--budget 1h was not given when");
        Result less = imas("compare", "--resume", out, "--seeds", "2,3", "--ceiling");
        assertThat(less.status()).isEqualTo(Main.USER_ERROR);
        assertThat(less.err())
                .contains("--seeds: the comparison has the seeds 1, and seeds can only be added", "--ceiling: the");
        assertThat(imas("compare", "--resume", out, "--only", "seed9-imas").err())
                .contains("there is no run seed9-imas in", "expected one of seed1-supervised, seed1-imas");
        assertThat(imas("compare", "--resume", out, "--only", "seed1-imas", "--processes", "2")
                        .err())
                .contains("--only trains one run, with all cores; leave out --processes");
        Result again = imas("compare", "--resume", out);
        assertThat(again.out()).isEqualTo(result.out());
        assertThat(again.err()).doesNotContain("epoch");
        assertThat(compare("--out", out).err()).contains("is not empty; use --resume " + out);

        Result early = imas("compare", "--resume", out, "--seeds", "1,5", "--only", "seed5-imas");
        assertThat(early.err()).contains("--only trains a run that the comparison has; add runs by --seeds");
        Result more = imas("compare", "--resume", out, "--seeds", "1,5");
        assertThat(more.status()).as(more.err()).isZero();
        assertThat(more.err()).contains("2 runs of 4 steps more", "seed5-shared: run 3 of 4", "seed5-imas: mIoU");
        assertThat(more.out()).containsPattern("supervised *\\|[^|]*\\| *2 \\|");
    }

    /** Then no list of unlabelled pictures is written, and none is looked for. */
    @Test
    void supervisedRunsMayLearnFromAllLabels() throws IOException {
        Path out = dir.resolve("out");
        Result result = supervised(out, "3");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(out.resolve("labels3-seed1-supervised/summary.json")).exists();
        try (Stream<Path> lists = Files.list(out.resolve("lists"))) {
            assertThat(lists.map(list -> list.getFileName().toString())).containsExactly("labels3-seed1-labeled.txt");
        }
    }

    /** Under the plan that there is, from the same pictures alone, and nothing is trained twice. */
    @Test
    void aComparisonGrowsBySeedsAndACeiling() throws IOException {
        Path out = dir.resolve("out");
        assertThat(supervised(out, "2").status()).isZero();
        String plan = Files.readString(out.resolve("plan.yaml"));
        Path first = out.resolve("labels2-seed1-supervised/teacher.safetensors");
        FileTime written = Files.getLastModifiedTime(first);

        Result more = imas("compare", "--resume", out.toString(), "--seeds", "2", "--ceiling");
        assertThat(more.status()).as(more.err()).isZero();
        assertThat(more.err()).contains("2 runs of 4 steps more", "labels2-seed2-supervised", "ceiling: mIoU");
        assertThat(more.out()).contains("all labels");
        assertThat(Files.getLastModifiedTime(first)).isEqualTo(written);
        assertThat(Files.readString(out.resolve("plan.yaml"))).isEqualTo(plan);
        assertThat(Files.readString(out.resolve("lists/ceiling-labeled.txt"))).contains("p0", "p1", "p2");
        assertThat(Files.readString(out.resolve("lists/labels2-seed2-labeled.txt"))
                        .lines())
                .hasSize(2);
        Result again = imas("compare", "--resume", out.toString(), "--seeds", "2,1", "--ceiling");
        assertThat(again.out()).isEqualTo(more.out());
        assertThat(again.err()).doesNotContain("epoch", "more");

        Path mask = dir.resolve("photos/val/masks/p1.png");
        byte[] before = Files.readAllBytes(mask);
        noise(mask);
        requireOther(out, "validation: \"3 pictures");
        Path left = out.resolve("labels2-seed2-supervised/validation.csv");
        Files.delete(left); // what is left to do is compared with what is done
        Result mixed = imas("compare", "--resume", out.toString());
        assertThat(mixed.status()).isEqualTo(Main.USER_ERROR);
        assertThat(mixed.err()).contains("not those that labels2-seed1-supervised learned from", "validation: \"3");
        assertThat(left).doesNotExist();
        Files.write(mask, before);
        square(dir.resolve("photos/images/p9.png"), 2, 250);
        square(dir.resolve("photos/masks/p9.png"), 2, 1);
        requireOther(out, "would be another now");
        assertThat(imas("compare", "--resume", out.toString()).out()).isEqualTo(more.out());
    }

    private void requireOther(Path out, String message) {
        Result result = imas("compare", "--resume", out.toString(), "--seeds", "3");
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).contains("those that", message, "begin another comparison");
        assertThat(out.resolve("lists/labels2-seed3-labeled.txt")).doesNotExist();
    }

    /** Before steps are timed, and with what a comparison can do. */
    @Test
    void withoutUnlabelledPicturesLabelsAreDrawnOrNothingIsCompared() throws IOException {
        for (int i = 0; i < 3; i++) {
            square(dir.resolve("photos/images/p" + i + ".png"), i, 250);
            square(dir.resolve("photos/masks/p" + i + ".png"), i, 1);
        }
        String photos = dir.resolve("photos").toString();
        Result result = imas("compare", "--data", photos, "--set", "data.layout=folders", "--out", dir + "/out");
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err())
                .contains("there are no unlabelled images; give some, or draw from the labels (--labels)")
                .doesNotContain("timing");
        Result recognised = imas("compare", "--data", photos, "--out", dir + "/out");
        assertThat(recognised.status()).isEqualTo(Main.USER_ERROR);
        assertThat(recognised.err())
                .contains("every picture has a mask", "draw from the labels (such as --labels 10)")
                .doesNotContain("timing");
        assertThat(dir.resolve("out")).doesNotExist();
    }

    /** As one leaves them that was killed while it planned; they may be of other pictures. */
    @Test
    void listsOfABeginningThatWasKilledAreReplaced() throws IOException {
        Path out = dir.resolve("out");
        Path list = Files.createDirectories(out.resolve("lists")).resolve("labels3-seed1-labeled.txt");
        Files.writeString(list, "images/old.png\tmasks/old.png\n");
        Files.writeString(out.resolve("lists/labels3-seed1-unlabeled.txt"), "images/older.png\n");
        Result result = supervised(out, "3");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(list).content().doesNotContain("old");
        assertThat(out.resolve("lists/labels3-seed1-unlabeled.txt")).doesNotExist();
    }

    private Result supervised(Path out, String labels) throws IOException {
        for (String folder : List.of("", "val/")) {
            for (int i = 0; i < 3; i++) {
                square(dir.resolve("photos/" + folder + "images/p" + i + ".png"), i, 250);
                square(dir.resolve("photos/" + folder + "masks/p" + i + ".png"), i, 1);
            }
        }
        List<String> words = new ArrayList<>(
                List.of("compare", "--data", dir.resolve("photos").toString()));
        words.addAll(List.of("--methods", "supervised", "--seeds", "1", "--labels", labels, "--out", out.toString()));
        words.addAll(List.of("--device", "cpu", "--precision", "fp32"));
        for (String setting : List.of(
                "network.backbone=tiny",
                "network.init_weights=none",
                "augment.crop=[32, 32]",
                "training.batch_labeled=2",
                "training.epochs=1",
                "data.epoch_length=4")) {
            words.addAll(List.of("--set", setting));
        }
        return imas(words.toArray(String[]::new));
    }

    /** A mask of another size as a file. */
    private static void noise(Path file) throws IOException {
        BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 1600; i++) {
            image.getRaster().setSample(i % 40, i / 40, 0, i * i % 7 % 2);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private static void square(Path file, int at, int value) throws IOException {
        BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 40; y++) {
            for (int x = 0; x < 40; x++) {
                boolean inside = x > 5 + at && x < 25 + at && y > 8 && y < 30;
                image.getRaster().setSample(x, y, 0, inside ? value : value > 1 ? x + y : 0);
            }
        }
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
