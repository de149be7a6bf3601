package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Classes made of masks that hold a number an object. */
class ObjectMasksTest {
    private static StoredMask mask(int width, int... values) {
        return new StoredMask(width, values.length / width, values, false, List.of(), false);
    }

    @Test
    void touchingObjectsHaveABorderEachAndThePicturesEdgeIsNone() {
        int[] found = ObjectMasks.border(
                        mask(
                                6, //
                                7, 7, 7, 9, 9, 9, //
                                7, 7, 7, 9, 9, 9, //
                                7, 7, 7, 9, 9, 9, //
                                0, 0, 0, 9, 9, 9),
                        Set.of())
                .values();
        assertThat(found)
                .containsExactly(
                        1, 1, 2, 2, 1, 1, //
                        1, 1, 2, 2, 1, 1, //
                        2, 2, 2, 2, 1, 1, //
                        0, 0, 0, 2, 1, 1);
    }

    @Test
    void nothingBordersOnWhatIsIgnored() {
        assertThat(ObjectMasks.border(mask(5, 0, 4, 4, 4, 65535), Set.of(65535)).values())
                .containsExactly(0, 2, 1, 1, 255);
        assertThat(ObjectMasks.foreground(mask(5, 0, 255, 4, 400, 65535), Set.of(65535))
                        .values())
                .containsExactly(0, 1, 1, 1, 255);
    }

    /** Against the definition: an object's pixel less what a step of erosion by 3x3 within the picture leaves of it. */
    @Property(tries = 300)
    void theBorderIsWhatErosionTakes(
            @ForAll @IntRange(min = 1, max = 7) int width,
            @ForAll @Size(min = 7, max = 49) List<@IntRange(min = 0, max = 3) Integer> drawn) {
        int[] values =
                IntStream.range(0, drawn.size() / width * width).map(drawn::get).toArray();
        StoredMask mask = mask(width, values);
        int[] border = ObjectMasks.border(mask, Set.of()).values();
        int[] foreground = ObjectMasks.foreground(mask, Set.of()).values();
        for (int i = 0; i < values.length; i++) {
            assertThat(foreground[i]).isEqualTo(values[i] == 0 ? 0 : 1);
            int expected = values[i] == 0 ? 0 : isKept(mask, i) ? 1 : 2;
            assertThat(border[i]).isEqualTo(expected);
        }
    }

    private static boolean isKept(StoredMask mask, int i) {
        int x = i % mask.width();
        int y = i / mask.width();
        return IntStream.range(0, mask.values().length)
                .filter(j -> Math.abs(j % mask.width() - x) <= 1 && Math.abs(j / mask.width() - y) <= 1)
                .allMatch(j -> mask.values()[j] == mask.values()[i]);
    }

    /** Numbers are names: which object has which changes nothing. */
    @Property(tries = 100)
    void renumberingChangesNothing(
            @ForAll @Size(value = 36) List<@IntRange(min = 0, max = 4) Integer> drawn,
            @ForAll @IntRange(min = 1, max = 70000) int step) {
        int[] values = drawn.stream().mapToInt(v -> v).toArray();
        int[] others = drawn.stream().mapToInt(v -> v * step).toArray();
        assertThat(ObjectMasks.border(mask(6, others), Set.of()).values())
                .isEqualTo(ObjectMasks.border(mask(6, values), Set.of()).values());
    }
}
