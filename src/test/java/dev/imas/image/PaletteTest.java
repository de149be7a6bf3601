package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class PaletteTest {
    @Test
    void vocColours() {
        assertThat(Palette.voc(21))
                .containsExactly(
                        0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0x808080, 0x400000,
                        0xC00000, 0x408000, 0xC08000, 0x400080, 0xC00080, 0x408080, 0xC08080, 0x004000, 0x804000,
                        0x00C000, 0x80C000, 0x004080);
        assertThat(Palette.voc(256).get(255)).isEqualTo(0xE0E0C0);
    }

    @Test
    void allColoursDiffer() {
        assertThat(new HashSet<>(Palette.voc(256))).hasSize(256);
    }
}
