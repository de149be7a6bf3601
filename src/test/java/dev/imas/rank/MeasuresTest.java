package dev.imas.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.image.LabelMap;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.run.Hardness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes a picture hard, computed by hand. */
class MeasuresTest {
    private static ConfusionMatrix maps(int[] one, int[] other) {
        return ConfusionMatrix.of(map(one), map(other), 3);
    }

    private static LabelMap map(int[] labels) {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < labels.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        return new LabelMap(labels.length, 1, bytes);
    }

    @Test
    void agreementIsTheSymmetricWeightedIouOfTheMethod() {
        // Class 0: 4 and 3 pixels, 3 common; class 1: 2 and 3, 2 common; class 2: 2 and 2, 2 common.
        ConfusionMatrix maps = maps(new int[] {0, 0, 0, 0, 1, 1, 2, 2}, new int[] {0, 0, 0, 1, 1, 1, 2, 2});
        double zero = 3 / 4.0;
        double first = 2 / 3.0;
        assertThat(new Agreement(true, false).of(maps))
                .isCloseTo(((4 * zero + 2 * first + 2) / 8 + (3 * zero + 3 * first + 2) / 8) / 2, within(1e-9));
        assertThat(new Agreement(true, true).of(maps))
                .isCloseTo(((2 * first + 2) / 4 + (3 * first + 2) / 5) / 2, within(1e-9));
        assertThat(new Agreement(false, true).of(maps)).isCloseTo((zero + first + 1) / 3, within(1e-9));
    }

    @Test
    void backgroundAloneIsAgreedAndAnObjectThatOneAloneSeesIsNot() {
        ConfusionMatrix nothing = maps(new int[] {0, 0, 0}, new int[] {0, 0, 0});
        ConfusionMatrix oneAlone = maps(new int[] {0, 0, 0}, new int[] {0, 2, 0});
        assertThat(new Agreement(true, true).of(nothing)).isEqualTo(1);
        assertThat(new Agreement(true, true).of(oneAlone)).isZero();
    }

    @Test
    void entropyIsAShareOfThatOfEquallyLikelyClasses() {
        assertThat(Ranker.entropy(new float[] {0.5f, 1, 0.5f, 0}, 2)).isCloseTo(0.5, within(1e-6));
    }

    @Test
    void hardnessIsTheMeanOverTheLastEpochsInWhichAPictureWasSeen(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("values.csv");
        try (Hardness.Log log = new Hardness.Log(file, 0)) {
            for (int epoch = 1; epoch <= 40; epoch++) {
                log.row(epoch, "easy", epoch <= 30 ? 0f : 0.75f); // was hard before
                if (epoch > 35) {
                    log.row(epoch, "hard", 0.25f + 0.01f * (epoch - 38));
                }
                if (epoch < 20) {
                    log.row(epoch, "gone", 0.5f);
                }
            }
            log.sync();
        }
        RunHardness found = RunHardness.of(Hardness.read(file, new ArrayList<>()));
        assertThat(List.of(found.first(), found.last())).containsExactly(31L, 40L);
        assertThat(found.byName()).containsOnlyKeys("easy", "hard");
        assertThat(found.byName().get("easy").mean()).isCloseTo(0.25, within(1e-6));
        assertThat(found.byName().get("hard").mean()).isCloseTo(0.75, within(1e-6));
        assertThat(found.byName().get("hard").last()).isCloseTo(0.73, within(1e-6));
        assertThat(found.byName().get("hard").epochs()).isEqualTo(5);
    }

    @Test
    void theHardestRegionIsWhereMostIsOpenAndRegionsLieApart() {
        int width = 90;
        int height = 60;
        float[] unsure = new float[width * height];
        plant(unsure, width, 40, 30, DoubtMap.DIFFERENT);
        plant(unsure, width, 5, 5, 1.4f);
        plant(unsure, width, 70, 5, 0.3f); // not worth a look beside the others
        List<HardRegions.Region> found = HardRegions.of(new DoubtMap(width, height, unsure));
        assertThat(found).hasSize(2);
        assertThat(found.get(0)).satisfies(region -> contains(region, 40, 30));
        assertThat(found.get(1)).satisfies(region -> contains(region, 5, 5));
        assertThat(found.get(0).share()).isBetween(found.get(1).share(), 1.0);
        assertThat(HardRegions.of(new DoubtMap(width, height, new float[width * height])))
                .isEmpty();
        assertThat(HardRegions.of(new DoubtMap(1, 1, new float[] {1}))).hasSize(1);
    }

    private static void plant(float[] unsure, int width, int left, int top, float value) {
        for (int y = top; y < top + 10; y++) {
            for (int x = left; x < left + 10; x++) {
                unsure[y * width + x] = value;
            }
        }
    }

    private static void contains(HardRegions.Region region, int left, int top) {
        assertThat(region.x()).isBetween(left - 5, left);
        assertThat(region.y()).isBetween(top - 5, top);
        assertThat(region.x() + region.width()).isBetween(left + 10, left + 15);
        assertThat(region.y() + region.height()).isBetween(top + 10, top + 15);
    }
}
