package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfidenceCountsTest {
    private static final float NAN = Float.NaN;

    @Test
    void countsWhatReachesAThresholdAndIsRight() {
        ConfidenceCounts counts = new ConfidenceCounts(2);
        counts.add(new byte[] {0, 0, 0, 1, 1, 1}, new float[] {0.95f, 0.949f, 1, 0.7f, 0.99f, NAN}, new byte[] {
            0, 0, 1, 1, (byte) 255, 1
        });
        assertThat(counts.labelled(0)).isEqualTo(3);
        assertThat(counts.confident(0, 0.95)).isEqualTo(2); // the threshold itself reaches it
        assertThat(counts.right(0, 0.95)).isEqualTo(1);
        assertThat(counts.truth(0)).isEqualTo(2);
        assertThat(counts.truth(1)).isEqualTo(3);
        assertThat(counts.labelled(1)).isEqualTo(1); // neither what has no truth, nor what has no confidence
        assertThat(counts.confident(1, 0.95)).isZero();
        assertThat(counts.mean(1)).isEqualTo(0.7f);
    }
}
