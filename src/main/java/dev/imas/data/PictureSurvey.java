package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Rule;
import dev.imas.image.Samples;
import dev.imas.image.ValueWindow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Looks once at the labelled and unlabelled pictures of a run and puts the numbers that it finds into its settings: the
 * range of the stored values where the settings leave it open, and for channels that are no colours the mean and
 * deviation of the values in that range. Deterministic: a part of every picture's pixels is looked at, evenly spread.
 */
public final class PictureSurvey {
    /** Pixels in all, of each channel; a picture gives its share. */
    private static final int PIXELS = 1 << 22;

    private static final int LEAST_A_PICTURE = 1024;
    private static final int FAULTS_TOLD = 5;
    /** A channel that is constant has no deviation to divide by. */
    private static final double LEAST_DEVIATION = 1e-3;

    private final PictureInput input;
    private final PictureReader reader;
    private final List<Path> pictures;
    private final Consumer<String> messages;

    private PictureSurvey(PictureInput input, List<Path> pictures, Consumer<String> messages) {
        this.input = input;
        this.reader = new PictureReader(input);
        this.pictures = pictures;
        this.messages = messages;
    }

    /**
     * The settings with nothing left open, or themselves: 8-bit RGB needs no numbers, nor do settings that have them.
     *
     * @param data     of which the pictures to learn from are looked at; those to validate on where it has no others
     * @param messages told in a line each what was found and taken
     * @throws UserException naming all pictures that cannot be read, have other channels or another depth
     */
    public static ImasConfig settle(ImasConfig config, Dataset data, Consumer<String> messages) {
        PictureInput input = PictureInput.of(config.data());
        List<Path> learned = files(data.labeled(), data.unlabeled());
        List<Path> pictures = learned.isEmpty() ? files(data.validation()) : learned;
        boolean complete = input.settled() && !input.range().open();
        if (pictures.isEmpty() || complete) {
            return config;
        }
        return new PictureSurvey(input, pictures, messages).settled(config);
    }

    private static List<Path> files(ImageSource... sources) {
        return Stream.of(sources)
                .flatMap(source -> source instanceof FileImages files ? files.pictures().stream() : Stream.empty())
                .distinct()
                .toList();
    }

    private ImasConfig settled(ImasConfig config) {
        boolean files =
                input.channels().rgb() && input.page() == null && input.range().rule() == Rule.AUTO;
        if (files && pictures.parallelStream().noneMatch(this::isDeep)) {
            return config;
        }
        List<Look> looks = looks();
        tellFills(looks);
        PixelRange range = input.range().open() ? range(looks) : input.range();
        ImasConfig settled = config.withData(config.data().withRange(range));
        return input.settled() ? settled : normalized(settled, looks, range);
    }

    private boolean isDeep(Path picture) {
        try {
            return reader.isDeep(picture);
        } catch (UserException e) {
            return true; // looked at, and named with all others that cannot be read
        }
    }

    /**
     * What was seen of a picture.
     *
     * @param names   of its channels, or none
     * @param depth   the values that its samples can have
     * @param stored  some of its stored values, by channel
     * @param most    the window of most of them, by channel
     * @param fills   values that fill places without data, left out of the stored ones
     * @param used    whether those are a good part of what its samples can have
     * @param windows its range where that is known; else empty
     * @param fault   why it cannot be used, or null
     */
    private record Look(
            Path path,
            Samples.Kind kind,
            int bits,
            List<String> names,
            ValueWindow depth,
            float[][] stored,
            List<ValueWindow> most,
            Set<Float> fills,
            boolean used,
            List<ValueWindow> windows,
            String fault) {
        /** Whether there are values in a channel: what is declared to be no data has none, and no window. */
        boolean holds(int channel) {
            return stored[channel].length > 0;
        }

        boolean holdsAny() {
            return IntStream.range(0, stored.length).anyMatch(this::holds);
        }

        String depthInWords() {
            return bits + "-bit "
                    + switch (kind) {
                        case UNSIGNED -> "whole";
                        case SIGNED -> "signed";
                        case FLOAT -> "floating-point";
                    } + " samples";
        }
    }

