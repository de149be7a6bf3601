package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** data.channels and data.range as they are written, and what must hold between them. */
class ChannelsTest {
    @Test
    void coloursNumbersAndChosenOnes() {
        assertThat(Channels.parse("rgb")).contains(Channels.RGB);
        assertThat(Channels.RGB.count()).isEqualTo(3);
        Channels five = Channels.parse("5").orElseThrow();
        assertThat(five.rgb()).isFalse();
        assertThat(five.stored()).containsExactly(0, 1, 2, 3, 4);
        assertThat(five.fit(5)).isTrue();
        assertThat(five.fit(6)).isFalse();
        Channels chosen = Channels.parse(List.of("4", "0")).orElseThrow();
        assertThat(chosen.count()).isEqualTo(2);
        assertThat(chosen.stored()).containsExactly(4, 0);
        assertThat(chosen.fit(5)).isTrue();
        assertThat(chosen.fit(4)).isFalse();
        assertThat(Channels.parse(List.of("3"))).isNotEqualTo(Channels.parse("3"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data.channels=0",
                "data.channels=65",
                "data.channels=RGBA",
                "data.channels=[]",
                "data.channels=[0, 0]",
                "data.channels=[-1]",
                "data.channels=[0, x]",
                "data.range=dark",
                "data.range=windows",
                "data.range=[5]",
                "data.range=[5, 5]",
                "data.range=[1, .inf]",
                "data.range=[[0, 1], [3, 2]]",
                "data.range=[[0, 1], 2]"
            })
    void otherTextsAreRefusedWithWhatMayStandThere(String assignment) {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        String key = assignment.substring(0, assignment.indexOf('='));
        assertThatThrownBy(() -> ConfigYaml.set(layers, assignment))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("--set: " + key + " is ")
                .hasMessageContaining("; expected ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data.mean=[0.5]", "data.std=[0.1, 0.1, 0.1]", "data.range=[[0, 1], [0, 1], [0, 1]]"})
    void thereIsANumberForEachChannel(String assignment) {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "data.channels=2");
        ConfigYaml.set(layers, assignment);
        assertThatThrownBy(() -> ConfigYaml.resolve(layers))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("2")
                .hasMessageContaining("data.channels");
    }

    @Test
    void coloursHaveOneRangeAndScenesAreColours() {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, "data.range=[[0, 1], [0, 1], [0, 1]]");
        assertThatThrownBy(() -> ConfigYaml.resolve(layers)).hasMessageContaining("one pair");
        Map<String, Object> scenes = ConfigYaml.preset("embedded");
        ConfigYaml.set(scenes, "data.channels=3");
        assertThatThrownBy(() -> ConfigYaml.resolve(scenes)).hasMessageContaining("data.channels is 3; expected rgb");
    }

    @Test
    void everyFormComesBackFromAFile(@TempDir Path folder) throws Exception {
        List<String> forms = List.of("rgb", "1", "5", "[0, 2, 5]");
        List<String> ranges = List.of("auto", "picture_zscore", "[0, 4095]", "[-0.25, 1e-3]");
        for (String channels : forms) {
            for (String range : ranges) {
                Map<String, Object> layers = ConfigYaml.preset("voc");
                ConfigYaml.set(layers, "data.channels=" + channels);
                ConfigYaml.set(layers, "data.range=" + range);
                ConfigYaml.set(layers, "data.page=2");
                ImasConfig config = ConfigYaml.resolve(layers);
                Path file = folder.resolve("config.yaml");
                Files.writeString(file, ConfigYaml.dump(config));
                assertThat(ConfigYaml.read(file)).isEqualTo(config);
            }
        }
    }

    @Test
    void rangesByChannelComeBackBitForBit() {
        PixelRange range =
                PixelRange.of(List.of(new PixelRange.Window(0.1 + 0.2, 1e5 / 3), new PixelRange.Window(-1024, 3071.5)));
        assertThat(PixelRange.parse(range.plain())).contains(range);
        assertThat(range.open()).isFalse();
        assertThat(PixelRange.of(PixelRange.Rule.AUTO).open()).isTrue();
        assertThat(PixelRange.of(PixelRange.Rule.PICTURE_PERCENTILE).open()).isFalse();
    }
}
