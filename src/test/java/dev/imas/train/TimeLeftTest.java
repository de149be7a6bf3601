package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimeLeftTest {
    private long seconds = 1_000_000;

    private TimeLeft started(long step, long total, long slow) {
        TimeLeft left = new TimeLeft(() -> seconds * 1_000_000_000);
        left.started(step, total, slow);
        return left;
    }

    @Test
    void goesOnAtThePaceSoFar() {
        TimeLeft left = started(40, 100, 0);
        assertThat(left.after(40)).isEmpty();
        seconds += 20;
        assertThat(left.after(50)).isEqualTo("about 1 min left");
        seconds += 2;
        assertThat(left.after(90)).isEqualTo("about 4 s left");
        assertThat(left.after(100)).isEmpty();
    }

    @Test
    void labelledImagesAloneTellALowerBound() {
        TimeLeft left = started(0, 1000, 150);
        seconds += 100;
        assertThat(left.after(100)).isEqualTo("over 15 min left");
        seconds += 100;
        assertThat(left.after(200)).isEqualTo("over 13 min left");
        seconds += 50;
        assertThat(left.after(210)).isEqualTo("about 1 h 05 min left");
    }

    @Test
    void namesDays() {
        TimeLeft left = started(0, 1_000_000, 0);
        seconds += 100;
        assertThat(left.after(100)).isEqualTo("about 11 d 13 h left");
    }
}
