package dev.imas.verify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Errors are what they should be, and NaN never passes unless NaN was recorded. */
class ComparisonTest {
    private final List<Check> checks = new ArrayList<>();
    private final Comparison compare = new Comparison("00_group", checks::add);

    @Test
    void absoluteIsTheLargestDifference() {
        compare.absolute("a.x", new float[] {1, 2, -3}, new float[] {1.5f, 2, -3.25f}, 0.5);
        assertThat(last()).isEqualTo(new Check("00_group", "a.x", 0.5, 0.5, "")).matches(Check::passed);
    }

    @Test
    void relativeToMaxDividesByTheLargestRecordedValue() {
        compare.relativeToMax("a.x", new float[] {1, -4}, new float[] {2, -4}, 0.2);
        assertThat(last().error()).isEqualTo(0.25);
        compare.relativeToMax("a.x", new float[2], new float[2], 0);
        assertThat(last().error()).isZero();
        compare.relativeToMax("a.x", new float[2], new float[] {0, 1e-30f}, 1);
        assertThat(last().error()).isInfinite();
    }

    @Test
    void relativeAsksForZeroWhereZeroIsRecorded() {
        compare.relative("a.x", 4, 5, 0.25);
        assertThat(last()).matches(Check::passed);
        compare.relative("a.x", 0, 1e-30, 1);
        assertThat(last()).matches(check -> !check.passed());
        compare.relative("a.x", 0, 0, 0);
        assertThat(last()).matches(Check::passed);
    }

    @Test
    void nanMatchesARecordedNanAlone() {
        float nan = Float.NaN;
        compare.absolute("a.x", new float[] {nan, 1}, new float[] {nan, 1}, 0);
        assertThat(last()).matches(Check::passed);
        compare.absolute("a.x", new float[] {1, 2}, new float[] {nan, 2}, 10);
        assertThat(last()).matches(check -> !check.passed());
        compare.relativeToMax("a.x", new float[] {nan, 2}, new float[] {1, 2}, 10);
        assertThat(last()).matches(check -> !check.passed());
        compare.relative("a.x", nan, 1, 10);
        assertThat(last()).matches(check -> !check.passed());
        compare.relative("a.x", 1, nan, 10);
        assertThat(last()).matches(check -> !check.passed());
        compare.relative("a.x", nan, nan, 0);
        assertThat(last()).matches(Check::passed);
    }

    @Test
    void differentLengthsFail() {
        compare.differing("a.labels", new byte[3], new byte[4]);
        assertThat(last())
                .matches(check -> !check.passed())
                .extracting(Check::note)
                .isEqualTo("3 values are recorded, 4 were found");
    }

    @Test
    void labelsAreCounted() {
        compare.differing("a.labels", new byte[] {1, 2, 3}, new byte[] {1, 0, 0});
        assertThat(last()).isEqualTo(new Check("00_group", "a.labels", 2, 0, ""));
    }

    private Check last() {
        return checks.get(checks.size() - 1);
    }
}
