package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.config.ImasConfig.PatchFit;
import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholePatchesTest {
    @ParameterizedTest
    @CsvSource({"1, 14", "14, 14", "20, 14", "21, 28", "35, 42", "49, 56", "500, 504", "518, 518", "2048, 2044"})
    void sidesGoToTheNearestMultipleHalvesUp(long side, long expected) {
        assertThat(WholePatches.rounded(side, 14)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"RESIZE, 28, 42", "PAD, 42, 42", "RESIZE, 14, 28", "PAD, 14, 28"})
    void theNetworkSeesWholePatchesAndTheAnswerHasThePicturesSize(PatchFit fit, long height, long width) {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            boolean fits = height == 14;
            Tensor images = torch.rand(1, 3, fits ? 14 : 30, fits ? 28 : 40);
            List<String> seen = new ArrayList<>();
            Tensor answer = WholePatches.around(
                            x -> {
                                seen.add(Arrays.toString(x.shape()));
                                return x;
                            },
                            14,
                            fit)
                    .apply(images);
            assertThat(seen).containsExactly("[1, 3, " + height + ", " + width + "]");
            assertThat(answer.shape()).containsExactly(images.shape());
            if (fits || fit == PatchFit.PAD) {
                assertThat(torch.equal(answer, images)).isTrue();
            }
        }
    }

    @Test
    void theLastWindowIsMovedBackOrCut() {
        assertThat(lefts(LastWindow.MOVED, 798, 2048)).containsExactly(0, 532, 1064, 1250);
        assertThat(lefts(LastWindow.MOVED, 798, 798)).containsExactly(0);
        assertThat(lefts(LastWindow.MOVED, 798, 500)).containsExactly(0);
        assertThat(lefts(LastWindow.CUT, 798, 2048)).containsExactly(0, 532, 1064, 1596);
        assertThat(new SlidingWindows(28, LastWindow.MOVED).windows(28, 64))
                .allMatch(window -> window.width() == 28 && window.height() == 28);
    }

    private static List<Integer> lefts(LastWindow last, int side, int width) {
        return new SlidingWindows(side, last)
                .windows(1, width).stream().map(SlidingWindows.Window::left).toList();
    }
}
