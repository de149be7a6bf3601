package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Rule;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageFiles;
import dev.imas.image.Picture;
import dev.imas.image.PictureRows;
import dev.imas.image.RgbImage;
import dev.imas.image.Samples;
import dev.imas.image.ValueWindow;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads pictures as a network sees them: {@link RgbImage} for rgb, else {@link FloatImage} of the chosen channels, in
 * the range of a {@link PictureInput}. Safe to use from several threads.
 */
public final class PictureReader {
    private final PictureInput input;
    /** Null: nobody listens, and nothing is looked at for it. */
    private final Consumer<String> notes;

    private final ChannelFiles channelFiles;
    /** Known answers: files are read in every epoch. */
    private final Map<Path, Boolean> deep = new ConcurrentHashMap<>();

    public PictureReader(PictureInput input) {
        this(input, null);
    }

    /** @param notes told in one line of each picture that is dark in the range of its file, and what became of it */
    public PictureReader(PictureInput input, Consumer<String> notes) {
        this.input = input;
        this.notes = notes;
        this.channelFiles = new ChannelFiles(input.channels());
    }

    /**
     * The picture of a file; with channels in files of their own, of the first one's family ({@link ChannelFiles}).
     *
     * @throws UserException naming the file when it cannot be read, has other channels, or does not fit the range
     */
    public Picture read(Path path) {
        Rule rule = input.range().rule();
        return isBytes(path) && (rule == Rule.FILE || rule == Rule.AUTO)
                ? ImageFiles.picture(path)
                : picture(stored(path), path);
    }

    /**
     * As {@link #read}, from top to bottom, as often as it is asked for: for pictures that are larger than memory.
     * Their range is found here by reading them through once, unless it is given or that of 8-bit colours.
     *
     * @return empty for a file that is read as a whole only ({@link PictureRows#open}), or in several files
     */
    public Optional<Supplier<PictureBands>> bands(Path path) {
        if (channelFiles.of(path).size() > 1) {
            return Optional.empty();
        }
        boolean bytes = isBytes(path);
        Rule rule = input.range().rule();
        try (PictureRows rows = PictureRows.open(path, input.page()).orElse(null)) {
            if (rows == null) {
                return Optional.empty();
            }
            if (bytes && (rule == Rule.FILE || rule == Rule.AUTO)) {
                return Optional.of(() -> new FileBands(opened(path), PictureRows::colours));
            }
            Function<PictureRows, Samples> block = bytes ? open -> samples(open.colours()) : PictureRows::samples;
            List<ValueWindow> windows = windows(rows, block, path);
            return Optional.of(() -> new FileBands(opened(path), open -> picture(block.apply(open), windows)));
        }
    }

    private PictureRows opened(Path path) {
        return PictureRows.open(path, input.page())
                .orElseThrow(() -> new UserException(path + " was changed while it was read"));
    }

    /** Those that the whole picture would have. */
    private List<ValueWindow> windows(PictureRows rows, Function<PictureRows, Samples> block, Path path) {
        Function<PictureRows, Samples> checked = open -> {
            Samples samples = block.apply(open);
            require(samples, path);
            if (input.range().rule() == Rule.FILE) {
                Ranges.ofFile(samples, 1, path); // no float may lie beyond it
            }
            return samples;
        };
        return input.range().rule() == Rule.WINDOWS
                ? windows(checked.apply(rows), path)
                : windows(ThinnedSamples.of(rows, checked, Ranges.LOOKED_AT), path);
    }

    /**
     * Decodes a file and checks its channels, not yet its range.
     *
     * @throws UserException naming the file when it cannot be read or has other channels
     */
    void require(Path path) {
        if (isBytes(path)) {
            ImageFiles.picture(path);
        } else {
            require(stored(path), path);
        }
    }

    private void require(Samples samples, Object origin) {
        String fault = fault(samples, origin);
        if (fault != null) {
            throw new UserException(fault);
        }
    }

    /** Whether a file holds colours of 8 bits, which are taken as they are. */
    private boolean isBytes(Path path) {
        return input.channels().rgb() && input.page() == null && !isDeep(path);
    }

