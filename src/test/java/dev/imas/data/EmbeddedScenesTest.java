package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import dev.imas.image.TestFiles;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedScenesTest {
    private static final int SCENES = 24;

    @Test
    void aSceneDependsOnSeedStreamAndNumberAlone() {
        EmbeddedScenes scenes = new EmbeddedScenes(5, "train", 8, 64);
        EmbeddedScenes again = new EmbeddedScenes(5, "train", 4, 64);
        for (int i = 3; i >= 0; i--) {
            assertThat(again.image(i).rgb()).isEqualTo(scenes.image(i).rgb());
            assertThat(again.mask(i).labels()).isEqualTo(scenes.mask(i).labels());
        }
        assertThat(new EmbeddedScenes(6, "train", 8, 64).image(0).rgb())
                .isNotEqualTo(scenes.image(0).rgb());
        assertThat(new EmbeddedScenes(5, "validation", 8, 64).image(0).rgb())
                .isNotEqualTo(scenes.image(0).rgb());
        assertThat(scenes.image(1).rgb()).isNotEqualTo(scenes.image(0).rgb());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyClassIsPresentAndTheBackgroundPrevails(long seed) {
        EmbeddedScenes scenes = new EmbeddedScenes(seed, "train", SCENES, 96);
        long[] counts = new long[256];
        for (int i = 0; i < SCENES; i++) {
            LabelMap mask = scenes.mask(i);
            assertThat(mask.width()).isEqualTo(scenes.image(i).width()).isEqualTo(96);
            for (byte label : mask.labels()) {
                counts[label & 255]++;
            }
        }
        double all = 96.0 * 96 * SCENES;
        assertThat(counts[0] / all).isBetween(0.5, 0.95);
        for (int label = 1; label < EmbeddedScenes.CLASS_NAMES.size(); label++) {
            assertThat(counts[label] / all)
                    .as(EmbeddedScenes.CLASS_NAMES.get(label))
                    .isGreaterThan(0.005);
        }
        assertThat(IntStream.range(EmbeddedScenes.CLASS_NAMES.size(), 256).mapToLong(label -> counts[label]))
                .containsOnly(0L);
    }

    /** The two classes of a shape share a hue, so their mean colours differ less than one class's objects do. */
    @Test
    void colourIsNoAnswer() {
        EmbeddedScenes scenes = new EmbeddedScenes(1, "train", 200, 48);
        for (int channel = 0; channel < 3; channel++) {
            List<DoubleSummaryStatistics> values = new ArrayList<>();
            double[] squares = new double[7];
            for (int label = 0; label < 7; label++) {
                values.add(new DoubleSummaryStatistics());
            }
            for (int i = 0; i < scenes.size(); i++) {
                for (int label = 1; label < 7; label++) {
                    double mean = meanOf(scenes, i, label, channel);
                    if (!Double.isNaN(mean)) {
                        values.get(label).accept(mean);
                        squares[label] += mean * mean;
                    }
                }
            }
            for (int label = 1; label < 7; label += 2) {
                double mean = values.get(label).getAverage();
                double spread = Math.sqrt(squares[label] / values.get(label).getCount() - mean * mean);
                assertThat(Math.abs(mean - values.get(label + 1).getAverage()))
                        .as("%s and its twin, channel %d", EmbeddedScenes.CLASS_NAMES.get(label), channel)
                        .isLessThan(spread / 2);
            }
        }
    }

    /** Mean of a channel over the pixels of a class, NaN where it does not occur. */
    private static double meanOf(EmbeddedScenes scenes, int i, int label, int channel) {
        byte[] rgb = scenes.image(i).rgb();
        byte[] labels = scenes.mask(i).labels();
        return IntStream.range(0, labels.length)
                .filter(p -> labels[p] == label)
                .map(p -> rgb[3 * p + channel] & 255)
                .average()
                .orElse(Double.NaN);
    }

    @Test
    void labeledAndUnlabeledScenesArePartsOfOneSet() {
        ImasConfig config = TestFiles.config(
                "data.embedded.images",
                30,
                "data.embedded.labeled",
                7,
                "data.embedded.validation",
                5,
                "data.embedded.size",
                32);
        Dataset data = Dataset.open(config);
        Set<String> labeled = ids(data.labeled());
        Set<String> unlabeled = ids(data.unlabeled());
        assertThat(labeled).hasSize(7).doesNotContainAnyElementsOf(unlabeled);
        assertThat(unlabeled).hasSize(23);
        assertThat(Stream.concat(labeled.stream(), unlabeled.stream()))
                .containsExactlyInAnyOrderElementsOf(ids(new EmbeddedScenes(1, "train", 30, 32)));
        assertThat(data.validation().size()).isEqualTo(5);
        assertThat(ids(data.validation())).doesNotContainAnyElementsOf(labeled);
        assertThat(data.classNames())
                .hasSameSizeAs(data.palette())
                .hasSize(config.data().classes());
        assertThat(ids(Dataset.open(config).labeled())).isEqualTo(labeled);
        assertThat(rgb(Dataset.openValidation(config).validation())).isEqualTo(rgb(data.validation()));
    }

    private static byte[] rgb(ImageSource source) {
        return ((RgbImage) source.image(2)).rgb();
    }

    @Test
    void sizesOutOfRange() {
        assertThatThrownBy(() -> new EmbeddedScenes(1, "train", 3, 8))
                .isInstanceOf(UserException.class)
                .hasMessage("generated scenes: got 3 scenes of side 8; expected 0 or more scenes of side "
                        + "16 to 4096; check data.embedded");
    }

    private static Set<String> ids(ImageSource source) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < source.size(); i++) {
            ids.add(source.id(i));
        }
        return ids;
    }
}
