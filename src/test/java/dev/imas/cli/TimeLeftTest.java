package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimeLeftTest {
    private long seconds = 1_000_000;

    private TimeLeft started(boolean slowerLater, long step, long total) {
        TimeLeft left = new TimeLeft(() -> seconds * 1_000_000_000, slowerLater);
        left.started(step, total);
        return left;
    }

    @Test
    void goesOnAtThePaceSoFar() {
        TimeLeft left = started(false, 40, 100);
        assertThat(left.after(40, true)).isEmpty();
        seconds += 20;
        assertThat(left.after(50, true)).isEqualTo("about 1 min left");
        seconds += 2;
        assertThat(left.after(90, false)).isEqualTo("about 4 s left");
        assertThat(left.after(100, false)).isEmpty();
    }

    @Test
    void labelledImagesAloneTellALowerBound() {
        TimeLeft left = started(true, 0, 1000);
        seconds += 100;
        assertThat(left.after(100, true)).isEqualTo("over 15 min left");
        seconds += 100;
        assertThat(left.after(200, false)).isEqualTo("over 13 min left");
        seconds += 50;
        assertThat(left.after(210, false)).isEqualTo("about 1 h 05 min left");
    }

    @Test
    void namesDays() {
        TimeLeft left = started(false, 0, 1_000_000);
        seconds += 100;
        assertThat(left.after(100, false)).isEqualTo("about 11 d 13 h left");
    }
}
