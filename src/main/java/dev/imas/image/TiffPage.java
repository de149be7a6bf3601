package dev.imas.image;

import static dev.imas.image.TiffDirectory.BITS;
import static dev.imas.image.TiffDirectory.COLOUR_MAP;
import static dev.imas.image.TiffDirectory.COMPRESSION;
import static dev.imas.image.TiffDirectory.EXTRA_SAMPLES;
import static dev.imas.image.TiffDirectory.HEIGHT;
import static dev.imas.image.TiffDirectory.INK_SET;
import static dev.imas.image.TiffDirectory.NO_DATA;
import static dev.imas.image.TiffDirectory.ORIENTATION;
import static dev.imas.image.TiffDirectory.PHOTOMETRIC;
import static dev.imas.image.TiffDirectory.PLANAR;
import static dev.imas.image.TiffDirectory.SAMPLES;
import static dev.imas.image.TiffDirectory.SAMPLE_FORMAT;
import static dev.imas.image.TiffDirectory.WIDTH;

import dev.imas.image.Stored.Meaning;
import java.io.IOException;
import java.util.Arrays;

/** One page of a TIFF file: what its tags say of the samples, checked before any of them is read. */
final class TiffPage {
    private static final int MIN_IS_WHITE = 0;
    private static final int PALETTE = 3;
    private static final int MAX_CHANNELS = 1 << 12;

    final TiffDirectory tags;
    final int width;
    final int height;
    final int channels;
    final int bits;
    final Samples.Kind kind;
    final int photometric;
    final boolean planar;

    TiffPage(TiffDirectory tags) throws IOException {
        this.tags = tags;
        width = tags.size(WIDTH, "width");
        height = tags.size(HEIGHT, "height");
        long samples = tags.number(SAMPLES, 1);
        if (samples < 1 || samples > MAX_CHANNELS) {
            throw ImageProblem.damaged("it says that a pixel has " + samples + " samples");
        }
        channels = (int) samples;
        bits = same(BITS, 1, "bits a sample");
        kind = kind();
        photometric = (int) tags.number(PHOTOMETRIC, channels >= 3 ? 2 : 1);
        planar = channels > 1 && tags.number(PLANAR, 1) == 2;
    }

    /** A number that a tag gives for every channel, equal for all. */
    private int same(int tag, int missing, String name) throws IOException {
        long[] numbers = tags.numbers(tag, channels);
        if (numbers.length == 0) {
            return missing;
        }
        int needed = Math.min(channels, numbers.length);
        if (Arrays.stream(numbers, 0, needed).distinct().count() > 1) {
            throw ImageProblem.unread("has channels that differ in their " + name + " "
                    + Arrays.toString(Arrays.copyOf(numbers, needed)) + "; save them with equal ones");
        }
        return (int) Math.min(numbers[0], Integer.MAX_VALUE);
    }

    private Samples.Kind kind() throws IOException {
        int format = same(SAMPLE_FORMAT, 1, "kind of samples");
        return switch (format) {
            case 1, 4 -> Samples.Kind.UNSIGNED;
            case 2 -> Samples.Kind.SIGNED;
            case 3 -> Samples.Kind.FLOAT;
            case 5, 6 -> throw ImageProblem.unknownTo("has complex numbers", "float or 16-bit samples");
            default -> throw ImageProblem.damaged("its sample format is " + format);
        };
    }

    ImageSize size() {
        return new ImageSize(width, height);
    }

    Orientation orientation() throws IOException {
        return Orientation.of(tags.number(ORIENTATION, 1));
    }

    /** Throws where the samples are of a kind that is not read. */
    void requireReadable() throws IOException {
        boolean known =
                switch (kind) {
                    case UNSIGNED -> bits >= 1 && bits <= 16 || bits == 32 || bits == 64;
                    case SIGNED -> bits == 8 || bits == 16 || bits == 32 || bits == 64;
                    case FLOAT -> bits == 16 || bits == 24 || bits == 32 || bits == 64;
                };
        if (!known) {
            throw ImageProblem.unread("has " + kind + " samples of " + bits
                    + " bits; expected 1 to 16, 32 or 64 unsigned bits, 8, 16, 32 or 64 signed ones, or floats");
        }
        if (jpeg() && (bits != 8 || kind != Samples.Kind.UNSIGNED)) {
            throw ImageProblem.unknownTo("has " + bits + "-bit samples compressed with JPEG", "Deflate or LZW");
        }
        meaning();
    }

    boolean jpeg() throws IOException {
        return tags.number(COMPRESSION, 1) == TiffSegments.JPEG;
    }

    boolean fax() throws IOException {
        return !jpeg() && TiffCompression.of(tags.number(COMPRESSION, 1)) == TiffCompression.FAX;
    }

    boolean minIsWhite() {
        return photometric == MIN_IS_WHITE;
    }

