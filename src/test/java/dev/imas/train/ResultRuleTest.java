package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig.Keep;
import dev.imas.run.EpochMetrics;
import dev.imas.run.Role;
import org.junit.jupiter.api.Test;

class ResultRuleTest {
    private static final ResultRule BEST = new ResultRule(Keep.BEST);
    private static final ResultRule LAST = new ResultRule(Keep.LAST);

    private static EpochMetrics found(double student, double teacher) {
        return new EpochMetrics(1, 10, student, teacher, new double[0], new double[0]);
    }

    @Test
    void theBetterOfBothIsTheResultWhereTheBestIsKept() {
        assertThat(BEST.of(found(0.829, 0.797))).isEqualTo(Role.STUDENT);
        assertThat(BEST.miou(found(0.829, 0.797))).isEqualTo(0.829);
        assertThat(BEST.of(found(0.797, 0.829))).isEqualTo(Role.TEACHER);
        assertThat(BEST.of(found(0.8, 0.8))).isEqualTo(Role.TEACHER);
        assertThat(LAST.of(found(0.829, 0.797))).isEqualTo(Role.TEACHER);
        assertThat(LAST.miou(found(0.829, 0.797))).isEqualTo(0.797);
    }

    @Test
    void anEvaluationIsBetterByItsResult() {
        EpochMetrics best = found(0.829, 0.797);
        assertThat(BEST.better(found(0.82, 0.81), best)).isFalse();
        assertThat(LAST.better(found(0.82, 0.81), best)).isTrue();
        assertThat(BEST.better(found(0.5, 0.83), best)).isTrue();
        assertThat(BEST.better(best, best)).as("the first of equal ones stays").isFalse();
        assertThat(BEST.better(found(0.1, 0.1), null)).isTrue();
        assertThat(BEST.better(found(0.1, 0.1), found(Double.NaN, Double.NaN))).isTrue();
        assertThat(BEST.better(found(Double.NaN, Double.NaN), best)).isFalse();
        assertThat(BEST.better(found(Double.NaN, Double.NaN), found(Double.NaN, Double.NaN)))
                .as("nothing is better than nothing: patience ends such a run, too")
                .isFalse();
    }
}
