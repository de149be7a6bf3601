package dev.imas.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
    @ParameterizedTest
    @CsvSource({
        "90s, 90",
        "30m, 1800",
        "2h, 7200",
        "1h30m, 5400",
        "1h 30m, 5400",
        "45min, 2700",
        "1H, 3600",
        "1d, 86400",
        "1m30s, 90"
    })
    void timesAreRead(String text, long seconds) {
        assertThat(Times.parse(text, "--budget").toSeconds()).isEqualTo(seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "30", "m", "-5m", "1.5h", "30m2h", "soon", "0s", "9s", "9999999h", "200d", "1h-2m"})
    void otherTextsAreRefusedWithExamples(String text) {
        assertThatThrownBy(() -> Times.parse(text, "--budget"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("--budget is ")
                .hasMessageContaining("90s, 30m, 2h or 1h30m");
    }

    @ParameterizedTest
    @CsvSource({
        "0.2, 1 s",
        "50, 50 s",
        "89.4, 89 s",
        "90, 2 min",
        "2520, 42 min",
        "5940, 99 min",
        "6000, 1 h 45 min",
        "7200, 2 h",
        "8800, 2 h 30 min",
        "70000, 19 h",
        "400000, 5 days"
    })
    void timesAreToldRoughly(double seconds, String words) {
        assertThat(Times.words(seconds)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"0.0001, 1 ms", "0.045, 45 ms", "0.86, 0.9 s", "12.3, 12 s"})
    void stepsAreToldFiner(double seconds, String words) {
        assertThat(Times.ofStep(seconds)).isEqualTo(words);
    }
}
