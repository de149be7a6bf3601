package dev.imas.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void keysAndWords() {
        assertThat(Names.key("batchLabeled")).isEqualTo("batch_labeled");
        assertThat(Names.key("lr")).isEqualTo("lr");
        assertThat(Names.word(ImasConfig.ResizeMode.LONG_SIDE)).isEqualTo("long_side");
        assertThat(Names.word(ImasConfig.SupervisedLoss.CE_PLUS_DICE)).isEqualTo("ce+dice");
        assertThat(Names.choice(ImasConfig.Precision.class)).isEqualTo("auto, fp32, tf32 or bf16");
        assertThat(Names.constant(ImasConfig.Stem.class, "Conv7")).contains(ImasConfig.Stem.CONV7);
        assertThat(Names.constant(ImasConfig.Stem.class, "conv")).isEmpty();
    }

    /** A key leads back to its component: no two names in Java become the same one in a file. */
    @Test
    void everyNameOfASettingLeadsBackToJava() {
        for (Setting setting : Setting.ALL) {
            List<String> components =
                    setting.path().stream().map(RecordComponent::getName).toList();
            assertThat(Arrays.stream(setting.key().split("\\."))
                            .map(NamesTest::camel)
                            .toList())
                    .isEqualTo(components);
            if (setting.component().getType().isEnum()) {
                everyConstantLeadsBack(setting.component().getType().asSubclass(Enum.class));
            }
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void everyConstantLeadsBack(Class type) {
        for (Object constant : type.getEnumConstants()) {
            assertThat(Names.constant(type, Names.word((Enum<?>) constant))).contains(constant);
        }
    }

    private static String camel(String key) {
        String words = Arrays.stream(key.split("_"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
        return Character.toLowerCase(words.charAt(0)) + words.substring(1);
    }
}
