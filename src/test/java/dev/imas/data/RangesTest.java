package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.config.Channels;
import dev.imas.image.Samples;
import dev.imas.image.Samples.Kind;
import dev.imas.image.ValueWindow;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What fills places without data is no value of a picture, however many pixels have it. */
class RangesTest {
    private static final int PIXELS = 1000;

    /** A ramp from low to high, of which every so many pixels have another value. */
    private static Samples ramp(Kind kind, int bits, double low, double high, double other, int every) {
        float[] values = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            values[i] = (float) (i % every == 0 ? other : low + (high - low) * i / PIXELS);
        }
        return new Samples(PIXELS, 1, 1, kind, bits, values, List.of());
    }

    private static int kept(Samples samples) {
        return Ranges.sampled(samples, Channels.of(1))[0].length;
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT, 32, 0, 1, -9999",
        "FLOAT, 32, -5, 5, -3.4e38",
        "FLOAT, 32, -5, 5, 1e20",
        "FLOAT, 32, 0, 1, 9.96921e36",
        "SIGNED, 16, 0, 4000, -32768",
        "SIGNED, 16, -1000, 800, -3024",
    })
    void fillValuesAreLeftOut(Kind kind, int bits, double low, double high, double fill) {
        for (int every : List.of(500, 62, 5, 2)) {
            Samples samples = ramp(kind, bits, low, high, fill, every);
            assertThat(kept(samples))
                    .as("every %d", every)
                    .isEqualTo(PIXELS - PIXELS / every - (PIXELS % every > 0 ? 1 : 0));
            assertThat(Ranges.usesDepth(samples)).isEqualTo(kind == Kind.FLOAT && low == 0);
        }
    }

    @Test
    void aFloatFileWithFillValuesHasTheRangeOfFiles() {
        assertThat(Ranges.ofFile(ramp(Kind.FLOAT, 32, 0, 1, -9999, 62), 1, "a.tif"))
                .containsExactly(new ValueWindow(0, 1));
        assertThatThrownBy(() -> Ranges.ofFile(ramp(Kind.FLOAT, 32, 0, 1, -0.5, 62), 1, "a.tif"))
                .hasMessageContaining("a.tif holds -0.5; in the range of a file floats are 0 to 1");
    }

    /** Black beside bright things, the ends of what was measured, and pictures of two values. */
    @ParameterizedTest
    @CsvSource({
        "UNSIGNED, 16, 30000, 40000, 0",
        "UNSIGNED, 8, 0, 20, 255",
        "SIGNED, 16, -1000, 800, -1024",
        "SIGNED, 16, -1900, 800, -2000",
        "FLOAT, 32, -1, 1, 3",
        "FLOAT, 32, 0, 6e9, 8e9",
        "UNSIGNED, 32, 0, 4000, 4294967295",
        "FLOAT, 32, 1, 1, -1",
        "UNSIGNED, 16, 100, 60000, 65535",
        "UNSIGNED, 16, 90, 199, 65535",
        "FLOAT, 32, 0.8, 0.9, -1",
        "SIGNED, 16, 0, 4000, -1",
    })
    void otherValuesAreNot(Kind kind, int bits, double low, double high, double other) {
        assertThat(kept(ramp(kind, bits, low, high, other, 5))).isEqualTo(PIXELS);
    }
}