    private List<Look> looks() {
        int share = Math.max(LEAST_A_PICTURE, PIXELS / pictures.size());
        List<Look> looks = IntStream.range(0, pictures.size())
                .parallel()
                .mapToObj(i -> look(pictures.get(i), share))
                .toList();
        List<String> faults =
                looks.stream().map(Look::fault).filter(fault -> fault != null).toList();
        if (!faults.isEmpty()) {
            String told = faults.stream().limit(FAULTS_TOLD).collect(Collectors.joining(". "));
            int more = faults.size() - FAULTS_TOLD;
            throw new UserException(more > 0 ? told + ". " + more + " more pictures likewise" : told);
        }
        return looks;
    }

    private Look look(Path path, int share) {
        try {
            Samples samples = reader.stored(path);
            String fault = reader.fault(samples, path);
            if (fault != null) {
                return faulty(path, fault);
            }
            List<ValueWindow> windows = input.range().open() ? List.of() : reader.windows(samples, path);
            float[][] stored = Ranges.sampled(samples, input.channels(), share);
            ValueWindow depth = ValueWindow.ofDepth(samples);
            return new Look(
                    path,
                    samples.kind(),
                    samples.bits(),
                    samples.channelNames(),
                    depth,
                    stored,
                    Ranges.most(stored),
                    Ranges.fills(samples, input.channels(), share),
                    Ranges.usesDepth(stored, depth),
                    windows,
                    null);
        } catch (UserException e) {
            return faulty(path, e.getMessage());
        }
    }

    private static Look faulty(Path path, String fault) {
        return new Look(path, null, 0, List.of(), null, null, List.of(), Set.of(), false, List.of(), fault);
    }

    /** What was taken for no data, since nothing else would show that. */
    private void tellFills(List<Look> looks) {
        List<Look> filled =
                looks.stream().filter(look -> !look.fills().isEmpty()).toList();
        if (!filled.isEmpty()) {
            String values = filled.stream()
                    .flatMap(look -> look.fills().stream())
                    .distinct()
                    .sorted()
                    .map(Ranges::number)
                    .collect(Collectors.joining(", "));
            messages.accept("pixels of " + values + " are taken for places without data in "
                    + told(filled.stream().map(Look::path).toList())
                    + ": left out where range, mean and deviation are found");
        }
    }

    /** The numbers of an open range. */
    private PixelRange range(List<Look> looks) {
        boolean automatic = input.range().rule() == Rule.AUTO;
        Map<String, List<Look>> depths =
                looks.stream().collect(Collectors.groupingBy(Look::depthInWords, TreeMap::new, Collectors.toList()));
        if (depths.size() > 1) {
            if (automatic && depths.values().stream().allMatch(this::usesDepth)) {
                return taken(PixelRange.of(Rule.FILE), "the range of each file (" + depths.size() + " depths)");
            }
            throw new UserException(mixed(depths));
        }
        if (automatic) {
            return automatic(looks);
        }
        float[][] stored = stored(looks, values -> values);
        boolean deviations = input.range().rule() == Rule.ZSCORE;
        List<ValueWindow> windows = deviations ? Ranges.deviations(stored) : Ranges.percentiles(stored);
        return numbers(windows, input.range().toString(), looks);
    }

    /**
     * The range of the files, where most pictures are neither dark nor flat in it; else one that suits the pictures.
     * A few pixels decide neither, be they burnt into every picture or all of a picture unlike the others.
     */
    private PixelRange automatic(List<Look> looks) {
        if (usesDepth(looks)) {
            List<Path> dark = paths(looks, false);
            return taken(
                    PixelRange.of(Rule.FILE),
                    "the range of the files"
                            + (dark.isEmpty() ? "" : "; less than a quarter of it is used by " + told(dark)));
        }
        List<ValueWindow> windows = Ranges.percentiles(stored(looks, Ranges::withoutMarks));
        List<Path> bright = paths(looks, true);
        if (!bright.isEmpty() && wouldBeDark(looks, windows)) {
            return taken(
                    PixelRange.of(Rule.PICTURE_PERCENTILE),
                    "picture_percentile, the range of each picture: only " + told(bright) + " fills that of its file, "
                            + Ranges.text(List.of(looks.get(0).depth()))
                            + ", in which most others would be dark or flat");
        }
        return numbers(windows, "percentile", looks);
    }

    private PixelRange numbers(List<ValueWindow> windows, String rule, List<Look> looks) {
        return taken(
                PixelRange.of(windows.stream().map(PictureSurvey::window).toList()),
                rule + " over " + pictures.size() + " pictures: " + Ranges.text(windows) + " of "
                        + Ranges.text(List.of(looks.get(0).depth())) + names(looks) + " become 0 to 1");
    }

