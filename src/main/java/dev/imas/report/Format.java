package dev.imas.report;

import java.util.Locale;

/** Numbers as people read them. A quantity that is missing (NaN) is a dash; units follow a no-break space. */
final class Format {
    static final String NONE = "–";
    private static final char SPACE = '\u00a0';

    private Format() {}

    /** A share in [0,1] as percent with one decimal: {@code 71.3 %}. */
    static String percent(double share) {
        return Double.isFinite(share) ? fixed(100 * share, 1) + SPACE + "%" : NONE;
    }

    /** The difference of two shares in percentage points, signed, with one decimal and no unit. */
    static String points(double difference) {
        if (!Double.isFinite(difference)) {
            return NONE;
        }
        String digits = fixed(100 * Math.abs(difference), 1);
        return digits.equals("0.0") ? "±0.0" : (difference > 0 ? "+" : "−") + digits;
    }

    static String fixed(double value, int decimals) {
        return Double.isFinite(value)
                ? String.format(Locale.ROOT, "%,." + decimals + "f", value).replace('-', '−')
                : NONE;
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Three significant digits, for rates and losses: {@code 0.0123}, {@code 4.56}, {@code 1,234}, {@code 1.2e-05}. */
    static String significant(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return NONE;
        }
        if (size == 0) {
            return "0";
        }
        if (size < 1e-4 || size >= 1e7) {
            return String.format(Locale.ROOT, "%.1e", value).replace("-", "−");
        }
        return fixed(value, Math.max(0, 2 - (int) Math.floor(Math.log10(size))));
    }

    /** Seconds as {@code 0.8 s}, {@code 45 s}, {@code 2 min 31 s}, {@code 3 h 07 min} or {@code 2 d 05 h}. */
    static String duration(double seconds) {
        if (!Double.isFinite(seconds) || seconds < 0) {
            return NONE;
        }
        if (seconds < 9.95) {
            return fixed(seconds, 1) + SPACE + "s";
        }
        long s = Math.round(seconds);
        if (s < 60) {
            return s + "" + SPACE + "s";
        }
        if (s < 3600) {
            return pair(s / 60, "min", s % 60, "s", "%d");
        }
        long minutes = Math.round(s / 60.0);
        if (minutes < 24 * 60) {
            return pair(minutes / 60, "h", minutes % 60, "min", "%02d");
        }
        long hours = Math.round(minutes / 60.0);
        return pair(hours / 24, "d", hours % 24, "h", "%02d");
    }

    private static String pair(long large, String largeUnit, long small, String smallUnit, String smallFormat) {
        return large + "" + SPACE + largeUnit + SPACE + String.format(Locale.ROOT, smallFormat, small) + SPACE
                + smallUnit;
    }

    /** Bytes in units of 10^6: {@code 1,234 MB}. */
    static String megabytes(double bytes) {
        return Double.isFinite(bytes) && bytes > 0 ? fixed(bytes / 1e6, 0) + SPACE + "MB" : NONE;
    }
}
