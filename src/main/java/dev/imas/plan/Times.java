package dev.imas.plan;

import dev.imas.common.UserException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write and read them. */
public final class Times {
    private static final Pattern WRITTEN =
            Pattern.compile("(?:(\\d{1,6})d)?(?:(\\d{1,6})h)?(?:(\\d{1,6})m(?:in)?)?(?:(\\d{1,6})s)?");
    private static final Duration LEAST = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofDays(100);

    private Times() {}

    /**
     * Such as {@code 90s}, {@code 30m}, {@code 2h}, {@code 1h30m}, {@code 1d}.
     *
     * @param origin what a message calls the place that it was written at
     * @throws UserException for another text, and for less than 10 s or more than 100 days
     */
    public static Duration parse(String text, String origin) {
        Matcher parts = WRITTEN.matcher(text.strip().toLowerCase(Locale.ROOT).replace(" ", ""));
        if (!parts.matches()) {
            throw refused(text, origin);
        }
        Duration time = Duration.ofDays(number(parts.group(1)))
                .plusHours(number(parts.group(2)))
                .plusMinutes(number(parts.group(3)))
                .plusSeconds(number(parts.group(4)));
        if (time.compareTo(LEAST) < 0 || time.compareTo(MOST) > 0) {
            throw refused(text, origin);
        }
        return time;
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static UserException refused(String text, String origin) {
        return new UserException(origin + " is " + (text.isBlank() ? "empty" : text)
                + "; expected a time from 10 s to 100 days with its unit, such as 90s, 30m, 2h or 1h30m");
    }

    /** Rounded as a person would say it: {@code 50 s}, {@code 42 min}, {@code 2 h 30 min}, {@code 3 days}. */
    public static String words(double seconds) {
        if (seconds < 90) {
            return Math.max(1, Math.round(seconds)) + " s";
        }
        long minutes = Math.round(seconds / 60);
        if (minutes < 100) {
            return minutes + " min";
        }
        long quarters = Math.round(seconds / 900);
        if (quarters < 40) { // ten hours
            long rest = quarters % 4 * 15;
            return quarters / 4 + " h" + (rest == 0 ? "" : " " + rest + " min");
        }
        long hours = Math.round(seconds / 3600);
        return hours < 72 ? hours + " h" : Math.round(seconds / 86400) + " days";
    }

    /** Of a single step: {@code 0.9 s}, {@code 45 ms}. */
    public static String ofStep(double seconds) {
        return seconds < 0.1
                ? Math.max(1, Math.round(seconds * 1000)) + " ms"
                : String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    }
}
