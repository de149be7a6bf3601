package dev.imas.common;

import java.util.SplittableRandom;

/**
 * Random numbers addressed by what they are for: (seed, purpose, keys such as epoch and sample). Two streams with
 * equal addresses give equal numbers whatever thread or order they are drawn in, so the number of loader threads and
 * a resume change nothing.
 */
public final class Rng {
    private final SplittableRandom random;

    private Rng(long state) {
        random = new SplittableRandom(state);
    }

    /** The stream of this address. */
    public static Rng of(long seed, String purpose, long... keys) {
        long state = mix(seed ^ 0x9E3779B97F4A7C15L);
        for (int i = 0; i < purpose.length(); i++) {
            state = mix(state + purpose.charAt(i));
        }
        for (long key : keys) {
            state = mix(state * 31 + key);
        }
        return new Rng(state);
    }

    /** Uniform in [0, 1). */
    public double uniform() {
        return random.nextDouble();
    }

    /** Uniform in [lo, hi). */
    public double uniform(double lo, double hi) {
        return lo + (hi - lo) * random.nextDouble();
    }

    /** Uniform integer in [lo, hi). */
    public int integer(int lo, int hi) {
        return random.nextInt(lo, hi);
    }

    /** Standard normal. */
    public double gaussian() {
        double u = 1.0 - random.nextDouble();
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    /** A uniformly drawn order of 0..n-1 (Fisher-Yates). */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** The finaliser of SplitMix64: spreads every input bit over the whole word. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
