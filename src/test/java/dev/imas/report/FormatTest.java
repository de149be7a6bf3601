package dev.imas.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
    private static String plain(String text) {
        return text.replace('\u00a0', ' ');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0.0 s",
                "0.84|0.8 s",
                "9.94|9.9 s",
                "9.96|10 s",
                "59.4|59 s",
                "59.6|1 min 0 s",
                "151.2|2 min 31 s",
                "3599.4|59 min 59 s",
                "3600|1 h 00 min",
                "11240|3 h 07 min",
                "86399|1 d 00 h",
                "190000|2 d 05 h",
                "NaN|–",
                "-1|–"
            })
    void durations(double seconds, String expected) {
        assertThat(plain(Format.duration(seconds))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0",
                "0.01234|0.0123",
                "4.5678|4.57",
                "45.678|45.7",
                "1234.4|1,234",
                "0.0000123|1.2e−05",
                "-0.5|−0.500",
                "NaN|–",
                "Infinity|–"
            })
    void significantDigits(double value, String expected) {
        assertThat(Format.significant(value)).isEqualTo(expected);
    }

    @Test
    void sharesPointsAndMemory() {
        assertThat(plain(Format.percent(0.71345))).isEqualTo("71.3 %");
        assertThat(Format.percent(Double.NaN)).isEqualTo("–");
        assertThat(Format.points(0.0123)).isEqualTo("+1.2");
        assertThat(Format.points(-0.0123)).isEqualTo("−1.2");
        assertThat(Format.points(-0.0001)).isEqualTo("±0.0");
        assertThat(plain(Format.megabytes(1_851_000_000))).isEqualTo("1,851 MB");
        assertThat(Format.megabytes(0)).isEqualTo("–");
    }

    @Test
    void theLocaleOfTheMachineDoesNotShow() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(plain(Format.percent(0.5))).isEqualTo("50.0 %");
            assertThat(Format.count(12345)).isEqualTo("12,345");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void ticksAreRoundAndCoverTheRange() {
        assertThat(Chart.ticks(0, 1, 5, false))
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(0, 0.2, 0.4, 0.6, 0.8, 1.0);
        assertThat(Chart.ticks(0, 3, 6, true)).containsExactly(0, 1, 2, 3);
        assertThat(Chart.ticks(1, 80, 6, true)).containsExactly(20, 40, 60, 80);
        assertThat(Chart.ticks(0, 1e-7, 5, false)).hasSize(6);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "12.34,12.3", "12.96,13", "-0.26,-0.3", "-3,-3", "0.04,0"})
    void coordinates(double at, String expected) {
        assertThat(Chart.coordinate(at)).isEqualTo(expected);
    }

    @Test
    void runningMeanTakesWhatTheWindowHolds() {
        assertThat(Chart.runningMean(new double[] {0, 3, 0, 3, 0}, 3)).containsExactly(1.5, 1, 2, 1, 1.5);
        assertThat(Chart.runningMean(new double[] {4, 5}, 1)).containsExactly(4, 5);
    }
}
