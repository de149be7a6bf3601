package dev.imas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupervisedLossBenchmarkTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "4, 1, 1", // one more, at four places
        "2, -1, 1", // on a logit's row
        "0, 1, 1", // too little to be seen in bf16
        "5, 0, 2", // one for another
        "4, 0, 2",
        "8, 1, 3",
        "8, -2, 2",
        "1, 3, 3"
    })
    void theFewestPixelsThatExplainTwoSelections(long places, long more, long pixels) {
        assertThat(SupervisedLossBenchmark.fewest(places, more)).isEqualTo(pixels);
    }
}
