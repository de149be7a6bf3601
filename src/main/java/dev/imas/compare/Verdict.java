package dev.imas.compare;

import dev.imas.compare.Bootstrap.Interval;
import java.util.Locale;

/** What may be said of differences, in words: a difference is claimed where its interval leaves 0 out. */
final class Verdict {
    /** Less is no gap that a share of could be told. */
    static final double LEAST_GAP = 0.005;

    private Verdict() {}

    /** {@code unlabelled pictures gain 4.1 ± 0.8 points}. */
    static String unlabelled(Interval gain) {
        return effect("unlabelled pictures", gain, "gain", "lose", "change the result by");
    }

    /** {@code hardness adds 0.2 ± 0.6 points: no difference seen}. */
    static String hardness(Interval gain) {
        return effect("hardness", gain, "adds", "costs", "changes the result by");
    }

    /** Of any two rows. */
    static String between(String one, String other, Interval gain) {
        return effect(
                one,
                gain,
                "is better than " + other + " by",
                "is worse than " + other + " by",
                "against " + other + ":");
    }

    private static String effect(String what, Interval gain, String better, String worse, String neither) {
        if (Double.isNaN(gain.half())) {
            return what + " " + neither + " " + signed(gain.estimate())
                    + " points of one seed or picture, which proves nothing";
        }
        String points = points(Math.abs(gain.estimate())) + " ± " + points(gain.half()) + " points";
        if (gain.excludesZero()) {
            return what + " " + (gain.estimate() > 0 ? better : worse) + " " + points;
        }
        return what + " " + neither + " " + signed(gain.estimate()) + " ± " + points(gain.half())
                + " points: no difference seen";
    }

    /** {@code iMAS closes 62 % of the gap to all labels}; says what there is where there is hardly a gap. */
    static String gap(String row, double supervised, double reached, double ceiling) {
        double gap = ceiling - supervised;
        if (gap < LEAST_GAP) {
            return "all labels reach " + points(ceiling) + " %: there is no gap to close";
        }
        return row + " closes " + Math.round(100 * (reached - supervised) / gap) + " % of the gap to all labels ("
                + points(supervised) + " to " + points(ceiling) + " %)";
    }

    /** Where a row is ahead of all labels. */
    static String noCeiling(String row, double reached, double ceiling) {
        return "all labels reach " + points(ceiling) + " %, less than " + row + " (" + points(reached)
                + " %): they are no ceiling here";
    }

    /** With one decimal. */
    static String points(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    static String signed(double share) {
        String digits = points(Math.abs(share));
        return digits.equals("0.0") ? "0.0" : (share > 0 ? "+" : "−") + digits;
    }
}
