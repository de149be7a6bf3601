package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"off", "yes", "1e-4", "2007_01", "010", "0x1f", "1:30", "2001-01-01", "<<"})
    void aScalarStaysTheTextThatStandsThere(String text) {
        assertThat(YamlText.read("key: " + text, "t")).isEqualTo(Map.of("key", text));
    }

    @Test
    void nothingNullAndTildeAreNullButQuotedTheyAreText() {
        assertThat(YamlText.read("[~, null, '~', \"null\", '']", "t"))
                .isEqualTo(Arrays.asList(null, null, "~", "null", ""));
        assertThat(YamlText.read("", "t")).isNull();
        assertThat(((Map<?, ?>) YamlText.read("key:", "t")).get("key")).isNull();
    }

    @Test
    void mapsKeepTheirOrderAndAliasesAreExpanded() {
        Object read = YamlText.read("b: &x [1, 2]\na: *x\n", "t");
        assertThat(read).isEqualTo(Map.of("b", List.of("1", "2"), "a", List.of("1", "2")));
        assertThat(((Map<?, ?>) read).keySet().toArray()).containsExactly("b", "a");
    }

    @Test
    void anObjectTagIsRefusedAndConstructsNothing() {
        assertThatThrownBy(() -> YamlText.read("a: 1\nb: !!javax.script.ScriptEngineManager [x]", "my.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("my.yaml, line 2")
                .hasMessageContaining("ScriptEngineManager");
        assertThatThrownBy(() -> YamlText.read("a: !!binary AAAA", "my.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessage("my.yaml, line 1: found the tag tag:yaml.org,2002:binary; only plain values, "
                        + "lists and sections are read");
    }

    @Test
    void aTreeThatStandsForMillionsOfValuesIsRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            bomb.append("a")
                    .append(i)
                    .append(": &a")
                    .append(i)
                    .append(" [")
                    .append(("*a" + (i - 1) + ", ").repeat(8))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertThatThrownBy(() -> YamlText.read(bomb.toString(), "bomb.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("bomb.yaml");
        assertThatThrownBy(() -> YamlText.read("a: &a [*a]", "loop.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("loop.yaml");
        assertThatThrownBy(() -> YamlText.read("[".repeat(1000), "deep.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("deep.yaml");
        assertThatThrownBy(() -> YamlText.read("a".repeat(YamlText.MAX_CHARACTERS + 1), "long.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("long.yaml");
    }

    @Test
    void errorsNameTheLine() {
        assertThatThrownBy(() -> YamlText.read("a: 1\nb: [1, 2\nc: 3\n", "my.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("my.yaml, line 3")
                .satisfies(YamlTextTest::oneLine);
        assertThatThrownBy(() -> YamlText.read("a: 1\nb: 2\na: 3\n", "my.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessage("my.yaml, line 3: found the key a a second time; remove one");
        assertThatThrownBy(() -> YamlText.read("a: 1\n--- \nb: 2\n", "my.yaml"))
                .isInstanceOf(UserException.class)
                .satisfies(YamlTextTest::oneLine);
        assertThatThrownBy(() -> YamlText.read("a: \u0000", "my.yaml"))
                .isInstanceOf(UserException.class)
                .satisfies(YamlTextTest::oneLine);
    }

    private static void oneLine(Throwable error) {
        assertThat(error.getMessage()).doesNotContain("\n");
    }
}
