package dev.imas.data;

import java.util.Locale;

/** Shares of pixels in words. */
final class Shares {
    private Shares() {}

    /** A share in [0,1] as percent; a small one is never told as none. */
    static String percent(double share) {
        if (share > 0 && share < 0.0005) {
            return "under 0.1 %";
        }
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
