package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** data.labels and its neighbours: what is understood, what is refused, and that files keep it. */
class MaskLabelsTest {
    @TempDir
    Path folder;

    private static ImasConfig config(String... assignments) {
        Map<String, Object> layers = ConfigYaml.preset("folders");
        for (String assignment : assignments) {
            ConfigYaml.set(layers, assignment);
        }
        return ConfigYaml.resolve(layers);
    }

    private static MaskLabels labels(String... assignments) {
        return MaskLabels.of(config(assignments).data());
    }

    private static void refused(String message, String... assignments) {
        assertThatThrownBy(() -> config(assignments))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void numbersColoursAndTheRest() {
        MaskLabels labels = labels("data.labels={0: 0, 255: 1, \"#FF0000\": ignore, other: 0}");
        assertThat(labels.values()).containsExactly(Map.entry(0, 0), Map.entry(255, 1));
        assertThat(labels.colours()).containsExactly(Map.entry(0xff0000, MaskLabels.IGNORED));
        assertThat(labels.other()).hasValue(0);
        assertThat(labels.names()).isEmpty();
        assertThat(labels.classes()).isEqualTo(2);
    }

    @Test
    void ranges() {
        MaskLabels labels = labels("data.labels={0-2: 0, 3-3: ignore, 4-5: 1}");
        assertThat(labels.values()).isEqualTo(Map.of(0, 0, 1, 0, 2, 0, 3, 255, 4, 1, 5, 1));
        refused("data.labels names 2-4 twice", "data.labels={0-2: 0, 2-4: 1}");
        for (String key : List.of("5-2", "1-2-3", "-3", "3-", "0-99999", "a-b")) {
            refused("data.labels has the key " + key + "; expected", "data.labels={\"" + key + "\": 1}");
        }
    }

    @Test
    void classesByNameInTheOrderOfTheNamesThatAreGiven() {
        MaskLabels labels =
                labels("data.labels={7: cell, 9: debris}", "data.classes=3", "data.class_names=[bg, debris, cell]");
        assertThat(labels.values()).containsExactly(Map.entry(7, 2), Map.entry(9, 1));
    }

    @Test
    void namesOfTheirOwnPutTheBackgroundFirst() {
        MaskLabels labels = labels("data.labels={255: cell, 0: Background, 3: ignore}", "data.classes=auto");
        assertThat(labels.names()).containsExactly("Background", "cell");
        assertThat(labels.values()).containsEntry(255, 1).containsEntry(0, 0).containsEntry(3, 255);
        assertThat(labels.classes()).isEqualTo(2);
    }

    @Test
    void allFaultsAtOnce() {
        refused(
                "data.labels: 255 is 5; expected a class from 0 to 1, or ignore. data.labels has the key red; "
                        + "expected what"
                        + " masks hold: a value such as 255 or 0-127, a colour such as \"#80ff00\" (with the "
                        + "quotes), or other for"
                        + " all the rest",
                "data.labels={0: 0, 255: 5, red: 1}");
        refused("data.labels names #FF0000 twice; keep one", "data.labels={\"#ff0000\": 1, \"#FF0000\": 0}");
        refused("data.labels names 01 twice", "data.labels={1: 1, 01: 0}");
        refused("one of a, b, or ignore", "data.labels={1: c}", "data.class_names=[a, b]");
        refused("data.labels calls classes by number and by name (cell)", "data.labels={0: 0, 255: cell}");
        refused("data.labels names 3 classes (a, b, c), data.classes is 2", "data.labels={0: a, 1: b, 2: c}");
        refused("data.labels has the key -1", "data.labels={-1: 0}");
    }

    @Test
    void notAMap() {
        assertThatThrownBy(() -> config("data.labels=[0, 255]"))
                .hasMessage("--set: data.labels is '[0, 255]'; expected pairs like {0: background, 255: cell}, or {};"
                        + " a colour stands in quotes");
        assertThatThrownBy(() -> config("data.labels={0: [1, 2]}")).hasMessageContaining("data.labels.0 is '[1, 2]'");
        assertThatThrownBy(() -> config("data.labels={0: }")).hasMessageContaining("data.labels.0 is empty");
    }

    /** YAML takes such a line for a comment, and the class would be gone without a word. */
    @Test
    void aColourWithoutQuotesIsNotLost() throws IOException {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(file, "extends: folders\ndata:\n  labels:\n    0: 0\n    #ff0000: 1\n  classes: 2\n");
        assertThatThrownBy(() -> ConfigYaml.file(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": #ff0000: is read as a comment; a colour stands in quotes, as in \"#80ff00\": 1");
        assertThatThrownBy(() -> config("data.labels={#ff0000: 1}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a colour stands in quotes");
    }

    @Test
    void oneWayToSayWhatValuesMean() {
        refused(
                "data.labels and data.reduce_zero_label and data.instances are set together",
                "data.labels={0: 0}",
                "data.reduce_zero_label=true",
                "data.instances=foreground");
        refused(
                "data.classes is 2; expected 3, which data.instances border makes, or auto",
                "data.instances=border",
                "data.classes=2");
    }

    @Test
    void namesAndColoursAgreeAlsoWhereClassesAreOpen() {
        refused(
                "data.palette is 3 colours; expected 2 colours (data.class_names), or none",
                "data.classes=auto",
                "data.class_names=[a, b]",
                "data.palette=['#000000', '#ff0000', '#00ff00']");
    }

    @Test
    void aLaterLayerReplacesThePairs() {
        assertThat(config("data.labels={0: 0, 7: 1}", "data.labels={0: 0, 255: 1}")
                        .data()
                        .labels())
                .containsExactly(Map.entry("0", "0"), Map.entry("255", "1"));
        assertThat(config("data.labels={0: 0, 7: 1}", "data.labels={}").data().labels())
                .isEmpty();
    }

    @Test
    void aFileKeepsAll() throws IOException {
        ImasConfig config = config(
                "data.labels={0: 0, 255: 1, \"#ff8000\": ignore, \"0x00ff00\": 1, 007: 0, other: ignore}",
                "data.ignore=[7, 65535]",
                "data.classes=auto",
                "data.sparse=on");
        Path file = folder.resolve("config.yaml");
        Files.writeString(file, ConfigYaml.dump(config));
        assertThat(ConfigYaml.read(file)).isEqualTo(config);
        assertThat(ConfigYaml.dump(config))
                .contains("  labels: {0: 0, 255: 1, \"#ff8000\": ignore, '0x00ff00': 1, '007': 0, other: ignore}\n")
                .contains("  classes: auto\n");
        assertThat(ConfigYaml.read(file).data().ignore()).isEqualTo(List.of(7, 65535));
    }

    @Test
    void rangesOverRangesAreToldAtTheirFirstValue() {
        StringBuilder labels = new StringBuilder("data.labels={0: 0");
        for (int i = 1; i < 2000; i++) {
            labels.append(", ").append(i).append("-65000: 1");
        }
        assertThatThrownBy(() -> config(labels + "}"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.labels names 2-65000 twice; keep one");
    }

    @Test
    void classesAreNoFormulas() {
        assertThatThrownBy(() -> config("data.labels={0: background, 255: '=HYPERLINK(1)'}", "data.classes=auto"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.labels: a class is =HYPERLINK(1); expected a name of one line");
    }
}
