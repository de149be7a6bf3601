package dev.imas.verify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(rows)
                .extracting(row -> row.worst().name())
                .containsExactly("case2.t0.7.v1", "case1.labels", "case1.loss");
    }

    @Test
    void theWorstIsMeasuredInItsTolerance() {
        List<CheckTable.Row> rows = CheckTable.rows(List.of(
                new Check("09_c", "voc.step0.sup_loss", 2e-6, 1e-5, ""),
                new Check("09_c", "voc.step5.sup_loss", 1e-4, 1e-2, ""),
                new Check("09_c", "voc.step5.sup_loss", 0, 0, "")));
        assertThat(rows).singleElement().extracting(row -> row.worst().name()).isEqualTo("voc.step0.sup_loss");
    }

    @ParameterizedTest
    @CsvSource({
        "a.t0.95.by_class.v1, v1",
        "voc.step3.grad_l2.encoder.layer4.2.bn3.weight, grad_l2",
        "voc.step0.lr.decoder, lr",
        "voc.final.student.decoder.classifier.6.weight.samples, samples",
        "poly0.group1.i17, poly",
        "iou.a.iou20, iou",
        "E.bn.encoder.bn1.running_mean, bn",
        "run, run"
    })
    void quantitiesAreWhatIsCompared(String name, String quantity) {
        assertThat(CheckTable.rows(List.of(new Check("g", name, 0, 0, ""))))
                .singleElement()
                .extracting(CheckTable.Row::quantity)
                .isEqualTo(quantity);
    }

    @Test
    void textListsEveryFailureWithItsNote() {
        assertThat(CheckTable.text(CHECKS).lines().filter(line -> line.startsWith("FAILED")))
                .containsExactly(
                        "FAILED 02_b case1.loss: error NaN, tolerance 1.0e-06 (the file x is missing)",
                        "FAILED 02_b case2.loss: error 5, tolerance 1.0e-06");
    }

    @Test
    void markdownIsATable() {
        assertThat(CheckTable.markdown(CHECKS))
                .contains(
                        "| 01_a | 3 | 0 |",
                        "| 02_b | 2 | 2 |",
                        "| 01_a | v1 | 2 | 3.0e-07 | 1.0e-06 | pass | case2.t0.7.v1 |",
                        "| 01_a | labels | 1 | 0 | 0 | pass |  |",
                        "| 02_b | loss | 2 | NaN | 1.0e-06 | FAILED | case1.loss |");
    }
}