    Meaning meaning() throws IOException {
        Meaning meaning =
                switch (photometric) {
                    case MIN_IS_WHITE, 1 -> Meaning.GREY;
                    case 2 -> Meaning.RGB;
                    case PALETTE -> Meaning.PALETTE;
                    case 5 -> cmyk();
                    case 6 -> yCbCr();
                    case 4 -> throw ImageProblem.unread("is a transparency mask, not a picture");
                    case 8, 9, 10 -> throw ImageProblem.unknownTo("has the colours L*a*b*", "RGB");
                    case 32803, 34892 -> throw ImageProblem.unknownTo("holds a camera's raw data", "RGB");
                    case 32844, 32845 -> throw ImageProblem.unknownTo("has logarithmic colours (LogLuv)", "RGB");
                    default ->
                        throw ImageProblem.unknownTo(
                                "has colours of an unknown kind (" + photometric + ")", "RGB or grey");
                };
        if (channels < meaning.channels) {
            throw ImageProblem.damaged("it has " + channels + " of " + meaning.channels + " colour channels");
        }
        if (meaning == Meaning.PALETTE && (kind != Samples.Kind.UNSIGNED || bits > 16)) {
            throw ImageProblem.damaged("its palette indices are " + bits + "-bit " + kind + " samples");
        }
        if (minIsWhite() && (kind != Samples.Kind.UNSIGNED || bits > 32)) {
            throw ImageProblem.unread("has " + kind + " samples of " + bits
                    + " bits of which the least is white; save it with the least as black (MinIsBlack)");
        }
        return meaning;
    }

    private Meaning cmyk() throws IOException {
        if (tags.number(INK_SET, 1) != 1) {
            throw ImageProblem.unknownTo("has inks other than CMYK", "RGB");
        }
        return Meaning.CMYK;
    }

    private Meaning yCbCr() throws IOException {
        if (!jpeg()) {
            throw ImageProblem.unknownTo("has the colours YCbCr without JPEG compression", "RGB");
        }
        return Meaning.RGB;
    }

    /** Index of the channel of opacity, or -1. */
    int alpha() throws IOException {
        long[] extras = tags.numbers(EXTRA_SAMPLES);
        int colours = meaning().channels;
        for (int i = 0; i < extras.length && colours + i < channels; i++) {
            if (extras[i] == 1 || extras[i] == 2) {
                return colours + i;
            }
        }
        return -1;
    }

    /** Whether there are channels beside RGB that are not opacity. */
    boolean besideRgb() throws IOException {
        return meaning() == Meaning.RGB && channels > 3 + (alpha() < 0 ? 0 : 1);
    }

    boolean scaledByAlpha() throws IOException {
        int alpha = alpha();
        return alpha >= 0 && tags.numbers(EXTRA_SAMPLES)[alpha - meaning().channels] == 1;
    }

    /** 0xRRGGBB an index; some writers store 8 bits a colour where the format wants 16. */
    int[] palette() throws IOException {
        long[] map = tags.numbers(COLOUR_MAP);
        int size = 1 << bits;
        if (map.length < 3 * size) {
            throw ImageProblem.damaged("its palette has " + map.length / 3 + " of " + size + " colours");
        }
        int shift = Arrays.stream(map).allMatch(value -> value < 256) ? 0 : 8;
        int[] palette = new int[size];
        for (int i = 0; i < size; i++) {
            palette[i] = (int) (map[i] >> shift << 16 | map[size + i] >> shift << 8 | map[2 * size + i] >> shift);
        }
        return palette;
    }

    /** Samples a pixel when a palette is looked up. */
    int shownChannels() {
        return photometric == PALETTE ? Math.max(3, channels) : channels;
    }

    /** The stored value that stands for none, as geographic programs (GDAL) declare it; NaN where there is none. */
    double noData() throws IOException {
        Meaning meaning = meaning();
        boolean kept = (meaning == Meaning.GREY || meaning == Meaning.RGB) && !minIsWhite();
        if (!kept || !tags.has(NO_DATA)) {
            return Double.NaN;
        }
        try {
            return Double.parseDouble(tags.text(NO_DATA).strip());
        } catch (NumberFormatException e) {
            return Double.NaN; // a text that is no number stands for no value
        }
    }

    /** Bytes that the samples take in memory. */
    long memory() {
        return (long) width * height * channels * valueBytes();
    }

    int valueBytes() {
        return kind != Samples.Kind.UNSIGNED || bits > 16 ? 4 : bits > 8 ? 2 : 1;
    }

    Stored decode(FileBytes file) throws IOException {
        requireReadable();
        return stored(height, new TiffSegments(this, file).values());
    }

    /** Some rows of it. */
    Stored stored(int rows, Values values) throws IOException {
        Meaning meaning = meaning();
        int[] palette = meaning == Meaning.PALETTE ? palette() : new int[0];
        int depth = Math.min(bits, 32); // as they are kept
        if (minIsWhite()) {
            invert(values);
        }
        return new Stored(width, rows, channels, meaning, alpha(), scaledByAlpha(), kind, depth, values, palette);
    }

    /** Makes 0 black; extra channels stay as they are. */
    private void invert(Values values) {
        for (int i = 0; i < values.length(); i += channels) {
            if (values instanceof Values.Bytes samples) {
                samples.array()[i] = (byte) ((1 << bits) - 1 - (samples.array()[i] & 255));
            } else if (values instanceof Values.Shorts samples) {
                samples.array()[i] = (short) ((1 << bits) - 1 - (samples.array()[i] & 0xFFFF));
            } else if (values instanceof Values.Unsigned samples) {
                samples.array()[i] = ~samples.array()[i];
            }
        }
    }
}
