package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassWeightsTest {
    /** Masks alone. */
    private record Masks(List<LabelMap> masks) implements ImageSource {
        @Override
        public int size() {
            return masks.size();
        }

        @Override
        public String id(int i) {
            return "mask " + i;
        }

        @Override
        public RgbImage image(int i) {
            throw new AssertionError("no picture is needed for the weights");
        }

        @Override
        public LabelMap mask(int i) {
            return masks.get(i);
        }
    }

    /** 90 pixels of the first class, 10 of the second, 28 ignored. */
    private static LabelMap mask() {
        byte[] labels = new byte[128];
        Arrays.fill(labels, 90, 100, (byte) 1);
        Arrays.fill(labels, 100, 128, (byte) LabelMap.IGNORE);
        return new LabelMap(16, 8, labels);
    }

    private static Dataset data(LabelMap... masks) {
        Masks source = new Masks(List.of(masks));
        return new Dataset(source, source, source, List.of("ground", "cell", "dust"), List.of(1, 2, 3));
    }

    private static ImasConfig config(List<Double> weights) {
        ImasConfig defaults = ConfigYaml.defaults();
        return defaults.withData(defaults.data().withClasses(3))
                .withSupervised(defaults.supervised().withClassWeights(weights));
    }

    @Test
    void rareClassesWeighMoreIgnoredPixelsNothing() {
        List<String> told = new ArrayList<>();
        ImasConfig settled = ClassWeights.settled(config(null), data(mask(), mask()), told::add);
        // 1/sqrt(180) and 1/sqrt(20) are 1 : 3
        assertThat(settled.supervised().classWeights()).containsExactly(0.5, 1.5, 1.0);
        assertThat(told)
                .containsExactly("class weights from 2 masks: ground 0.500, cell 1.50; in no labelled mask: dust");
        assertThat(ConfigYaml.dump(settled)).contains("class_weights: [0.5, 1.5, 1.0]");
    }

    @Test
    void givenOnesStay() {
        List<String> told = new ArrayList<>();
        ImasConfig none = config(List.of());
        ImasConfig given = config(List.of(1.0, 2.0, 3.0));
        assertThat(ClassWeights.settled(none, data(mask()), told::add)).isSameAs(none);
        assertThat(ClassWeights.settled(given, data(mask()), told::add)).isSameAs(given);
        assertThat(told).isEmpty();
    }

    @Test
    void givenOnesMustBeAsManyAsTheClassesThatTheMasksHave() {
        assertThatThrownBy(() -> ClassWeights.settled(config(List.of(1.0, 2.0)), data(mask()), line -> {}))
                .isInstanceOf(UserException.class)
                .hasMessage("supervised.class_weights is 2 weights; expected 3, one a class, or none, or auto");
    }

    @Test
    void fourDigitsAreKept() {
        assertThat(ClassWeights.of(new long[] {1000, 7, 0})).containsExactly(0.1544, 1.846, 1.0);
        assertThat(ClassWeights.of(new long[] {0, 0})).containsExactly(1.0, 1.0);
    }
}
