package dev.imas.common;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"\u001b[2J", "\u0007", "\b", "\u007f", "\u009b31m", "\0", "\u202e", "\u2066", "\u2028", "\r"})
    void whatSteersATerminalBecomesAQuestionMark(String text) {
        String rest = text.substring(1);
        assertThat(Printable.is("a" + text)).isFalse();
        assertThat(Printable.line("a" + text + "b")).isEqualTo("a?" + rest + "b");
        assertThat(Printable.lines("a" + text + "b")).isEqualTo("a?" + rest + "b");
        assertThat(new UserException("x " + text)).hasMessage("x ?" + rest);
    }

    @Test
    void linesAndLettersStay() {
        assertThat(Printable.lines("a\n\tb")).isEqualTo("a\n\tb");
        assertThat(Printable.line("a\n\tb")).isEqualTo("a??b");
        String letters = "Größe 細胞 \u0645\u06cc\u200c\u0634\u0648\u062f \ud83d\udc69\u200d\ud83d\udd2c";
        assertThat(Printable.is(letters)).isTrue();
        assertThat(Printable.line(letters)).isEqualTo(letters);
        assertThat(new UserException("one\ntwo")).hasMessage("one\ntwo");
    }
}
