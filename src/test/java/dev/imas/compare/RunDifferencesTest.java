package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.report.Compared;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDifferencesTest {
    private static final String USUAL =
            """
            unsupervised: {weight_by_hardness: true, cutmix: hardness, cutmix_probability: 1.0, intensity_mix: hardness}
            training: {ema_decay: 0.99, lr: 0.01}
            supervised: {lr: 1}
            """;

    @TempDir
    Path dir;

    private final List<Path> runs = new ArrayList<>();

    private void run(String name, int seed, double miou, String settings) throws IOException {
        Path run = Files.createDirectories(dir.resolve(name));
        Files.writeString(run.resolve("config.yaml"), "method: imas\nseed: " + seed + "\n" + settings);
        Files.writeString(
                run.resolve("summary.json"),
                "{\"method\": \"IMAS\", \"seed\": " + seed + ", \"steps\": 9, \"result\": \"teacher\","
                        + " \"miou_teacher\": " + miou + ", \"miou_student\": 0.1}");
        runs.add(run);
    }

    private List<String> names() {
        return RunDifferences.of(
                runs.stream().map(run -> RunFacts.read(new RunDirectory(run))).toList());
    }

    private static String with(String... changes) {
        String settings = USUAL;
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(settings).contains(changes[i]);
            settings = settings.replace(changes[i], changes[i + 1]);
        }
        return settings;
    }

    @Test
    void runsOfOneKindHaveNoName() throws IOException {
        run("a", 1, 0.5, USUAL);
        run("b", 2, 0.6, USUAL);
        assertThat(names()).containsExactly("", "");
    }

    @Test
    void fewSettingsAreToldOfAll() throws IOException {
        run("a", 1, 0.5, USUAL);
        run("b", 1, 0.6, with("ema_decay: 0.99", "ema_decay: 0.996"));
        assertThat(names()).containsExactly("ema_decay 0.99", "ema_decay 0.996");
    }

    @Test
    void keysThatDifferInTheirSectionAloneAreToldWithIt() throws IOException {
        run("a", 1, 0.5, with("{lr: 1}", "{lr: 2}"));
        run("b", 1, 0.6, with("lr: 0.01", "lr: 2"));
        assertThat(names()).containsExactly("supervised.lr 2, training.lr 0.01", "supervised.lr 1, training.lr 2");
    }

    @Test
    void ofManySettingsThoseAreToldThatAreNotAsInMost() throws IOException {
        run("base", 1, 0.5, USUAL);
        run("weight", 1, 0.5, with("weight_by_hardness: true", "weight_by_hardness: false"));
        run("cutmix", 1, 0.5, with("cutmix: hardness", "cutmix: fixed", "probability: 1.0", "probability: 0.73"));
        run("intensity", 1, 0.5, with("intensity_mix: hardness", "intensity_mix: 'off'"));
        run("base2", 2, 0.5, USUAL);
        assertThat(names())
                .containsExactly(
                        "",
                        "weight_by_hardness false",
                        "cutmix fixed, cutmix_probability 0.73",
                        "intensity_mix off",
                        "");
    }

    @Test
    void othersAreComparedWithTheUsualKind() throws IOException {
        run("cutmix", 1, 0.5, with("cutmix: hardness", "cutmix: fixed", "probability: 1.0", "probability: 0.73"));
        run("weight", 1, 0.5, with("weight_by_hardness: true", "weight_by_hardness: false"));
        run("intensity", 1, 0.5, with("intensity_mix: hardness", "intensity_mix: 'off'"));
        run("base", 1, 0.6, USUAL);
        Compared.Group group = RunsCompared.of(runs).groups().get(0);
        assertThat(group.rows().get(0).name()).isEqualTo("iMAS");
        assertThat(group.differences())
                .extracting(Compared.Difference::name)
                .containsExactly(
                        "iMAS, cutmix fixed, cutmix_probability 0.73 − iMAS",
                        "iMAS, weight_by_hardness false − iMAS",
                        "iMAS, intensity_mix off − iMAS");
    }

    @Test
    void aRunWithoutSettingsIsAKindOfItsOwn() throws IOException {
        run("base", 1, 0.6, USUAL);
        run("bare", 2, 0.5, USUAL);
        Files.delete(dir.resolve("bare/config.yaml"));
        assertThat(names()).doesNotHaveDuplicates();
    }

    /** As folders of several comparisons are, in which runs have the same names. */
    @Test
    void kindsThatNoFewSettingsTellApartAreCalledByDirectoriesThatDo() throws IOException {
        String other = with(
                "weight_by_hardness: true", "weight_by_hardness: false",
                "cutmix: hardness", "cutmix: fixed",
                "intensity_mix: hardness", "intensity_mix: 'off'",
                "ema_decay: 0.99", "ema_decay: 0.996");
        run("one/seed1-imas", 1, 0.5, USUAL);
        run("two/seed1-imas", 1, 0.7, other);
        run("two/seed2-imas", 2, 0.9, other);
        String one = "as in " + Path.of("one", "seed1-imas");
        String two = "as in " + Path.of("two", "seed1-imas");
        assertThat(names()).containsExactly(one, two, two);
        Compared compared = RunsCompared.of(runs);
        assertThat(compared.groups().get(0).rows())
                .extracting(Compared.Row::name)
                .containsExactly("iMAS, " + one, "iMAS, " + two);
        assertThat(compared.groups().get(0).rows())
                .extracting(Compared.Row::mean)
                .containsExactly(0.5, 0.8);
    }

    /** A run and its copies are no seeds of each other. */
    @Test
    void theSameAgainIsARowOfItsOwn() throws IOException {
        run("a/run", 1, 0.5, USUAL);
        run("b/run", 1, 0.6, USUAL);
        run("c/run", 1, 0.7, USUAL);
        assertThat(RunsCompared.of(runs).groups().get(0).rows())
                .extracting(Compared.Row::name)
                .containsExactly("iMAS", "iMAS (" + Path.of("b", "run") + ")", "iMAS (" + Path.of("c", "run") + ")");
    }
}
