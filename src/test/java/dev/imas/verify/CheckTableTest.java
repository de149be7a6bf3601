package dev.imas.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** One row a group and quantity, with the worst case; failures are never averaged away. */
class CheckTableTest {
    private static final List<Check> CHECKS = List.of(
            new Check("01_a", "case1.t0.7.v1", 1e-7, 1e-6, ""),
            new Check("01_a", "case2.t0.7.v1", 3e-7, 1e-6, ""),
            new Check("01_a", "case1.labels", 0, 0, ""),
            new Check("02_b", "case1.loss", Double.NaN, 1e-6, "the file x is missing"),
            new Check("02_b", "case2.loss", 5, 1e-6, ""));

    @Test
    void rowsHoldTheWorstCase() {
        List<CheckTable.Row> rows = CheckTable.rows(CHECKS);
        assertThat(rows).extracting(CheckTable.Row::quantity).containsExactly("v1", "labels", "loss");
        assertThat(rows).extracting(CheckTable.Row::count).containsExactly(2, 1, 2);
        assertThat(rows).extracting(CheckTable.Row::failed).containsExactly(0, 0, 2);
        assertThat(rows).extracting(row -> row.worst().name()).containsExactly("case2.t0.7.v1", "case1.labels", "case1.loss");
    }

    @Test
    void textListsEveryFailureWithItsNote() {
        assertThat(CheckTable.text(CHECKS).lines().filter(line -> line.startsWith("FAILED"))).containsExactly(
                "FAILED 02_b case1.loss: error NaN, tolerance 1.0e-06 (the file x is missing)",
                "FAILED 02_b case2.loss: error 5, tolerance 1.0e-06");
    }

    @Test
    void markdownIsATable() {
        assertThat(CheckTable.markdown(CHECKS)).contains(
                "| 01_a | 3 | 0 |", "| 02_b | 2 | 2 |",
                "| 01_a | v1 | 2 | 3.0e-07 | 1.0e-06 | pass | case2.t0.7 |",
                "| 01_a | labels | 1 | 0 | 0 | pass |  |",
                "| 02_b | loss | 2 | NaN | 1.0e-06 | FAILED | case1 |");
    }
}
