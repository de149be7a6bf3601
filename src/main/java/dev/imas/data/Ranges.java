package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.PixelRange;
import dev.imas.image.Samples;
import dev.imas.image.ValueWindow;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds which stored values become 0 and 1 (method 2): from the file's depth, from given numbers, or from values. */
final class Ranges {
    /** Pixels of one picture that are looked at, evenly spread. */
    static final int LOOKED_AT = 1 << 16;
    /** Pictures whose values span less of their file's range than this would be dark or flat. */
    private static final double LEAST_USED = 0.25;
    /** Usual fill values of elevations, of padded CT slices, and of signed samples. */
    private static final Set<Double> FILLS = Set.of(-999.0, -9999.0, -99999.0, -2000.0, -3024.0, -32767.0, -32768.0);
    /** From here on, up or down, floats measure nothing: fill values are 1e20 or lie near the ends of all floats. */
    private static final float BEYOND_MEASURES = 1e9f;
    /** As many widths of the window of most values beside it others are far from them. */
    private static final int FAR = 3;

    private Ranges() {}

    /** The values that the file's samples can have, for each channel. */
    static List<ValueWindow> ofFile(Samples samples, int channels, Object origin) {
        if (samples.kind() == Samples.Kind.FLOAT) {
            requireUnit(samples, origin);
        }
        return Collections.nCopies(channels, ValueWindow.ofDepth(samples));
    }

    private static void requireUnit(Samples samples, Object origin) {
        float fill = Float.NaN;
        for (float value : samples.values()) {
            if ((value < 0 || value > 1) && value != fill) {
                int step = Math.max(1, samples.values().length / LOOKED_AT);
                fill = fill(every(samples.values(), 0, step), samples);
                if (value != fill) {
                    throw new UserException(origin + " holds " + value + "; in the range of a file floats are 0 to 1;"
                            + " set data.range to percentile, zscore or the values [low, high] that become 0 and 1");
                }
            }
        }
    }

    /** Given numbers, for each channel. */
    static List<ValueWindow> given(PixelRange range, int channels) {
        List<ValueWindow> windows = range.windows().stream()
                .map(window -> new ValueWindow(window.low(), window.high()))
                .toList();
        return windows.size() == channels ? windows : Collections.nCopies(channels, windows.get(0));
    }

    static List<ValueWindow> percentiles(float[][] channels) {
        return found(channels, ValueWindow::percentiles);
    }

    /** The percentiles of pictures' values less what is burnt into the pictures. */
    static List<ValueWindow> percentilesWithoutMarks(float[][] channels) {
        return percentiles(Arrays.stream(channels).map(Ranges::withoutMarks).toArray(float[][]::new));
    }

    /** The window of most of a picture's values, for each channel. */
    static List<ValueWindow> most(float[][] channels) {
        return found(channels, ValueWindow::most);
    }

    /**
     * A picture's values less scale bars, letters and dead pixels: a few that lie far from all others, and of which
     * most are equal. What lies as far and varies is of the picture.
     */
    static float[] withoutMarks(float[] values) {
        if (values.length == 0) {
            return values;
        }
        ValueWindow most = ValueWindow.most(values.clone());
        double far = FAR * most.width();
        ValueWindow kept = new ValueWindow(
                areMarks(those(values, v -> v < most.low() - far)) ? most.low() - far : Double.NEGATIVE_INFINITY,
                areMarks(those(values, v -> v > most.high() + far)) ? most.high() + far : Double.POSITIVE_INFINITY);
        return far > 0 ? those(values, v -> v >= kept.low() && v <= kept.high()) : values;
    }

    private static float[] those(float[] values, DoublePredicate wanted) {
        float[] found = new float[values.length];
        int n = 0;
        for (float value : values) {
            if (wanted.test(value)) {
                found[n++] = value;
            }
        }
        return Arrays.copyOf(found, n);
    }

    /** Whether half of the values or more are equal. */
    private static boolean areMarks(float[] values) {
        Arrays.sort(values);
        int run = 0;
        int longest = 0;
        for (int i = 0; i < values.length; i++) {
            run = i > 0 && values[i] == values[i - 1] ? run + 1 : 1;
            longest = Math.max(longest, run);
        }
        return values.length > 0 && 2 * longest >= values.length;
    }

    static List<ValueWindow> deviations(float[][] channels) {
        return found(channels, ValueWindow::deviations);
    }

    private static List<ValueWindow> found(float[][] channels, Function<float[], ValueWindow> rule) {
        return Arrays.stream(channels)
                .map(values -> values.length == 0 ? new ValueWindow(0, 0) : rule.apply(values.clone()))
                .toList();
    }

