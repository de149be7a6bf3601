package dev.imas.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.run.PseudoLabels.Look;
import dev.imas.run.PseudoLabels.OfClass;
import java.util.List;
import org.junit.jupiter.api.Test;

class PseudoLabelAdviceTest {
    private static OfClass ofClass(String name, long unlabelledConfident, long truth, long confident, long right) {
        return new OfClass(0, name, 0.9, 1000, unlabelledConfident, truth, 2000, confident, right);
    }

    private static Look look(OfClass... classes) {
        return new Look(3, 30, List.of(classes));
    }

    @Test
    void wrongClassesAreNamedWithWhatToDo() {
        Look look = look(ofClass("cell", 800, 900, 900, 880), ofClass("border", 200, 100, 100, 41));
        assertThat(PseudoLabelAdvice.figures(look))
                .isEqualTo("confident on 50.0 % of the unlabelled pixels; on the validation pictures 92.1 % of the"
                        + " confident ones are right");
        assertThat(PseudoLabelAdvice.words(look))
                .containsExactly(
                        "Of the confident pseudo-labels only 41.0 % of `border` are right: label more of it, or"
                                + " raise unsupervised.threshold.");
    }

    @Test
    void classesThatAreNotFoundAreNamed() {
        Look look = look(ofClass("cell", 800, 900, 900, 880), ofClass("border", 0, 100, 0, 0));
        assertThat(PseudoLabelAdvice.words(look)).singleElement().satisfies(word -> assertThat(word)
                .startsWith("Of `border` hardly any pixel is found with confidence")
                .contains("by_confidence"));
    }

    @Test
    void littleAndNothingToLearnFromIsSaid() {
        Look look = look(ofClass("cell", 3, 900, 0, 0));
        assertThat(PseudoLabelAdvice.figures(look)).endsWith("no pixel is confident");
        assertThat(PseudoLabelAdvice.words(look).get(0)).startsWith("The teacher is sure of hardly any");
    }

    @Test
    void whatIsFitIsSaidToBe() {
        assertThat(PseudoLabelAdvice.words(look(ofClass("cell", 800, 900, 900, 880))))
                .containsExactly("No class speaks against learning from them.");
    }
}
