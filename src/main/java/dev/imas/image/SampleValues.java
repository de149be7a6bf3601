package dev.imas.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes {@link Samples} of stored pictures: the channels of one, or of several side by side. */
final class SampleValues {
    private SampleValues() {}

    /**
     * Channels of several pages of one size, the first page's first.
     *
     * @param noData the stored value that becomes NaN; in colours only where all three have it, as one of them may be
     *               as bright or dark by itself
     */
    static Samples of(List<Stored> pages, List<String> names, double noData) throws IOException {
        List<Stored> plain = new ArrayList<>();
        int channels = 0;
        for (Stored page : pages) {
            Stored coloured = withoutPalette(page);
            plain.add(coloured);
            channels += coloured.meaning().channels + coloured.extras();
        }
        Stored first = plain.get(0);
        float[] values = new float[Math.multiplyExact(first.pixels(), channels)];
        int at = 0;
        for (Stored page : plain) {
            requireAlike(first, page);
            at = put(page, values, at, channels);
        }
        if (!Double.isNaN(noData)) {
            int colours = plain.size() == 1 && areColours(first, channels) ? 3 : 1;
            withoutNoData(values, channels, colours, (float) noData);
        }
        return new Samples(
                first.width(),
                first.height(),
                channels,
                first.kind(),
                first.bits(),
                values,
                names.size() == channels ? names : List.of());
    }

    /** Whether the first channels are red, green and blue: the file says so, or has three channels of whole numbers. */
    private static boolean areColours(Stored page, int channels) {
        return page.meaning() == Stored.Meaning.RGB || channels == 3 && page.kind() == Samples.Kind.UNSIGNED;
    }

    /** @param together as many channels from the first on have no data together, the others each by itself */
    private static void withoutNoData(float[] values, int channels, int together, float noData) {
        for (int pixel = 0; pixel < values.length; pixel += channels) {
            for (int from = pixel, to = pixel + together; from < pixel + channels; from = to, to++) {
                if (areAll(values, from, to, noData)) {
                    Arrays.fill(values, from, to, Float.NaN);
                }
            }
        }
    }

    private static boolean areAll(float[] values, int from, int to, float value) {
        for (int i = from; i < to; i++) {
            if (values[i] != value) {
                return false;
            }
        }
        return true;
    }

    private static Stored withoutPalette(Stored stored) throws IOException {
        return switch (stored.meaning()) {
            case PALETTE, CMYK -> {
                RgbImage rgb = Rgb.of(stored);
                yield Stored.rgb(rgb.width(), rgb.height(), rgb.rgb());
            }
            default -> stored;
        };
    }

    private static void requireAlike(Stored first, Stored page) throws IOException {
        if (page.kind() != first.kind() || page.bits() != first.bits()) {
            throw ImageProblem.unread("has pages whose samples differ in kind or bits, which cannot be channels of one"
                    + " picture: set data.page");
        }
    }

    /** Copies all but opacity; gives the first channel behind them. */
    private static int put(Stored page, float[] values, int firstChannel, int channels) {
        int to = firstChannel;
        for (int c = 0; c < page.channels(); c++) {
            if (c == page.alpha()) {
                continue;
            }
            for (int from = c, i = to; from < page.values().length(); from += page.channels(), i += channels) {
                values[i] = page.values().number(from);
            }
            to++;
        }
        return to;
    }
}