    /**
     * Some of a picture's values: for colours all together, else by chosen channel. NaN is left out, and what fills
     * places without data.
     */
    static float[][] sampled(Samples samples, Channels channels) {
        return sampled(samples, channels, LOOKED_AT);
    }

    static float[][] sampled(Samples samples, Channels channels, int most) {
        int step = step(samples, most);
        float[][] each = looked(samples, channels).stream()
                .map(c -> values(samples, c, step))
                .toArray(float[][]::new);
        return channels.rgb() ? new float[][] {joined(each)} : each;
    }

    private static int step(Samples samples, int most) {
        return Math.max(1, (samples.width() * samples.height() + most - 1) / most);
    }

    /** The stored channels that are looked at. */
    private static List<Integer> looked(Samples samples, Channels channels) {
        return channels.rgb() ? IntStream.range(0, samples.channels()).boxed().toList() : channels.stored();
    }

    /** The values among those of {@link #sampled} that fill places without data; most pictures have none. */
    static Set<Float> fills(Samples samples, Channels channels, int most) {
        Set<Float> fills = new TreeSet<>();
        for (int c : looked(samples, channels)) {
            float fill = fill(every(samples.values(), c, step(samples, most) * samples.channels()), samples);
            if (!Float.isNaN(fill)) {
                fills.add(fill);
            }
        }
        return fills;
    }

    private static float[] values(Samples samples, int channel, int step) {
        float[] values = every(samples.values(), channel, step * samples.channels());
        float fill = fill(values, samples);
        return Float.isNaN(fill) ? values : those(values, value -> value != fill);
    }

    /** Every so many of some values, without NaN and infinities. */
    private static float[] every(float[] values, int first, int step) {
        float[] found = new float[(values.length - first + step - 1) / step];
        int n = 0;
        for (int i = first; i < values.length; i += step) {
            if (Float.isFinite(values[i])) {
                found[n++] = values[i];
            }
        }
        return Arrays.copyOf(found, n);
    }

    /**
     * What programs write where they have no data, such as -9999, -32768 or 1e20: the least or greatest value, if it
     * is one that is usual for it, several pixels have it, and all others lie farther from it than most of them from
     * one another. NaN where there is none.
     */
    private static float fill(float[] values, Samples samples) {
        float least = Float.POSITIVE_INFINITY;
        float greatest = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
        return usualFill(least, samples) && isAlone(least, values)
                ? least
                : usualHighFill(greatest, samples) && isAlone(greatest, values) ? greatest : Float.NaN;
    }

    private static boolean isAlone(float value, float[] values) {
        float[] rest = those(values, other -> other != value);
        if (rest.length == 0 || values.length - rest.length < 2) {
            return false;
        }
        double width = ValueWindow.most(rest).width(); // and sorts them
        double distance =
                Math.min(Math.abs((double) rest[0] - value), Math.abs((double) rest[rest.length - 1] - value));
        return width > 0 && distance > width;
    }

    private static boolean usualFill(float value, Samples samples) {
        boolean lowest = samples.kind() == Samples.Kind.SIGNED
                && samples.bits() > 8
                && value == ValueWindow.ofDepth(samples).low();
        return lowest || value <= -BEYOND_MEASURES || FILLS.contains((double) value);
    }

    private static boolean usualHighFill(float value, Samples samples) {
        return samples.kind() == Samples.Kind.FLOAT && value >= BEYOND_MEASURES;
    }

    static float[] joined(float[]... parts) {
        float[] all =
                new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** Whether a picture is neither dark nor flat in the range of its file. */
    static boolean usesDepth(Samples samples) {
        Channels all = Channels.of(Math.min(samples.channels(), 64));
        return usesDepth(sampled(samples, all), ValueWindow.ofDepth(samples));
    }

    /**
     * Whether most of a picture's values are a good part of what a file's samples can have, in each channel that has
     * values at all.
     */
    static boolean usesDepth(float[][] channels, ValueWindow file) {
        float[][] held =
                Arrays.stream(channels).filter(values -> values.length > 0).toArray(float[][]::new);
        return most(held).stream().allMatch(window -> window.width() >= LEAST_USED * file.width())
                && within(percentiles(held), file);
    }

    static boolean within(List<ValueWindow> windows, ValueWindow file) {
        return windows.stream().allMatch(window -> window.low() >= file.low() && window.high() <= file.high());
    }

    /** As people read them: {@code 101 to 2058, 88 to 3120 and 3 more}. */
    static String text(List<ValueWindow> windows) {
        int told = 4;
        String text = windows.stream()
                .limit(told)
                .map(window -> number(window.low()) + " to " + number(window.high()))
                .collect(Collectors.joining(", "));
        return windows.size() > told ? text + " and " + (windows.size() - told) + " more" : text;
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }
}
