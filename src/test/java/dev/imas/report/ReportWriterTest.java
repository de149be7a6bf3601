package dev.imas.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.image.IndexPng;
import dev.imas.run.Metrics;
import dev.imas.run.SampleNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {
    @TempDir
    Path temp;

    private Path run;

    @BeforeEach
    void place() {
        run = temp.resolve("some run");
    }

    private String report() throws IOException {
        Path file = ReportWriter.write(run);
        assertThat(file).isEqualTo(run.resolve("report.html"));
        assertThat(run.resolve("report.html.tmp")).doesNotExist();
        String page = Files.readString(file);
        assertWellFormed(page);
        return page.replace('\u00a0', ' ');
    }

    /** Every element that is opened is closed in its turn, and no value was formatted as NaN or infinity. */
    private static void assertWellFormed(String page) {
        ArrayDeque<String> open = new ArrayDeque<>();
        // A quotation mark outside a tag is escaped, so what stands between two of them is an attribute's value.
        String body = page.replaceAll("(?s)<style>.*?</style>", "");
        var tags = Pattern.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>")
                .matcher(body.replaceAll("\"[^\"]*\"", "\"\""));
        while (tags.find()) {
            if (!tags.group(1).isEmpty()) {
                assertThat(open.poll()).as(tags.group()).isEqualTo(tags.group(2));
            } else if (tags.group(3).isEmpty() && !tags.group(2).matches("meta|img|br|hr")) {
                open.push(tags.group(2));
            }
        }
        assertThat(open).isEmpty();
        assertThat(body.replaceAll("\"data:[^\"]*\"", "\"\""))
                .doesNotContainPattern("(=\"[^\"]*|<b>)(NaN|Infinity|null)");
    }

    @Test
    void fullRunTellsEverything() throws IOException {
        SyntheticRun.write(run);
        String page = report();
        assertThat(page)
                .contains(
                        "<b>73.3</b>",
                        "mIoU of the teacher",
                        "2 min 31 s",
                        "generated scenes: 20 labelled, 180 unlabelled, 40 for validation",
                        "DeepLabV3+ on ResNet-18",
                        "73.5 %",
                        "epoch 11",
                        "1,851 MB",
                        "1,834 MB after the start",
                        "480",
                        "12 epochs");
        assertThat(page)
                .contains(
                        "mIoU on the validation images",
                        "Supervised loss",
                        "Consistency loss",
                        "Agreement and confidence",
                        "Learning rate",
                        "Throughput",
                        "3.1 % waiting for data",
                        "Distribution over the epochs",
                        "Hardest images of epoch 12",
                        "Easiest images of epoch 12",
                        "striped disc",
                        "67.2 %",
                        "ground truth",
                        "Resolved configuration",
                        "libtorch</th><td>2.10.0",
                        "Example CPU",
                        "channels last</th><td>true");
        assertThat(page).contains("--config").doesNotContain("This report is incomplete");
        assertThat(page.split("data:image/jpeg;base64,", -1)).hasSize(1 + 3);
        assertThat(page.split("data:image/png;base64,", -1)).hasSize(1 + 9);
    }

    @Test
    void pageNeedsNothingFromOutside() throws IOException {
        SyntheticRun.write(run);
        String page = report();
        assertThat(page)
                .doesNotContain("<script")
                .doesNotContain("<link")
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("@import")
                .doesNotContain("url(");
        assertThat(page.length()).isLessThan(400_000);
    }

    @Test
    void accuracyUnderAPictureCountsLabelledPixels() throws IOException {
        Files.createDirectories(run.resolve("samples"));
        var palette = SyntheticRun.PALETTE;
        IndexPng.write(
                run.resolve("samples/000-truth.png"),
                new dev.imas.image.LabelMap(5, 1, new byte[] {0, 1, 2, 3, (byte) 255}),
                palette);
        IndexPng.write(
                run.resolve("samples/000-student.png"),
                new dev.imas.image.LabelMap(5, 1, new byte[] {0, 1, 1, 0, 1}),
                palette);
        IndexPng.write(
                run.resolve("samples/000-teacher.png"),
                new dev.imas.image.LabelMap(5, 1, new byte[] {0, 1, 2, 0, 1}),
                palette);
        SampleNames.write(run.resolve("samples"), new TreeMap<>(Map.of(0, "a <b>, c", 7, "not shown")));
        assertThat(report())
                .doesNotContain("not shown")
                .contains(
                        "<span>image</span><span class=\"name\">a &lt;b&gt;, c</span>",
                        "alt=\"student of a &lt;b&gt;, c\"",
                        "<span>student</span><b>50.0 %</b>",
                        "<span>teacher</span><b>75.0 %</b>",
                        "not there",
                        "ignored",
                        "#e4572e");
    }

    @Test
    void killedRunIsReportedWithWhatItLacks() throws IOException {
        SyntheticRun.write(run);
        Files.delete(run.resolve("summary.json"));
        Files.delete(run.resolve("class_iou.csv"));
        try (var samples = Files.list(run.resolve("samples"))) {
            for (Path file : samples.toList()) {
                Files.delete(file);
            }
        }
        byte[] metrics = Files.readAllBytes(run.resolve("metrics.csv"));
        // The cut leaves a last line whose numbers all parse but are not what was measured.
        String text = new String(metrics, StandardCharsets.UTF_8);
        int line = text.indexOf("\n10,400,");
        Files.writeString(
                run.resolve("metrics.csv"), text.substring(0, text.indexOf('\n', line + 1) + 1) + "10,401,0.9");
        String page = report();
        assertThat(page)
                .contains(
                        "This report is incomplete",
                        "summary.json is missing",
                        "metrics.csv: the last line is cut and was left out",
                        "class_iou.csv is missing",
                        "samples/ has no pictures",
                        "200 generated scenes, 20 of them labelled",
                        "so far",
                        "<b>72.4</b>",
                        "<b>400</b>",
                        "10 epochs");
        assertThat(page)
                .doesNotContain("<b>401</b>")
                .doesNotContain("<b>0.900</b>")
                .doesNotContain("<section id=\"classes\"");
    }

    @Test
    void damagedFilesAreNamedAndTheRestIsUsed() throws IOException {
        SyntheticRun.write(run);
        Files.writeString(run.resolve("summary.json"), "{\"name\": \"embed");
        Files.writeString(run.resolve("config.yaml"), "name: [unclosed\n");
        Files.writeString(run.resolve("hardness.csv"), "epoch,picture,gamma\n1,a,0.5\n");
        Files.writeString(
                run.resolve("class_iou.csv"),
                "class,name,iou_student,iou_teacher\n0,ok,0.5,\n1,bad,x,y\n999,big,0,0\n2,\"open,0,0\n");
        Files.write(run.resolve("samples/000-truth.png"), new byte[] {1, 2, 3});
        String page = report();
        assertThat(page)
                .contains(
                        "summary.json is damaged",
                        "config.yaml is damaged",
                        "hardness.csv has no column image, hardness",
                        "class_iou.csv",
                        "samples/000-truth.png is not a picture",
                        "50.0 %",
                        "Supervised loss");
        assertThat(page).doesNotContain("<section id=\"hardness\"");
    }

    @Test
    void headersAloneAndEmptyFilesGiveAReport() throws IOException {
        Files.createDirectories(run);
        Files.writeString(run.resolve("metrics.csv"), SyntheticRun.METRICS + "\n");
        Files.writeString(run.resolve("hardness.csv"), "");
        Files.writeString(run.resolve("config.yaml"), "");
        assertThat(report())
                .contains("not evaluated yet", "hardness.csv holds no complete line")
                .doesNotContain("<section id=\"curves\"");
    }

    @Test
    void oneRowAndOneImageAreDrawn() throws IOException {
        Files.createDirectories(run);
        Files.writeString(
                run.resolve("metrics.csv"), SyntheticRun.METRICS + ",data_wait\n" + "1,1,0.01,0,,,,NaN,,3.5,0.1\n");
        Files.writeString(run.resolve("hardness.csv"), "epoch,image,gamma,hardness\n1,only,0.75,0.25\n2,other,,\n");
        String page = report();
        assertThat(page)
                .contains("Supervised loss", "Throughput")
                .doesNotContain("Consistency loss")
                .doesNotContain("Hardest images");
    }

    @Test
    void divergedLossIsTold() throws IOException {
        Files.createDirectories(run);
        Files.writeString(
                run.resolve("metrics.csv"),
                SyntheticRun.METRICS + "\n" + "1,1,0.01,0.5,,,,,,3\n1,2,0.01,NaN,,,,,,3\n1,3,0.01,Infinity,,,,,,3\n");
        assertThat(report()).contains("not a finite number in 2 rows of metrics.csv, first at step 2");
    }

    @Test
    void supervisedRunMissesNoHardness() throws IOException {
        SyntheticRun.write(run);
        Files.delete(run.resolve("hardness.csv"));
        Files.writeString(run.resolve("summary.json"), "{\"method\": \"SUPERVISED\", \"miou_teacher\": 0.5}");
        assertThat(report())
                .contains("supervised: labelled images only", "<b>50.0</b>")
                .doesNotContain("hardness.csv");
    }

    /** Such a run writes a gamma of 1 for every image. */
    @Test
    void whereNoHardnessIsMeasuredNoneIsShown() throws IOException {
        SyntheticRun.write(run);
        assertThat(report()).contains("Hardness is 1 − γ", "steers loss weight").doesNotContain("since step");
        Files.writeString(
                run.resolve("summary.json"),
                "{\"method\": \"UNIFORM\", \"miou_teacher\": 0.5, \"seconds\": 19, \"seconds_from_step\": 1200}");
        assertThat(report())
                .doesNotContain("Hardness is 1 − γ", "steers loss weight", "Hardest images")
                .contains("since step 1,200");
    }

    @Test
    void pseudoLabelsAreJudgedByTheLastLookBeforeTheyAreUsed() throws IOException {
        SyntheticRun.write(run);
        Files.writeString(run.resolve("config.yaml"), "name: x\ntraining: {sup_only_epochs: 2, epochs: 4}\n");
        String columns = "epoch,step,class,name,threshold,unlabelled_pixels,unlabelled_confident,validation_true,"
                + "validation_pixels,validation_confident,validation_right\n";
        Files.writeString(
                run.resolve("pseudo_labels.csv"),
                columns + "2,80,0,<b>cell,0.9,100,50,100,100,80,30\n" + "4,160,0,<b>cell,0.9,100,90,100,100,90,89\n");
        assertThat(report())
                .contains(
                        "<h2>After epoch 2</h2>",
                        "only 37.5 % of <b>&lt;b&gt;cell</b> are right",
                        "By class, epoch 4",
                        "98.9 %",
                        "Pseudo-labels over the run");
        Files.writeString(run.resolve("pseudo_labels.csv"), columns + "2,80,0,cell,0.9,x,50,100,100,80,30\n");
        assertThat(report()).contains("pseudo_labels.csv: 1 of 1 rows are not as expected");
    }

    @Test
    void tablesOfTheLastEvaluationThatDoNotFitAreTold() throws IOException {
        SyntheticRun.write(run);
        Files.writeString(run.resolve("confusion.csv"), "truth \\ prediction,a,b\na,1,2\n");
        assertThat(report()).contains("confusion.csv has not as many rows as columns");
        Files.writeString(run.resolve("confusion.csv"), "truth \\ prediction,a,b\na,1,2\nb,0,7\n");
        assertThat(report())
                .contains("What was taken for what", "pictures.csv cannot be read")
                .doesNotContain("confusion.csv");
    }

    @Test
    void rowsWrittenAgainAfterAResumeCountAsWrittenLast() throws IOException {
        Files.createDirectories(run);
        Files.writeString(
                run.resolve("metrics.csv"),
                SyntheticRun.METRICS + "\n"
                        + "1,1,0.01,0.5,,,,,,3\n1,2,0.01,0.9,,,,0.1,0.11,3\n"
                        + "1,1,0.01,0.5,,,,,,3\n1,2,0.01,0.4,,,,0.6,0.61,3\n");
        var notes = new ArrayList<String>();
        Metrics metrics = Metrics.read(run.resolve("metrics.csv"), notes);
        assertThat(notes).isEmpty();
        assertThat(Series.of(metrics, Metrics.Row::lossSup).y()).containsExactly(0.5, 0.4);
        assertThat(report()).contains("<b>61.0</b>");
    }

    @Test
    void foreignTextCannotBecomeMarkup() throws IOException {
        SyntheticRun.write(run);
        String evil = "<img src=x onerror=alert(1)>&\\\"'</pre></script>";
        Files.writeString(
                run.resolve("summary.json"),
                "{\"name\": \"" + evil + "\", \"device\": \"" + evil + "\", \"machine\": {\"" + evil + "\": \"" + evil
                        + "\"}, \"miou_teacher\": 0.5}");
        Files.writeString(run.resolve("config.yaml"), "# <b>" + evil + "\nname: x\nnetwork: {backbone: '<b>evil'}\n");
        Files.writeString(
                run.resolve("class_iou.csv"),
                "class,name,iou_student,iou_teacher\n0,\"<b>evil \"\"x\",0.5,0.5\n1,<i>,0.5,0.5\n");
        Files.writeString(
                run.resolve("hardness.csv"), "epoch,image,gamma,hardness\n1,<b>evil,0.75,0.25\n1,a&b,0.5,0.5\n");
        String page = report();
        assertThat(page)
                .doesNotContain("<img src=x")
                .doesNotContain("<b>evil")
                .doesNotContain("<i>,")
                .doesNotContain("</script>")
                .doesNotContain(">a&b<");
        assertThat(page)
                .contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;", "&lt;b&gt;evil &quot;x", "a&amp;b");
    }

    @Test
    void sameFilesGiveTheSameBytes() throws IOException {
        SyntheticRun.write(run);
        byte[] first = Files.readAllBytes(ReportWriter.write(run));
        assertThat(Files.readAllBytes(ReportWriter.write(run))).isEqualTo(first);
    }

    /** Whatever a kill, a full disk or a slip of an editor leaves behind, there is a well-formed report. */
    @Test
    void anyDamageStillGivesAReport() throws IOException {
        SyntheticRun.write(run);
        Files.writeString(run.resolve("confusion.csv"), "truth \\ prediction,a,b\na,1,2\nb,0,7\n");
        try (var samples = Files.list(run.resolve("samples"))) {
            for (Path file : samples.toList()) {
                Files.delete(file);
            }
        }
        for (String name : List.of(
                "config.yaml", "metrics.csv", "hardness.csv", "class_iou.csv", "summary.json", "confusion.csv")) {
            byte[] whole = Files.readAllBytes(run.resolve(name));
            for (int k = 0; k < 8; k++) {
                Rng rng = Rng.of(11, "damage " + name, k);
                byte[] damaged = Arrays.copyOf(whole, k % 2 == 0 ? whole.length : rng.integer(0, whole.length));
                for (int i = 0; i < 5 && damaged.length > 0; i++) {
                    damaged[rng.integer(0, damaged.length)] = (byte) rng.integer(0, 256);
                }
                Files.write(run.resolve(name), damaged);
                ReportWriter.write(run);
                assertWellFormed(Files.readString(run.resolve("report.html")));
            }
            Files.write(run.resolve(name), whole);
        }
    }

    @Test
    void directoryWithoutARunIsRefused() throws IOException {
        assertThatThrownBy(() -> ReportWriter.write(run))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(run + " is not a directory");
        Files.createDirectories(run.resolve("samples"));
        Files.writeString(run.resolve("readme.txt"), "nothing");
        assertThatThrownBy(() -> ReportWriter.write(run))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds no file of a run")
                .hasMessageContaining("config.yaml");
        assertThat(run.resolve("report.html")).doesNotExist();
    }

    @Test
    void longRunsStaySmall() throws IOException {
        Files.createDirectories(run);
        StringBuilder text = new StringBuilder(SyntheticRun.METRICS + "\n");
        for (int step = 1; step <= 50_000; step++) {
            text.append(step / 500 + 1)
                    .append(',')
                    .append(step)
                    .append(",0.01,")
                    .append(step == 31_234 ? 9 : 1 + step % 7 * 0.01)
                    .append(",0.1,0.5,0.5,,,30\n");
        }
        Files.writeString(run.resolve("metrics.csv"), text);
        String page = report();
        assertThat(page.length()).isLessThan(120_000);
        // The one spike of the loss is still drawn: 9 of an axis that ends at 10.
        assertThat(page).containsPattern("class=\"raw a\" d=\"[^\"]* 28\\.6");
    }
}
