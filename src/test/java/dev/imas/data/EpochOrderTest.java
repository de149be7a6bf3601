package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
    /** The list repeated ceil(samples/size) times, `samples` of it without replacement (method section 2). */
    @Property(tries = 200)
    void noEntryComesMoreOftenThanTheListIsRepeated(
            @ForAll @IntRange(min = 1, max = 60) int size,
            @ForAll @IntRange(min = 1, max = 300) int samples,
            @ForAll long seed) {
        int[] order = EpochOrder.of(size, samples, seed, "labeled", 3);
        int repeats = (samples + size - 1) / size;
        int[] counts = new int[size];
        IntStream.of(order).forEach(index -> counts[index]++);
        assertThat(order).hasSize(samples);
        // Of size*repeats tickets fewer than size stay undrawn.
        assertThat(IntStream.of(counts)).allMatch(count -> count <= repeats);
        assertThat(IntStream.of(counts).map(count -> repeats - count).sum())
                .isEqualTo(size * repeats - samples)
                .isLessThan(size);
    }

    @Property(tries = 50)
    void anEpochOfTheListsLengthHoldsEachEntryOnce(@ForAll @IntRange(min = 1, max = 500) int size, @ForAll long seed) {
        assertThat(EpochOrder.of(size, size, seed, "unlabeled", 0))
                .containsExactlyInAnyOrder(IntStream.range(0, size).toArray());
    }

    @Test
    void dependsOnSeedStreamAndEpochAlone() {
        int[] order = EpochOrder.of(50, 120, 7, "labeled", 2);
        assertThat(EpochOrder.of(50, 120, 7, "labeled", 2)).isEqualTo(order);
        assertThat(EpochOrder.of(50, 120, 8, "labeled", 2)).isNotEqualTo(order);
        assertThat(EpochOrder.of(50, 120, 7, "unlabeled", 2)).isNotEqualTo(order);
        assertThat(EpochOrder.of(50, 120, 7, "labeled", 3)).isNotEqualTo(order);
    }

    /** Over many epochs each of 5 entries leads equally often: 2000 draws, expectation 400, six deviations are 107. */
    @Test
    void everyEntryIsEquallyProbableAtEveryPlace() {
        int[] first = new int[5];
        for (int epoch = 0; epoch < 2000; epoch++) {
            first[EpochOrder.of(5, 7, 1, "labeled", epoch)[0]]++;
        }
        assertThat(IntStream.of(first)).allMatch(count -> Math.abs(count - 400) <= 107);
    }
}
