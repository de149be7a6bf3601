package dev.imas.train;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How long a run will still take, by the pace so far, evaluations and all. Steps with unlabelled images take several
 * times as long as those without: the pace is measured anew when they begin, and before that only a lower bound is
 * known.
 */
public final class TimeLeft {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private final LongSupplier nanoTime;
    private long totalSteps;
    private long slowFrom;
    private long fromStep;
    private long fromTime;

    /** @param nanoTime the time, as System.nanoTime gives it */
    public TimeLeft(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * The first step is about to begin.
     *
     * @param step steps finished before
     * @param slow the first step with unlabelled images, from 0; 0 where there is one kind alone
     */
    public void started(long step, long total, long slow) {
        totalSteps = total;
        slowFrom = slow;
        from(step);
    }

    private void from(long step) {
        fromStep = step;
        fromTime = nanoTime.getAsLong();
    }

    /** After so many steps: {@code "about 12 min left"}; empty at the end, and where nothing is known yet. */
    public String after(long step) {
        if (step >= totalSteps || step <= fromStep) {
            return "";
        }
        boolean bound = fromStep < slowFrom;
        String left = (bound ? "over " : "about ") + words(secondsLeft(step)) + " left";
        if (bound && step > slowFrom) {
            from(step);
        }
        return left;
    }

    private long secondsLeft(long step) {
        return Math.round((nanoTime.getAsLong() - fromTime) / 1e9 / (step - fromStep) * (totalSteps - step));
    }

    private static String words(long seconds) {
        if (seconds < MINUTE) {
            return Math.max(1, seconds) + " s";
        }
        if (seconds < HOUR) {
            return seconds / MINUTE + " min";
        }
        return seconds < DAY
                ? String.format(Locale.ROOT, "%d h %02d min", seconds / HOUR, seconds % HOUR / MINUTE)
                : String.format(Locale.ROOT, "%d d %02d h", seconds / DAY, seconds % DAY / HOUR);
    }
}
