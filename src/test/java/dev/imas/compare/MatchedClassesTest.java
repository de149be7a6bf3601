package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.report.Compared;
import dev.imas.report.ComparisonPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of any origin on one page, whose classes are numbered or named differently. */
class MatchedClassesTest {
    private static final String HEAD = "class,name,iou_student,iou_teacher\n";

    @TempDir
    Path dir;

    private Path run(String method, String classes) throws IOException {
        Path run = Files.createDirectories(dir.resolve(method));
        Files.writeString(
                run.resolve("summary.json"),
                "{\"method\": \"" + method + "\", \"seed\": 1, \"miou_teacher\": 0.5, \"miou_student\": 0.5}");
        Files.writeString(run.resolve("class_iou.csv"), HEAD + classes);
        return run;
    }

    private static double[] iou(Compared compared, int row) {
        return compared.groups().get(0).rows().get(row).iou();
    }

    @Test
    void classesInAnotherOrderAreMatchedByName() throws IOException {
        Compared compared = RunsCompared.of(List.of(
                run("supervised", "0,background,0.9,0.9\n1,cat,0.2,0.2\n2,dog,0.7,0.7\n"),
                run("imas", "0,background,0.8,0.8\n1,dog,0.6,0.6\n2,cat,0.3,0.3\n")));
        assertThat(compared.classes().stream().map(Compared.ClassName::name))
                .containsExactly("background", "cat", "dog");
        assertThat(iou(compared, 0)).containsExactly(0.9, 0.2, 0.7);
        assertThat(iou(compared, 1)).containsExactly(0.8, 0.3, 0.6);
    }

    @Test
    void classesOfOtherNamesHaveNoTable() throws IOException {
        Compared compared = RunsCompared.of(List.of(
                run("supervised", "0,background,0.9,0.9\n1,cat,0.2,0.2\n"),
                run("imas", "0,background,0.8,0.8\n1,bird,0.6,0.6\n")));
        assertThat(ComparisonPage.html(compared)).doesNotContain("id=\"classes\"");
        assertThat(compared.notes())
                .contains("supervised and imas have classes of different names (such as bird), so there is no table of"
                        + " classes, and mIoU is a mean over other classes in each: it says"
                        + " little of which is better.");
    }

    /** Nothing tells which is which, but where the order is the same too. */
    @Test
    void aNameOfTwoClassesMatchesByOrderAlone() throws IOException {
        String twice = "0,cell,0.9,0.9\n1,cell,0.2,0.2\n2,rest,0.1,0.1\n";
        Compared compared = RunsCompared.of(List.of(run("supervised", twice), run("imas", twice)));
        assertThat(iou(compared, 1)).containsExactly(0.9, 0.2, 0.1);
        Compared other = RunsCompared.of(
                List.of(run("supervised", twice), run("imas", "0,cell,0.9,0.9\n1,rest,0.2,0.2\n2,cell,0.1,0.1\n")));
        assertThat(other.classes()).isEmpty();
        assertThat(other.notes()).hasSize(1);
    }
}
