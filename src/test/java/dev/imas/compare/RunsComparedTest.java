package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.report.Compared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsComparedTest {
    @TempDir
    Path dir;

    private final List<Path> runs = new ArrayList<>();

    private Path begun(int seed, String settings) throws IOException {
        Path run = Files.createDirectories(dir.resolve("run" + runs.size()));
        Files.writeString(run.resolve("config.yaml"), "method: imas\nseed: " + seed + "\n" + settings);
        runs.add(run);
        return run;
    }

    /** @param more members of summary.json */
    private void finished(int seed, String settings, String more) throws IOException {
        Files.writeString(
                begun(seed, settings).resolve("summary.json"),
                "{\"method\": \"IMAS\", \"seed\": " + seed + ", \"result\": \"teacher\", \"miou_teacher\": 0."
                        + (5 + seed) + ", \"miou_student\": 0.1" + more + "}");
    }

    private List<Compared.Group> groups() {
        return RunsCompared.of(runs).groups();
    }

    /** Whichever has the smallest seed. */
    @Test
    void othersAreComparedWithTheUsualKindWhateverTheirSeeds() throws IOException {
        String other = "unsupervised: {weight: 2, a: 1, b: 1, c: 1}\n";
        String third = "unsupervised: {weight: 1, a: 2, b: 1, c: 1}\n";
        String fourth = "unsupervised: {weight: 1, a: 1, b: 2, c: 2}\n";
        String usual = "unsupervised: {weight: 1, a: 1, b: 1, c: 1}\n";
        finished(1, other, "");
        finished(2, other, "");
        finished(1, third, "");
        finished(1, fourth, "");
        finished(3, usual, "");
        finished(2, usual, "");
        Compared.Group group = groups().get(0);
        assertThat(group.rows().get(0).name()).isEqualTo("iMAS");
        assertThat(group.rows().get(0).runs()).extracting(Compared.Result::seed).containsExactly(2L, 3L);
        assertThat(group.differences())
                .singleElement()
                .extracting(Compared.Difference::name)
                .isEqualTo("iMAS, weight 2 − iMAS");
        assertThat(ResultTable.markdown(RunsCompared.of(runs)))
                .contains("\niMAS, weight 2 against iMAS: ")
                .doesNotContain("IMAS");
    }

    @Test
    void lengthsThatDifferAreSaid() throws IOException {
        finished(1, "training: {lr: 1}\n", ", \"steps\": 3000");
        finished(2, "training: {lr: 1}\n", ", \"steps\": 5000");
        finished(2, "training: {lr: 2}\n", ", \"steps\": 3000");
        assertThat(groups().get(0).remarks())
                .contains(
                        "iMAS, lr 1: runs of 3,000 to 5,000 steps, so that their mean and spread are of different"
                                + " lengths.",
                        "iMAS, lr 2 and iMAS, lr 1 were not trained for equally many steps: their difference is that"
                                + " of the lengths, too.");
    }

    @Test
    void aRunThatGoesOnStandsWithItsSiblings() throws IOException {
        finished(1, "", ", \"data\": {\"labeled\": 5, \"unlabeled\": 9}");
        begun(2, "");
        assertThat(groups()).hasSize(1);
        assertThat(groups().get(0).remarks()).contains("1 run has not finished; differences are of those that have.");
        finished(3, "", ", \"data\": {\"labeled\": 7, \"unlabeled\": 9}");
        assertThat(groups())
                .extracting(Compared.Group::title)
                .containsExactly("5 labelled pictures", "an unknown number of labels", "7 labelled pictures");
        Path checkpoints = Files.createDirectories(runs.get(1).resolve("checkpoints"));
        Files.writeString(
                checkpoints.resolve("step-000000010.json"), "{\"data\": {\"labeled\": \"7 pictures, names 0\"}}");
        assertThat(groups())
                .extracting(Compared.Group::title)
                .containsExactly("5 labelled pictures", "7 labelled pictures");
    }

    /** But one that goes on from what runs of a comparison share is as long as the others of it. */
    @Test
    void aPartOfARunIsNotItsTime() throws IOException {
        String epochs = "training: {epochs: 10, sup_only_epochs: 3}\n";
        finished(1, epochs, ", \"steps\": 100, \"seconds\": 60, \"seconds_from_step\": 30");
        finished(2, epochs, ", \"steps\": 100, \"seconds\": 6, \"seconds_from_step\": 90");
        assertThat(groups().get(0).rows().get(0).seconds()).isEqualTo(60);
    }
}
