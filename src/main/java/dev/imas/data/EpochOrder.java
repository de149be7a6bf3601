package dev.imas.data;

import dev.imas.common.Rng;

/**
 * Which sample stands at which place of an epoch: the list repeated ceil(samples / size) times, `samples` entries drawn
 * from it without replacement, in random order (method 2).
 */
final class EpochOrder {
    private EpochOrder() {}

    /** Indices into a list of {@code size} entries, {@code samples} of them. */
    static int[] of(int size, int samples, long seed, String stream, int epoch) {
        int repeats = Math.toIntExact((samples + (long) size - 1) / size);
        int[] drawn = Rng.of(seed, "order-" + stream, epoch).permutation(Math.multiplyExact(repeats, size));
        int[] order = new int[samples];
        for (int i = 0; i < samples; i++) {
            order[i] = drawn[i] % size;
        }
        return order;
    }
}
