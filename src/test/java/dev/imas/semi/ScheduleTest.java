package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ImasConfig.TeacherStart;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private final Schedule schedule = new Schedule(0.01, 0.9, 3, 2, 0, 0.7, 1, TeacherStart.COPY);

    @Test
    void learningRateFallsFromTheBaseAndStaysPositive() {
        assertThat(schedule.steps()).isEqualTo(6);
        assertThat(schedule.lr(0)).isEqualTo(0.01);
        assertThat(schedule.lr(3)).isCloseTo(0.01 * Math.pow(0.5, 0.9), within(1e-15));
        assertThat(schedule.lr(5)).isPositive();
    }

    @Test
    void teacherCopiesInTheFirstEpochThenAveragesUpToTheCap() {
        assertThat(schedule.emaDecay(0)).isZero();
        assertThat(schedule.emaDecay(1)).isZero();
        assertThat(schedule.emaDecay(2)).isCloseTo(1 - 1.0 / 3, within(1e-15));
        assertThat(schedule.emaDecay(3)).isEqualTo(0.7);
    }

    @Test
    void supervisedEpochsPostponeTheAverage() {
        Schedule late = new Schedule(0.01, 0.9, 4, 2, 1, 0.996, 1, TeacherStart.COPY);
        assertThat(late.emaDecay(3)).isZero();
        assertThat(late.emaDecay(4)).isCloseTo(1 - 1.0 / 3, within(1e-15));
    }

    @Test
    void anAveragingTeacherStartsWithTheFirstStep() {
        Schedule average = new Schedule(0.01, 0.9, 4, 2, 1, 0.7, 1, TeacherStart.AVERAGE);
        assertThat(average.emaDecay(0)).isZero();
        assertThat(average.emaDecay(1)).isCloseTo(0.5, within(1e-15));
        assertThat(average.emaDecay(3)).isEqualTo(0.7);
    }

    @Test
    void aWindowAveragesOverAShareOfTheStepsSoFar() {
        Schedule narrow = new Schedule(0.01, 0.9, 100, 10, 0, 0.99, 0.05, TeacherStart.AVERAGE);
        assertThat(narrow.emaDecay(0)).isZero();
        assertThat(1 / (1 - narrow.emaDecay(400)) - 1).isCloseTo(0.05 * 400, within(1e-9));
        assertThat(narrow.emaDecay(999)).isCloseTo(1 - 1 / 50.95, within(1e-12));
        assertThat(new Schedule(0.01, 0.9, 1000, 10, 0, 0.99, 0.05, TeacherStart.AVERAGE).emaDecay(9000))
                .isEqualTo(0.99);
    }
}