    /** The picture of stored samples; {@code origin} names them in messages. */
    public Picture picture(Samples samples, Object origin) {
        require(samples, origin);
        return picture(samples, windows(samples, origin));
    }

    /** The picture of 8-bit colours, which are taken for what a file of 8 bits stores. */
    public Picture picture(RgbImage colours, Object origin) {
        Rule rule = input.range().rule();
        boolean asStored = !input.channels().rgb() || rule == Rule.FILE || rule == Rule.AUTO;
        return asStored ? colours : picture(samples(colours), origin);
    }

    /** Of all bits that a picture in memory stores; alpha is dropped. */
    public Picture picture(BufferedImage image, Object origin) {
        return input.channels().rgb() && isDeep(image)
                ? picture(samples(image), origin)
                : picture(RgbImage.of(image), origin);
    }

    /** Whether samples as they are stored are grey values or colours of more than 8 bits. */
    private static boolean isDeep(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        int space = colours.getColorSpace().getType();
        return image.getRaster().getTransferType() == DataBuffer.TYPE_USHORT
                && colours instanceof ComponentColorModel
                && colours.getComponentSize(0) > 8
                && !colours.isAlphaPremultiplied()
                && (space == ColorSpace.TYPE_GRAY || space == ColorSpace.TYPE_RGB);
    }

    private static Samples samples(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int bands = image.getColorModel().getNumColorComponents();
        float[] values = new float[Math.multiplyExact(Math.multiplyExact(width, height), bands)];
        float[] plane = new float[width * height];
        for (int c = 0; c < bands; c++) {
            image.getRaster().getSamples(0, 0, width, height, c, plane);
            for (int p = 0; p < plane.length; p++) {
                values[p * bands + c] = plane[p];
            }
        }
        int bits = image.getColorModel().getComponentSize(0);
        return new Samples(width, height, bands, Samples.Kind.UNSIGNED, bits, values, List.of());
    }

    private Picture picture(Samples samples, List<ValueWindow> windows) {
        return input.channels().rgb() ? colours(samples, windows.get(0)) : channels(samples, windows);
    }

    /** The files of a picture: the one that names it, or those of its channels. */
    List<Path> files(Path picture) {
        return channelFiles.of(picture);
    }

    /** The stored samples of a file, of all its channels. */
    Samples stored(Path path) {
        if (isBytes(path)) {
            return samples(ImageFiles.picture(path));
        }
        List<Path> files = channelFiles.of(path);
        List<Samples> parts = files.stream()
                .map(file -> input.page() == null ? ImageFiles.samples(file) : ImageFiles.samples(file, input.page()))
                .toList();
        return parts.size() == 1 ? parts.get(0) : ChannelFiles.joined(files, parts);
    }

    /** Bytes that reading a file takes; 0 where its header is damaged, which is told by whoever reads it. */
    long memory(Path path) {
        try {
            return isBytes(path)
                    ? ImageFiles.pictureMemory(path)
                    : channelFiles.of(path).stream()
                            .mapToLong(file -> ImageFiles.samplesMemory(file, input.page()))
                            .sum();
        } catch (UserException e) {
            return 0;
        }
    }

    /** Whether a file holds more than whole numbers of 8 bits. */
    boolean isDeep(Path path) {
        return deep.computeIfAbsent(path, ImageFiles::isDeep);
    }

    /** What makes samples no picture of this input, or null. */
    String fault(Samples samples, Object origin) {
        Channels channels = input.channels();
        int found = samples.channels();
        String has = origin + " has " + found + (found == 1 ? " channel" : " channels");
        if (channels.rgb()) {
            return found == 1 || found == 3
                    ? null
                    : has + "; expected one (grey) or three, as data.channels is rgb; a network for all of them is"
                            + " trained with data.channels=" + found;
        }
        return channels.fit(found)
                ? null
                : has + "; data.channels is " + channels + ", which needs " + channels.needed();
    }

