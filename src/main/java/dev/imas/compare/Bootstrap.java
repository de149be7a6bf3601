package dev.imas.compare;

import dev.imas.common.Rng;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.measure.Overlap;
import dev.imas.run.ValidationCounts;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How sure the difference of two methods is, paired over seeds. A draw takes validation pictures with replacement, as
 * many as there are, and seeds with replacement, one fewer than there are (which makes the spread of few seeds
 * unbiased); both methods and all seeds see the same draw. From every draw comes a difference of the mIoU; the interval
 * is as wide to either side as 95 % of them lie from the difference that was found. What seeds add to a draw is
 * stretched by Student's factor, since the spread of two or three seeds is itself known roughly, and so is what
 * pictures add, whose spread is made unbiased as well. With one seed the interval is of the pictures alone; of one
 * picture there is none.
 */
final class Bootstrap {
    static final int DRAWS = 2000;
    static final double LEVEL = 0.95;
    /** A smaller difference is none that a person would see: it is written as 0.0 points. */
    static final double LEAST = 0.0005;
    /** Of the normal distribution, for {@link #LEVEL}. */
    private static final double NORMAL = 1.95996;
    /** Of Student's distribution, by degrees of freedom from 1 on. */
    private static final double[] STUDENT = {
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
        2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
        2.0452, 2.0423
    };

    /**
     * A difference of shares in [-1,1] and how far it may be off.
     *
     * @param half half the width of the 95 % interval; NaN where there is none
     */
    record Interval(double estimate, double half) {
        /** Whether the interval leaves 0 out, for a difference that is worth a word. */
        boolean excludesZero() {
            return Math.abs(estimate) > half && Math.abs(estimate) >= LEAST;
        }
    }

    private Bootstrap() {}

    /** mIoU over all pictures, as an evaluation computes it. */
    static double miou(ValidationCounts counts, AbsentClasses absent) {
        int[] each = new int[counts.pictures().size()];
        Arrays.fill(each, 1);
        return miou(counts, each, absent);
    }

    /** @param times how often each picture counts */
    static double miou(ValidationCounts counts, int[] times, AbsentClasses absent) {
        double[] iou = iou(counts, times);
        return Overlap.mean(
                Arrays.stream(iou).map(value -> Double.isNaN(value) ? 0 : value).toArray(),
                c -> !Double.isNaN(iou[c]),
                absent);
    }

    /** Of every class, over all pictures; NaN for one that no true pixel shows. */
    static double[] iou(ValidationCounts counts) {
        int[] each = new int[counts.pictures().size()];
        Arrays.fill(each, 1);
        return iou(counts, each);
    }

    /** Of a draw without a class's pictures both methods are measured on the other classes, whatever they predict. */
    private static double[] iou(ValidationCounts counts, int[] times) {
        long[] truth = new long[counts.classes()];
        long[] both = new long[counts.classes()];
        long[] either = new long[counts.classes()];
        for (int i = 0; i < times.length; i++) {
            for (int c = 0; times[i] > 0 && c < both.length; c++) {
                long shared = counts.both()[i][c];
                truth[c] += times[i] * counts.truth()[i][c];
                both[c] += times[i] * shared;
                either[c] += times[i] * (counts.truth()[i][c] + counts.predicted()[i][c] - shared);
            }
        }
        return IntStream.range(0, both.length)
                .mapToDouble(c -> truth[c] == 0 ? Double.NaN : Overlap.iou(both[c], either[c]))
                .toArray();
    }

    /**
     * How much better {@code a} is than {@code b}.
     *
     * @param a counts of a method, one a seed, of the same pictures
     * @param b those of the other method, of the same seeds in the same order
     */
    static Interval difference(
            List<ValidationCounts> a, List<ValidationCounts> b, AbsentClasses absent, int draws, long seed) {
        int pictures = a.get(0).pictures().size();
        int seeds = a.size();
        double[] foundEach = differences(a, b, null, absent);
        double found = mean(foundEach);
        if (pictures == 1) {
            return new Interval(found, Double.NaN);
        }
        double ofPictures = Math.sqrt(pictures / (pictures - 1.0)) * student(pictures - 1) / NORMAL;
        // Drawing one of two seeds is off by half their difference, always: no normal distribution, so Student's factor
        // itself. And of their difference as found: that of a draw has the pictures' noise, 12.7 times too much of it.
        double ofSeeds = seeds == 1 ? 0 : student(seeds - 1) / (seeds == 2 ? 1 : NORMAL);
        double[] off = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            Rng rng = Rng.of(seed, "bootstrap", draw);
            int[] times = new int[pictures];
            for (int i = 0; i < pictures; i++) {
                times[rng.integer(0, pictures)]++;
            }
            double[] each = differences(a, b, times, absent);
            double all = mean(each);
            double[] drawn = seeds == 2 ? foundEach : each;
            double some = 0;
            for (int k = 1; k < seeds; k++) {
                some += drawn[rng.integer(0, seeds)] / (seeds - 1);
            }
            double deviation = seeds == 1 ? 0 : some - mean(drawn);
            off[draw] = Math.abs(ofPictures * (all - found) + ofSeeds * deviation);
        }
        return new Interval(found, quantile(off));
    }

    /** Of every seed. */
    private static double[] differences(
            List<ValidationCounts> a, List<ValidationCounts> b, int[] times, AbsentClasses absent) {
        return IntStream.range(0, a.size())
                .mapToDouble(s -> times == null
                        ? miou(a.get(s), absent) - miou(b.get(s), absent)
                        : miou(a.get(s), times, absent) - miou(b.get(s), times, absent))
                .toArray();
    }

    /** The interval where the pictures are not known one by one: of seeds alone, of which there must be two. */
    static Interval ofSeeds(double[] differences) {
        double found = mean(differences);
        int seeds = differences.length;
        double half = seeds < 2 ? Double.NaN : student(seeds - 1) * deviation(differences) / Math.sqrt(seeds);
        return new Interval(found, half);
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** Standard deviation of the population that the values are a sample of; NaN of less than two. */
    static double deviation(double[] values) {
        double mean = mean(values);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    }

    /** The smallest value that {@link #LEVEL} of all do not exceed. */
    private static double quantile(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(LEVEL * sorted.length) - 1];
    }

    private static double student(int freedom) {
        return freedom <= STUDENT.length ? STUDENT[freedom - 1] : NORMAL;
    }
}
