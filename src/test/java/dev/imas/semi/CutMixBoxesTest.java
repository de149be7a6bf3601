package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against statistics of 20000 boxes that the published implementation drew (recorded data, 04_cutmix/cutmix.json,
 * box_law_statistics).
 */
class CutMixBoxesTest {
    private static final int SAMPLES = 20_000;

    @ParameterizedTest
    @CsvSource({
        "65,65,0.5,19.2775,48.0857,19.31395,48.08015,0.19613943195266273,32,32,0,65",
        "513,513,0.1,246.64185,296.0359,248.3284,297.6676,0.00926009389403767,50,50,7,513",
        "769,769,0.9,122.8463,670.47375,123.04255,670.5264,0.5070496003287331,692,692,0,769",
        "40,90,0.33,14.91315,26.2561,33.1715,59.59085,0.08323827777777779,12,28,0,40"
    })
    void followsTheRecordedLaw(
            int h,
            int w,
            double v,
            double top,
            double bottom,
            double left,
            double right,
            double area,
            int maxRows,
            int maxColumns,
            int minTop,
            int maxBottom) {
        int[][] boxes = CutMixBoxes.draw(Rng.of(11, "test"), SAMPLES, h, w, v);
        // Two independent samples; 0.3 H / sqrt(n) is the standard error of a mean position.
        double rows = 5 * 0.3 * h * Math.sqrt(2.0 / SAMPLES);
        double columns = 5 * 0.3 * w * Math.sqrt(2.0 / SAMPLES);
        assertThat(mean(boxes, b -> b[0])).isCloseTo(top, within(rows));
        assertThat(mean(boxes, b -> b[2])).isCloseTo(bottom, within(rows));
        assertThat(mean(boxes, b -> b[1])).isCloseTo(left, within(columns));
        assertThat(mean(boxes, b -> b[3])).isCloseTo(right, within(columns));
        assertThat(mean(boxes, b -> (double) (b[2] - b[0]) * (b[3] - b[1]) / (h * w)))
                .isCloseTo(area, within(0.01));
        assertThat(Arrays.stream(boxes).mapToInt(b -> b[2] - b[0]).max()).hasValue(maxRows);
        assertThat(Arrays.stream(boxes).mapToInt(b -> b[3] - b[1]).max()).hasValue(maxColumns);
        assertThat(Arrays.stream(boxes).mapToInt(b -> b[0]).min()).hasValue(minTop);
        assertThat(Arrays.stream(boxes).mapToInt(b -> b[2]).max()).hasValue(maxBottom);
    }

    @Test
    void drawsDependOnSeedAndStepAlone() {
        SeededDraws draws = new SeededDraws(1, 5, 0.1, 0.9);
        assertThat(draws.boxes(4, 64, 64, 1)).isDeepEqualTo(new SeededDraws(1, 5, 0.1, 0.9).boxes(4, 64, 64, 1));
        assertThat(Arrays.deepEquals(draws.boxes(4, 64, 64, 1), new SeededDraws(1, 6, 0.1, 0.9).boxes(4, 64, 64, 1)))
                .isFalse();
        assertThat(draws.trigger())
                .isEqualTo(new SeededDraws(1, 5, 0, 1).trigger())
                .isNotEqualTo(new SeededDraws(2, 5, 0, 1).trigger());
    }

    private static double mean(int[][] boxes, ToDoubleFunction<int[]> value) {
        return Arrays.stream(boxes).mapToDouble(value).average().orElseThrow();
    }
}