    /** One window for colours, else one a chosen channel. */
    List<ValueWindow> windows(Samples samples, Object origin) {
        PixelRange range = input.range();
        int count = input.channels().rgb() ? 1 : input.channels().count();
        return switch (range.rule()) {
            case FILE -> {
                tellDark(samples, origin);
                yield Ranges.ofFile(samples, count, origin);
            }
            case WINDOWS -> notBlack(samples, Ranges.given(range, count), origin);
            case PICTURE_PERCENTILE -> Ranges.percentiles(Ranges.sampled(samples, input.channels()));
            case PICTURE_ZSCORE -> Ranges.deviations(Ranges.sampled(samples, input.channels()));
            case AUTO -> automatic(samples, count, origin);
            case PERCENTILE, ZSCORE ->
                throw new UserException("data.range is " + range + ", which is found in a data set while training;"
                        + " for pictures by themselves set data.range=picture_" + range + " or numbers");
        };
    }

    /** Pictures of fewer bits than those that the range was found in would be black without a word. */
    private static List<ValueWindow> notBlack(Samples samples, List<ValueWindow> windows, Object origin) {
        ValueWindow file = ValueWindow.ofDepth(samples);
        if (samples.kind() == Samples.Kind.UNSIGNED
                && windows.stream().allMatch(w -> file.high() < w.low() + (w.high() - w.low()) / 4)) {
            throw new UserException(origin + " has " + samples.bits() + "-bit samples, " + Ranges.text(List.of(file))
                    + "; data.range is " + Ranges.text(windows) + ", in which it would be black: save it in the depth"
                    + " of the pictures that the range is of");
        }
        return windows;
    }

    private List<ValueWindow> automatic(Samples samples, int count, Object origin) {
        boolean bytes = input.channels().rgb() && samples.kind() == Samples.Kind.UNSIGNED && samples.bits() <= 8;
        if (bytes || Ranges.usesDepth(samples)) {
            return Ranges.ofFile(samples, count, origin);
        }
        List<ValueWindow> windows = Ranges.percentilesWithoutMarks(Ranges.sampled(samples, input.channels()));
        if (notes != null) {
            notes.accept(origin + " holds " + Ranges.text(windows) + ", and the range of its file is "
                    + Ranges.text(List.of(ValueWindow.ofDepth(samples)))
                    + ": the former became 0 to 1, for this picture alone; set data.range for one that all share");
        }
        return windows;
    }

    private void tellDark(Samples samples, Object origin) {
        if (notes != null && !Ranges.usesDepth(samples)) {
            notes.accept(origin + " is dark, its values are "
                    + Ranges.text(Ranges.percentilesWithoutMarks(Ranges.sampled(samples, input.channels()))) + " of "
                    + Ranges.text(List.of(ValueWindow.ofDepth(samples)))
                    + ", and the network was trained on the whole range of files; set data.range to see it in another");
        }
    }

    private static RgbImage colours(Samples samples, ValueWindow window) {
        int pixels = samples.width() * samples.height();
        int step = samples.channels() == 1 ? 0 : 1;
        boolean upperBits = samples.kind() == Samples.Kind.UNSIGNED
                && samples.bits() > 8
                && window.equals(ValueWindow.ofDepth(samples));
        int shift = samples.bits() - 8;
        byte[] rgb = new byte[3 * pixels];
        for (int p = 0; p < pixels; p++) {
            for (int c = 0; c < 3; c++) {
                float value = samples.values()[p * samples.channels() + c * step];
                rgb[3 * p + c] = (byte)
                        (upperBits ? Math.min(255, (long) value >> shift) : Math.round(255 * window.place(value)));
            }
        }
        return new RgbImage(samples.width(), samples.height(), rgb);
    }

    private FloatImage channels(Samples samples, List<ValueWindow> windows) {
        List<Integer> stored = input.channels().stored();
        FloatImage image = FloatImage.zeros(samples.width(), samples.height(), stored.size());
        for (int c = 0; c < stored.size(); c++) {
            ValueWindow window = windows.get(c);
            for (int from = stored.get(c), to = c; to < image.values().length; ) {
                image.values()[to] = window.place(samples.values()[from]);
                from += samples.channels();
                to += stored.size();
            }
        }
        return image;
    }

    private static Samples samples(RgbImage image) {
        float[] values = new float[image.rgb().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.rgb()[i] & 255;
        }
        return new Samples(image.width(), image.height(), 3, Samples.Kind.UNSIGNED, 8, values, List.of());
    }
}
