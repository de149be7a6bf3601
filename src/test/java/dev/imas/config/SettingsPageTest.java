package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.SettingsPage.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A setting is its component in {@link ImasConfig} and its line in presets/defaults.yaml: nothing else knows it. */
class SettingsPageTest {
    private static final Map<String, Entry> DEFAULTS = SettingsPage.defaults();

    static Stream<Setting> settings() {
        return Setting.ALL.stream();
    }

    @Test
    void theDefaultsHaveEveryKeyOnceInTheRecordsOrder() {
        assertThat(new ArrayList<>(DEFAULTS.keySet())).isEqualTo(RecordMapper.keys());
        assertThat(YamlText.keys(SettingsPage.text(), "defaults").keySet())
                .containsExactlyElementsOf(RecordMapper.keys().stream()
                        .filter(key -> !key.contains("."))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aDefaultReachesItsComponentAndComesBack(Setting setting) {
        Object written = YamlText.read(DEFAULTS.get(setting.key()).value(), setting.key());
        Map<String, Object> layers = ConfigYaml.preset("voc");
        ConfigYaml.set(layers, setting.key(), written);
        ImasConfig config = ConfigYaml.resolve(layers);
        assertThat(setting.in(config)).isEqualTo(setting.in(ConfigYaml.defaults()));
        Object back = RecordMapper.write(config);
        for (String name : setting.key().split("\\.")) {
            back = ((Map<?, ?>) back).get(name);
        }
        ConfigYaml.set(layers, setting.key(), back);
        assertThat(ConfigYaml.resolve(layers)).isEqualTo(config);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void itsCommentSaysWhatItIsAndWhatEachWordMeans(Setting setting) {
        String comment = DEFAULTS.get(setting.key()).comment();
        assertThat(comment).isNotBlank();
        Class<?> type = setting.component().getType();
        if (type.isEnum()) {
            assertThat(List.of(comment.split("[^\\w+]+"))).containsAll(Names.words(SettingsPage.constants(type)));
        }
    }

    @Test
    void thePageIsUpToDate() throws IOException {
        Path page = Path.of("docs/settings.md");
        Path fresh = Path.of("target/settings.md");
        Files.writeString(fresh, SettingsPage.page());
        assertThat(Files.exists(page) ? Files.readString(page) : "")
                .as("%s is out of date; the page as it should be is %s: cp %s %s", page, fresh, fresh, page)
                .isEqualTo(SettingsPage.page());
    }
}
