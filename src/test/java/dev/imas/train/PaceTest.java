package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private long now = 1000;

    @Test
    void workTakesAFiftiethOfTheTimeAtMost() {
        Pace pace = new Pace(() -> now);
        assertThat(pace.due()).isTrue();
        pace.spend(() -> now += 1000);
        assertThat(pace.due()).isTrue(); // the first time is no measure
        pace.spend(() -> now += 10);
        now += 489;
        assertThat(pace.due()).isFalse();
        now += 1;
        assertThat(pace.due()).isTrue();
    }
}