    private boolean usesDepth(List<Look> looks) {
        return paths(looks, true).size() >= paths(looks, false).size()
                && Ranges.within(
                        Ranges.percentiles(stored(looks, values -> values)),
                        looks.get(0).depth());
    }

    /** Those that use the depth of their files, or those that do not; those without values are neither. */
    private static List<Path> paths(List<Look> looks, boolean used) {
        return looks.stream()
                .filter(look -> look.used() == used && look.holdsAny())
                .map(Look::path)
                .toList();
    }

    private String told(List<Path> some) {
        return some.size() + " of " + pictures.size() + " pictures (such as " + some.get(0) + ")";
    }

    /** Whether in these windows half of the pictures would keep less than 32 of 256 levels of a channel. */
    private static boolean wouldBeDark(List<Look> looks, List<ValueWindow> windows) {
        return IntStream.range(0, windows.size()).anyMatch(c -> {
            double[] widths = looks.stream()
                    .filter(look -> look.holds(c))
                    .mapToDouble(look -> look.most().get(c).width())
                    .sorted()
                    .toArray();
            return widths.length > 0
                    && widths[widths.length / 2] < windows.get(c).width() / 8;
        });
    }

    private static String names(List<Look> looks) {
        List<String> names = looks.get(0).names();
        return names.isEmpty() ? "" : " (" + String.join(", ", names) + ")";
    }

    /** A constant channel has no width; any window that begins there makes it 0. */
    private static PixelRange.Window window(ValueWindow found) {
        return new PixelRange.Window(found.low(), found.high() > found.low() ? found.high() : found.low() + 1);
    }

    private PixelRange taken(PixelRange range, String what) {
        messages.accept("data.range: " + (input.range().rule() == Rule.AUTO ? "auto took " : "") + what);
        return range;
    }

    private String mixed(Map<String, List<Look>> depths) {
        String found = depths.entrySet().stream()
                .map(depth -> depth.getValue().size() + " of " + depth.getKey() + " ("
                        + depth.getValue().get(0).path() + ")")
                .collect(Collectors.joining(", "));
        return "the pictures differ in depth: " + found + "; data.range=" + input.range()
                + " needs one depth: convert them, or set data.range=picture_percentile or file";
    }

    private static float[][] stored(List<Look> looks, UnaryOperator<float[]> part) {
        int channels = looks.get(0).stored().length;
        return IntStream.range(0, channels)
                .mapToObj(c -> Ranges.joined(
                        looks.stream().map(look -> part.apply(look.stored()[c])).toArray(float[][]::new)))
                .toArray(float[][]::new);
    }

    /** The settings with mean and deviation of each channel's values in [0,1]. */
    private ImasConfig normalized(ImasConfig config, List<Look> looks, PixelRange range) {
        List<Double> means = new ArrayList<>();
        List<Double> deviations = new ArrayList<>();
        for (int c = 0; c < input.channels().count(); c++) {
            Moments moments = new Moments();
            for (Look look : looks) {
                moments.add(look.stored()[c], windows(look, range).get(c));
            }
            means.add(moments.mean());
            deviations.add(Math.max(LEAST_DEVIATION, moments.deviation()));
        }
        return config.withData(config.data().withMean(means).withStd(deviations));
    }

    private List<ValueWindow> windows(Look look, PixelRange range) {
        if (!look.windows().isEmpty()) {
            return look.windows();
        }
        int channels = input.channels().count();
        if (range.rule() == Rule.PICTURE_PERCENTILE) {
            return Ranges.percentiles(look.stored());
        }
        return range.rule() == Rule.FILE
                ? IntStream.range(0, channels).mapToObj(c -> look.depth()).toList()
                : Ranges.given(range, channels);
    }

    /** Sums for a mean and a deviation. */
    private static final class Moments {
        private double sum;
        private double squares;
        private long count;

        void add(float[] values, ValueWindow window) {
            for (float value : values) {
                double place = window.place(value);
                sum += place;
                squares += place * place;
                count++;
            }
        }

        double mean() {
            return count == 0 ? 0 : sum / count;
        }

        double deviation() {
            return count == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean() * mean()));
        }
    }
}
