package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows of values, and channels as people look at them. */
class CompositeTest {
    @Test
    void aWindowCutsWhatLiesBeyond() {
        ValueWindow window = new ValueWindow(100, 300);
        assertThat(window.place(100)).isZero();
        assertThat(window.place(-7)).isZero();
        assertThat(window.place(150)).isEqualTo(0.25f);
        assertThat(window.place(300)).isEqualTo(1);
        assertThat(window.place(1e9f)).isEqualTo(1);
        assertThat(window.place(Float.NaN)).isZero();
        assertThat(new ValueWindow(5, 5).place(5)).isZero();
        assertThat(new ValueWindow(5, 5).place(6)).isZero();
    }

    @Test
    void theDepthOfAFileIsItsWindow() {
        assertThat(ValueWindow.ofDepth(samples(Samples.Kind.UNSIGNED, 12))).isEqualTo(new ValueWindow(0, 4095));
        assertThat(ValueWindow.ofDepth(samples(Samples.Kind.SIGNED, 16))).isEqualTo(new ValueWindow(-32768, 32767));
        assertThat(ValueWindow.ofDepth(samples(Samples.Kind.FLOAT, 32))).isEqualTo(new ValueWindow(0, 1));
    }

    private static Samples samples(Samples.Kind kind, int bits) {
        return new Samples(1, 1, 1, kind, bits, new float[1], List.of());
    }

    @Test
    void percentilesLeaveOutTheOutermostThousandths() {
        float[] values = new float[10001];
        for (int i = 0; i < values.length; i++) {
            values[i] = 10000 - i;
        }
        assertThat(ValueWindow.percentiles(values)).isEqualTo(new ValueWindow(10, 9990));
        assertThat(ValueWindow.percentiles(new float[] {7})).isEqualTo(new ValueWindow(7, 7));
    }

    @Test
    void deviationsPutTheMeanInTheMiddle() {
        ValueWindow window = ValueWindow.deviations(new float[] {1, 3, 1, 3});
        assertThat(window.low()).isCloseTo(-3, within(1e-12));
        assertThat(window.high()).isCloseTo(7, within(1e-12));
        assertThat(window.place(2)).isEqualTo(0.5f);
    }

    @Test
    void dimChannelsAreStretchedAndColoured() {
        float[] one = {0, 0.001f, 0.002f, 0.004f};
        RgbImage grey = Composite.of(new FloatImage(2, 2, 1, one));
        assertThat(grey.rgb()).containsExactly(bytes(0, 0, 0, 64, 64, 64, 128, 128, 128, 255, 255, 255));
        RgbImage two = Composite.of(new FloatImage(2, 1, 2, new float[] {0.01f, 0.5f, 0.02f, 0.1f}));
        assertThat(two.rgb()).containsExactly(bytes(0, 255, 0, 255, 0, 255)); // magenta is the first
        RgbImage many = Composite.of(new FloatImage(2, 1, 5, new float[] {0, 1, 0, 1, 1, 1, 0, 1, 0, 0}));
        assertThat(many.rgb()).containsExactly(bytes(0, 255, 0, 255, 0, 255)); // red, green, blue
    }

    @Test
    void colourPicturesStayAsTheyAre() {
        RgbImage image = RgbImage.black(2, 2);
        assertThat(Composite.of(image)).isSameAs(image);
    }

    @Test
    void aPictureHasAValueForEachChannelOfEachPixel() {
        assertThatThrownBy(() -> new FloatImage(2, 2, 3, new float[11])).hasMessageContaining("got 11");
        assertThat(FloatImage.zeros(2, 3, 4).values()).hasSize(24);
        assertThat(RgbImage.black(1, 1).channels()).isEqualTo(3);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
