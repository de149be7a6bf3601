package dev.imas.data;

import dev.imas.common.Interrupts;
import dev.imas.common.Rng;
import dev.imas.image.Appearance;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which pictures of a collection stand for the others: greedy maximisation of facility location, whose result is at
 * least 63 % of the best one's (Nemhauser, Wolsey and Fisher, 1978). Each step takes the picture that brings all others
 * nearest to a picture that is taken, so that kinds of pictures are met in the order of their number and difference,
 * and by a typical one of each.
 */
public final class Coverage {
    /** Nearness is looked at for so many pictures, drawn alike every time: time goes with their number times all. */
    private static final int MOST_WITNESSES = 2000;

    private final List<Appearance> pictures;
    private final int[] witnesses;
    /** From every witness to the nearest taken picture; infinite where there is none. */
    private final double[] nearest;
    /** The gain of a picture when it was last looked at, which it never exceeds from there on. */
    private final double[] bounds;

    private final boolean[] taken;
    private double scale;

    /**
     * A step of the choice.
     *
     * @param picture its number in the collection
     * @param gain    by how much it lowers the sum of the distances to the nearest taken picture, as a share of that
     *                sum before the first step, in [0,1] and never more than in the step before; where nothing was
     *                taken before, 1 in the first step, and afterwards a share of the sum behind it
     */
    public record Step(int picture, double gain) {}

    /**
     * @param pictures that may be taken
     * @param before   those that were taken before, outside of the collection
     */
    public Coverage(List<Appearance> pictures, List<Appearance> before) {
        this.pictures = List.copyOf(pictures);
        int[] order = Rng.of(0, "witnesses").permutation(pictures.size()); // names may have an order
        witnesses = IntStream.of(order).limit(MOST_WITNESSES).sorted().toArray();
        nearest = new double[witnesses.length];
        Arrays.setAll(nearest, w -> nearest(pictures.get(witnesses[w]), before));
        scale = Arrays.stream(nearest).sum();
        bounds = new double[pictures.size()];
        Arrays.fill(bounds, Double.POSITIVE_INFINITY);
        taken = new boolean[pictures.size()];
    }

    private static double nearest(Appearance picture, List<Appearance> taken) {
        return taken.stream().mapToDouble(picture::distance).min().orElse(Double.POSITIVE_INFINITY);
    }

    /** Takes the next picture. There must be one that is not taken. */
    public Step next() {
        if (Double.isInfinite(scale)) {
            return first();
        }
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int i : mostPromisingFirst()) {
            Interrupts.check();
            if (bounds[i] <= most) {
                break; // gains only fall, so that no later one is better
            }
            bounds[i] = gain(i);
            if (bounds[i] > most) {
                most = bounds[i];
                best = i;
            }
        }
        take(best);
        return new Step(best, most);
    }

    /** Nothing can be gained on what is infinitely far: takes the picture in the middle. */
    private Step first() {
        double[] sums = IntStream.range(0, pictures.size())
                .parallel()
                .mapToDouble(this::sum)
                .toArray();
        int middle = IntStream.range(0, sums.length)
                .boxed()
                .min(Comparator.comparingDouble(i -> sums[i]))
                .orElseThrow();
        take(middle);
        scale = Arrays.stream(nearest).sum();
        return new Step(middle, 1);
    }

    private int[] mostPromisingFirst() {
        return IntStream.range(0, bounds.length)
                .filter(i -> !taken[i])
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -bounds[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private void take(int picture) {
        taken[picture] = true;
        for (int w = 0; w < nearest.length; w++) {
            nearest[w] = Math.min(nearest[w], distance(w, picture));
        }
    }

    private double sum(int picture) {
        return IntStream.range(0, witnesses.length)
                .mapToDouble(w -> distance(w, picture))
                .sum();
    }

    /** What a picture would gain if it were taken next, as {@link Step#gain}; something must be taken. */
    public double gain(int picture) {
        double gain = 0;
        for (int w = 0; w < nearest.length; w++) {
            gain += Math.max(0, nearest[w] - distance(w, picture));
        }
        return scale == 0 ? 0 : gain / scale;
    }

    private double distance(int witness, int picture) {
        return pictures.get(witnesses[witness]).distance(pictures.get(picture));
    }
}
