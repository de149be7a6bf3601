package dev.imas.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.CheckTable;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.engine.GroupRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The project against the published implementation's recordings: the built-in set, and the full one where there is one.
 */
class GoldenTest {
    /** Where a checkout may have the full set beside it; another place can be named with -Dimas.golden=DIR. */
    private static final Path FULL_SET = Path.of(System.getProperty("imas.golden", "../shared/golden"));

    /** Likewise, for the recordings of UniMatch V2, which come by themselves. */
    private static final Path DINO_SET = Path.of(System.getProperty("imas.golden-dino", "../shared/golden-dino"));

    private static final String DINO = "13_dino";

    @Test
    void builtInSetHasEveryGroupButDinos() {
        GoldenData data = GoldenData.builtIn();
        assertThat(GoldenSuite.groups())
                .filteredOn(group -> !group.name().equals(DINO))
                .allSatisfy(group ->
                        assertThat(data.has(group.name())).as(group.name()).isTrue());
    }

    /** All of it, but for the replay of whole trainings where the full set has them as well: it takes a minute. */
    @TestFactory
    Stream<DynamicTest> builtInSet() {
        GoldenData data = GoldenData.builtIn();
        return each(
                data,
                group -> data.has(group.name())
                        && (!group.name().equals("09_training") || !Files.isDirectory(FULL_SET)));
    }

    @TestFactory
    Stream<DynamicTest> fullSet() {
        return where(FULL_SET, "-Dimas.golden=DIR", group -> !group.name().equals(DINO));
    }

    @TestFactory
    Stream<DynamicTest> dinoSet() {
        return where(DINO_SET, "-Dimas.golden-dino=DIR", group -> group.name().equals(DINO));
    }

    /** The groups of a set that may be elsewhere, or not be there. */
    private static Stream<DynamicTest> where(Path set, String option, Predicate<GoldenGroup> chosen) {
        if (!Files.isDirectory(set)) {
            String note = "no recorded data at " + set.toAbsolutePath() + "; name its place with " + option;
            return Stream.of(DynamicTest.dynamicTest("all groups", () -> assumeTrue(false, note)));
        }
        return each(new GoldenData(set), chosen);
    }

    private static Stream<DynamicTest> each(GoldenData data, Predicate<GoldenGroup> chosen) {
        return GoldenSuite.groups().stream()
                .filter(chosen)
                .map(group -> DynamicTest.dynamicTest(group.name(), () -> {
                    List<Check> checks = new ArrayList<>();
                    GroupRunner.run(group, data, checks::add);
                    assertThat(checks).isNotEmpty();
                    assertThat(checks.stream().filter(check -> !check.passed()))
                            .as(() -> CheckTable.text(checks))
                            .isEmpty();
                }));
    }
}
