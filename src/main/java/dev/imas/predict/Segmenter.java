package dev.imas.predict;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.Names;
import dev.imas.data.PictureBands;
import dev.imas.data.PictureReader;
import dev.imas.device.Compute;
import dev.imas.device.Cuda;
import dev.imas.device.OutOfMemory;
import dev.imas.device.TensorKernels;
import dev.imas.device.Torch;
import dev.imas.image.ImageSize;
import dev.imas.image.Palette;
import dev.imas.image.Picture;
import dev.imas.image.PictureHeader;
import dev.imas.image.RgbImage;
import dev.imas.image.Samples;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Segments pictures with a trained network; the way in for programs that use one.
 *
 * <pre>{@code
 * try (Segmenter segmenter = Segmenter.open(Path.of("teacher.safetensors"), Segmenter.Options.defaults())) {
 *     Segmentation found = segmenter.segment(ImageIO.read(new File("street.jpg")));
 *     LabelMap labels = found.labels();
 * }
 * }</pre>
 *
 * <p>Memory: the network's tensors live until {@link #close}; everything else that a call needs is freed when it
 * returns, also where the caller has no PointerScope and whatever JavaCPP's garbage collection is set to. Results are
 * plain Java arrays.
 *
 * <p>Threads: safe to use from several. One call runs at a time, the others wait: libtorch itself uses all cores for
 * one picture. Who wants several pictures at once opens one segmenter a thread; each holds the network's weights once
 * more (twice the file's size on a CPU, 180 MB for a ResNet-50) and takes as long to open as the file to read.
 */
public final class Segmenter implements AutoCloseable {
    /** What needs less memory, for messages. */
    public static final String SMALLER =
            "set evaluation.mode=sliding with a smaller evaluation.window, or a smaller evaluation.scale";

    /** What messages call a picture without a file. */
    private static final String THE_PICTURE = "the picture";

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    /** The first network, whose settings, names and colours are used. */
    private final TrainedNetwork trained;

    private final List<TrainedNetwork> networks;
    private final TestTimeAugmentation augmentation;
    private final boolean owner;
    private final PictureReader reader;
    private final DeviceMemory memory;
    private final Consumer<String> notes;
    private boolean closed;

    private Segmenter(
            List<TrainedNetwork> networks,
            TestTimeAugmentation augmentation,
            boolean owner,
            DeviceMemory memory,
            Consumer<String> notes) {
        this.trained = networks.get(0);
        this.networks = networks;
        this.augmentation = augmentation;
        this.owner = owner;
        this.reader = new PictureReader(trained.spec().input(), notes);
        this.memory = memory;
        this.notes = notes;
    }

    /**
     * Opens a weight file: safetensors, or PyTorch's .pth, which is read and never executed.
     *
     * @param weights file that training wrote, which says which network it holds; a run directory, which gives its
     *                result; a checkpoint, which gives its teacher; or a file of another program, whose network
     *                {@code options} name by a preset or a configuration
     * @throws UserException in one line, when the file is missing, damaged or does not fit its network, when it needs a
     *                       preset, or when the device cannot be used
     */
    public static Segmenter open(Path weights, Options options) {
        return open(List.of(weights), options, TestTimeAugmentation.NONE);
    }

    /**
     * As {@link #open(Path, Options)}, of several networks, each shown a picture in several positions: their
     * probabilities are averaged where the networks answer, before they are enlarged to the picture's size.
     *
     * @param weights      at least one; names and colours are the first's
     * @param augmentation positions, for every network
     * @throws UserException also when the networks differ in classes, channels, normalisation, or in how they see
     *                       pictures; it names all differences
     */
    public static Segmenter open(List<Path> weights, Options options, TestTimeAugmentation augmentation) {
        List<TrainedNetwork> networks = Ensemble.open(weights, options);
        DeviceMemory memory = DeviceMemory.of(networks.get(0).compute());
        return new Segmenter(networks, augmentation, true, memory, options.notes);
    }

    /**
     * Segments with a network in memory, which stays the caller's: {@link #close} leaves it open.
     *
     * @param network  on {@code compute}'s device and in its layout
     * @param spec     its classes, their names and colours, and what it sees of a picture
     * @param settings of which evaluation.* say whether whole or in windows, and at which scale
     */
    public static Segmenter of(SegmentationNetwork network, NetworkSpec spec, ImasConfig settings, Compute compute) {
        return of(network, spec, settings, compute, DeviceMemory.of(compute));
    }

    static Segmenter of(
            SegmentationNetwork network, NetworkSpec spec, ImasConfig settings, Compute compute, DeviceMemory memory) {
        return new Segmenter(
                List.of(new TrainedNetwork(network, spec, settings, compute)),
                TestTimeAugmentation.NONE,
                false,
                memory,
                note -> {});
    }

    /**
     * Labels and confidence of a picture of any size. One that does not fit into memory as a whole is segmented in
     * tiles, which give the same, but for averaged positions, where each tile is turned by itself and what lies around
     * it is not seen, and by a vision transformer, which sees windows then; {@link Options#notes} are told so.
     *
     * <p>The colours are taken for those of a file of 8 bits, and brought into the range that the network was trained
     * with. What {@link #read} gave is in that range already: for {@link #segment(Picture)}, as a {@link Picture}.
     *
     * @throws UserException         when the network sees channels, not colours, when 8 bits would be black in its
     *                               range, or when memory does not suffice even so
     * @throws IllegalStateException after {@link #close}
     */
    public Segmentation segment(RgbImage image) {
        return segment(reader.picture(image, THE_PICTURE));
    }

    /**
     * As {@link #segment(RgbImage)}.
     *
     * @param rgb height*width*3 bytes, row-major, R G B of one pixel side by side; not changed
     * @throws IllegalArgumentException for another number of bytes
     */
    public Segmentation segment(byte[] rgb, int width, int height) {
        return segment(new RgbImage(width, height, rgb));
    }

    /**
     * As {@link #segment(RgbImage)}, of the picture's stored samples, with all their bits: no colour profile is
     * applied, alpha is dropped. What a file says of how it is to be turned (EXIF) {@link #segment(Path)} knows.
     */
    public Segmentation segment(BufferedImage image) {
        return segment(reader.picture(image, THE_PICTURE));
    }

    /**
     * As {@link #segment(RgbImage)}, of a picture as {@link #read} gives it, in the network's range already: colours,
     * or the network's channels in [0,1].
     *
     * @throws UserException when it has other channels than the network sees
     */
    public Segmentation segment(Picture picture) {
        return segment(picture, Progress.NONE);
    }

    /**
     * As {@link #segment(Picture)}.
     *
     * @param progress told of every window or tile; of a picture as a whole there is one
     * @throws Progress.Cancelled when it asks for the end; nothing is left behind, and the segmenter stays usable
     */
    public Segmentation segment(Picture picture, Progress progress) {
        return segment(picture, false, memory.forPicture(), progress, () -> {});
    }

    /** As {@link #segment(Picture)}, in tiles only where there is not the memory for the whole, which is told of. */
    Segmentation segmentUncut(Picture picture, Runnable inTiles) {
        return segment(picture, false, memory.bytes(), Progress.NONE, inTiles);
    }

    /**
     * @param detailed whether every class's probability is wanted
     * @param share    bytes that a picture which is not cut may take
     */
    private Segmentation segment(Picture picture, boolean detailed, long share, Progress progress, Runnable inTiles) {
        ImageSize size = new ImageSize(picture.width(), picture.height());
        if (detailed) {
            requireOneArray(size);
        }
        if (TileSize.ofWhole(size, specs(), settings().evaluation()) <= share) {
            try {
                return working(inference ->
                        inference.answer(picture, passes(), progress).segmentation(size, detailed));
            } catch (RuntimeException e) {
                if (!OutOfMemory.is(e)) {
                    throw e;
                }
            }
        }
        inTiles.run();
        return segment(
                picture,
                detailed,
                Tiles.AUTO,
                progress,
                how -> notes.accept("the picture of " + size.width() + "x" + size.height() + " pixels: " + how));
    }

    private void requireOneArray(ImageSize size) {
        if ((double) classes() * size.width() * size.height() > LARGEST_ARRAY) {
            throw new UserException("the probabilities of " + classes() + " classes at " + size.width() + "x"
                    + size.height() + " pixels are more than one array holds; segment a smaller picture");
        }
    }

    private List<NetworkSpec> specs() {
        return networks.stream().map(TrainedNetwork::spec).toList();
    }

    /**
     * As {@link #segment(Picture, Progress)}, in overlapping tiles that together give what the whole would: for a
     * device whose memory the whole does not fit into. With evaluation.mode=sliding its windows are the pieces.
     */
    public Segmentation segment(Picture picture, Tiles tiles, Progress progress) {
        return segment(picture, false, tiles, progress, how -> {});
    }

    private Segmentation segment(
            Picture picture, boolean detailed, Tiles tiles, Progress progress, Consumer<String> told) {
        working(inference -> inference.checked(picture));
        ImageSize size = new ImageSize(picture.width(), picture.height());
        Gathered gathered = new Gathered(size, classes(), detailed);
        try {
            tiled(() -> PictureBands.of(picture), size, tiles, progress, told, gathered);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written
        }
        return gathered.segmentation();
    }

    /**
     * Writes the labels of a picture file of any size, which is read and written some rows at a time: PNG that is not
     * interlaced, and TIFF and BigTIFF in strips or tiles. Other files are read as a whole, within the limits of those.
     *
     * <p>Memory goes with the picture's width and the tiles' side, not with its height: with the small network under
     * 1.5 GB for RGB of 20,000 pixels a row. Where the network sees pictures as a whole, 64 tiles at most are looked at
     * twice, since it takes the mean over the picture into account at every place.
     *
     * @param labels file with an ending of .png (an index PNG) or .tif (a tiled TIFF with a palette; BigTIFF above 4
     *               GB); complete or absent, whatever happens
     * @throws UserException naming the picture when it cannot be read, or memory does not suffice
     * @throws IOException   when the labels cannot be written
     */
    public void segment(Path file, Path labels, Tiles tiles, Progress progress) throws IOException {
        LabelFile target = new LabelFile(labels, palette());
        if (Files.exists(labels) && Files.exists(file) && Files.isSameFile(file, labels)) {
            throw new UserException("the labels of " + file + " would replace it; name another file");
        }
        Supplier<PictureBands> source = reader.bands(file).orElseGet(() -> {
            Picture whole = read(file);
            return () -> PictureBands.of(whole);
        });
        ImageSize size;
        try (PictureBands bands = source.get()) {
            size = bands.size();
        }
        Consumer<String> told =
                how -> notes.accept(file + " has " + size.width() + "x" + size.height() + " pixels: " + how);
        target.write(
                size,
                rows -> tiled(source, size, tiles, progress, told, (count, some) -> rows.write(some.labels(), count)));
    }

    /**
     * Whether a picture file is to be segmented band by band ({@link #segment(Path, Path, Tiles, Progress)}): it is
     * larger than what is read at once, or it and its result would not fit into Java's heap. From the header alone.
     *
     * @throws UserException naming the file when it is no picture
     */
    public boolean exceedsMemory(Path file) {
        return TileSize.exceedsHeap(PictureHeader.sizeOf(file), trained.spec());
    }

    /**
     * The part of Java's heap that a picture file takes as a whole, and its result on its way into files; without the
     * probabilities of all classes. From the header alone.
     *
     * @throws UserException naming the file when it is no picture
     */
    public double heapShare(Path file) {
        return TileSize.heapShare(PictureHeader.sizeOf(file), trained.spec());
    }

    private void tiled(
            Supplier<PictureBands> source,
            ImageSize size,
            Tiles tiles,
            Progress progress,
            Consumer<String> told,
            TiledInference.Rows sink)
            throws IOException {
        Evaluation evaluation = settings().evaluation();
        try {
            working(evaluation, inference -> {
                try {
                    TiledPicture.Passes passes = new TiledPicture.Passes(
                            networks, passes(), augmentation != TestTimeAugmentation.NONE, memory);
                    new TiledPicture(passes, inference, evaluation, source, size).segment(tiles, progress, told, sink);
                    return null;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException e) {
            boolean windows = evaluation.mode() == ImasConfig.EvaluationMode.SLIDING;
            String remedy = tiles.equals(Tiles.AUTO) || windows ? SMALLER : "use smaller tiles (--tile)";
            throw OutOfMemory.told(e, remedy);
        }
    }

    /**
     * As {@link #segment(Picture)}, of stored samples of any number of channels, interleaved or {@link
     * Samples#ofPlanes in planes}, brought into the range that the network was trained with.
     */
    public Segmentation segment(Samples samples) {
        return segment(reader.picture(samples, THE_PICTURE));
    }

    /** As {@link #segment(Picture)}, of a file. */
    public Segmentation segment(Path file) {
        return segment(read(file));
    }

    /**
     * A picture file as this network sees it: its channels, in the range that it was trained with.
     *
     * @throws UserException naming the file when it cannot be read or has other channels
     */
    public Picture read(Path file) {
        return reader.read(file);
    }

    /**
     * As {@link #segment(RgbImage)}, with the probability of every class: 4 bytes a class and pixel more.
     *
     * @throws UserException when they are more than one Java array holds (2^31 values), or memory does not suffice
     */
    public Segmentation segmentWithProbabilities(RgbImage image) {
        return segmentWithProbabilities(reader.picture(image, THE_PICTURE));
    }

    /** As {@link #segmentWithProbabilities(RgbImage)}, of a picture as {@link #read} gives it. */
    public Segmentation segmentWithProbabilities(Picture picture) {
        return segmentWithProbabilities(picture, Progress.NONE);
    }

    /** As {@link #segmentWithProbabilities(Picture)}, told and ended as {@link #segment(Picture, Progress)} is. */
    public Segmentation segmentWithProbabilities(Picture picture, Progress progress) {
        return segment(picture, true, memory.forPicture(), progress, () -> {});
    }

    /** As {@link #segmentWithProbabilities(RgbImage)}, of bytes as {@link #segment(byte[], int, int)} takes them. */
    public Segmentation segmentWithProbabilities(byte[] rgb, int width, int height) {
        return segmentWithProbabilities(new RgbImage(width, height, rgb));
    }

    /** As {@link #segmentWithProbabilities(RgbImage)}, of a picture as {@link #segment(BufferedImage)} takes it. */
    public Segmentation segmentWithProbabilities(BufferedImage image) {
        return segmentWithProbabilities(reader.picture(image, THE_PICTURE));
    }

    /** As {@link #segmentWithProbabilities(RgbImage)}, of stored samples as {@link #segment(Samples)} takes them. */
    public Segmentation segmentWithProbabilities(Samples samples) {
        return segmentWithProbabilities(reader.picture(samples, THE_PICTURE));
    }

    /**
     * What a picture is about, for a comparison with others: the mean over the picture of what the encoder's last stage
     * makes of it, one number a plane. Of several networks the first answers, of the picture as it is. A picture that
     * does not fit into memory as a whole is looked at in the tiles or windows that it is segmented in; of windows,
     * which a vision transformer sees each by itself, it is their mean.
     *
     * @throws UserException when it has other channels than the network sees, or memory does not suffice
     */
    public float[] features(Picture picture) {
        ImageSize size = new ImageSize(picture.width(), picture.height());
        if (TileSize.ofWhole(size, specs(), settings().evaluation().withMode(EvaluationMode.WHOLE))
                <= memory.forPicture()) {
            return working(inference -> trained.pooled(inference.input(inference.seen(picture))));
        }
        return working(inference -> {
            inference.checked(picture);
            TiledPicture.Passes passes = new TiledPicture.Passes(networks, passes(), false, memory);
            return new TiledPicture(passes, inference, settings().evaluation(), () -> PictureBands.of(picture), size)
                    .pooled();
        });
    }

    /** What it was opened with, complete: how pictures are seen, and where those of its run are. */
    public ImasConfig settings() {
        return trained.settings();
    }

    /**
     * The network (of several the first), to be written down in other forms; stays this segmenter's, and is closed with
     * it.
     */
    public SegmentationNetwork network() {
        return trained.network();
    }

    /** What the network sees, and what its output means. */
    public NetworkSpec spec() {
        return trained.spec();
    }

    /** Number of classes C; labels are below it. */
    public int classes() {
        return trained.spec().classes();
    }

    /** One name a class: the weight file's or the configuration's, else "class 0" and so on. */
    public List<String> classNames() {
        List<String> names = trained.spec().classNames();
        return names.isEmpty()
                ? IntStream.range(0, classes()).mapToObj(c -> "class " + c).toList()
                : names;
    }

    /** One colour a class as 0xRRGGBB: the weight file's or the configuration's, else PASCAL VOC's. */
    public List<Integer> palette() {
        List<Integer> palette = trained.spec().palette();
        return palette.isEmpty() ? Palette.voc(classes()) : palette;
    }

    /** Frees the network; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (!closed && owner) {
            networks.forEach(one -> one.network().close());
        }
        closed = true;
    }

    /** How images become logits: the one place that knows how many networks see them, and how often. */
    private UnaryOperator<Tensor> passes() {
        return AveragedPasses.of(networks.stream()
                .flatMap(one -> augmentation.passes(one.predictor()).stream())
                .toList());
    }

    private <T> T working(Function<Inference, T> work) {
        return working(settings().evaluation(), work);
    }

    /** Does a call's work without gradients, in a scope that frees what it made. */
    private synchronized <T> T working(Evaluation evaluation, Function<Inference, T> work) {
        if (closed) {
            throw new IllegalStateException("this segmenter is closed");
        }
        Compute compute = trained.compute();
        if (compute.cuda()) {
            Cuda.use(compute.deviceIndex()); // the caller's thread may be a new one
        }
        try (PointerScope scope = new PointerScope()) {
            Inference inference = new Inference(
                    compute,
                    new TensorKernels(compute),
                    evaluation,
                    classes(),
                    trained.spec().input());
            return Torch.withoutGradient(() -> work.apply(inference));
        }
    }

    /**
     * How a weight file is opened; every method gives a changed copy. Unless told otherwise, a file in a run directory
     * is used with that run's settings (the config.yaml beside it), another one with the published defaults: pictures
     * as a whole, in their own size, on a GPU where there is one. What the file itself says about its network, classes
     * and colours goes before any preset.
     */
    public static final class Options {
        private static final Options DEFAULTS = new Options(null, null, List.of(), false, false, false, note -> {});

        final String preset;
        final Path configuration;
        final List<Consumer<Map<String, Object>>> changes;
        /** Whether one of the changes says which pictures are meant. */
        final boolean namesPictures;

        final boolean strict;
        final boolean student;
        final Consumer<String> notes;

        private Options(
                String preset,
                Path configuration,
                List<Consumer<Map<String, Object>>> changes,
                boolean namesPictures,
                boolean strict,
                boolean student,
                Consumer<String> notes) {
            this.preset = preset;
            this.configuration = configuration;
            this.changes = changes;
            this.namesPictures = namesPictures;
            this.strict = strict;
            this.student = student;
            this.notes = notes;
        }

        /** What the weight file and the run around it say. */
        public static Options defaults() {
            return DEFAULTS;
        }

        /** A named configuration, such as voc: for files that do not say which network they hold. */
        public Options preset(String name) {
            return new Options(name, null, changes, namesPictures, strict, student, notes);
        }

        /** A configuration file (YAML) instead of a preset. */
        public Options configuration(Path file) {
            return new Options(null, file, changes, namesPictures, strict, student, notes);
        }

        /** {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:i}. */
        public Options device(String device) {
            return set("device", device);
        }

        /** AUTO is the fastest of the device; TF32 or not is a setting of the whole process. */
        public Options precision(Precision precision) {
            return set("precision", Names.word(precision));
        }

        /** Pictures as a whole. */
        public Options whole() {
            return set("evaluation.mode", "whole");
        }

        /** Pictures in overlapping square windows, whose probabilities are added up. */
        public Options sliding(int side) {
            return set("evaluation.mode", "sliding").set("evaluation.window", side);
        }

        /** The network sees pictures reduced by this factor, in (0,1]; results have the picture's own size. */
        public Options scale(double factor) {
            return set("evaluation.scale", factor);
        }

        /** Any setting by its key, such as {@code evaluation.scale}; later ones win. */
        public Options set(String key, Object value) {
            return set(key, value, "settings");
        }

        /** @param origin what messages call the place that the value comes from */
        public Options set(String key, Object value, String origin) {
            return changed(
                    layers -> ConfigYaml.set(layers, key, value, origin),
                    namesPictures || List.of("data.root", "data.validation").contains(key));
        }

        /** A setting written {@code key=value}, with the value in YAML. */
        public Options set(String assignment) {
            return changed(layers -> ConfigYaml.set(layers, assignment), namesPictures);
        }

        /** Refuse weights of another program with missing or unknown keys. */
        public Options strict(boolean refuse) {
            return new Options(preset, configuration, changes, namesPictures, refuse, student, notes);
        }

        /** Of a run directory the student and not its result, of a checkpoint the student and not the teacher. */
        public Options student(boolean student) {
            return new Options(preset, configuration, changes, namesPictures, strict, student, notes);
        }

        /** Told in one line each what was found in files of other programs, and what became of dark pictures. */
        public Options notes(Consumer<String> listener) {
            return new Options(preset, configuration, changes, namesPictures, strict, student, listener);
        }

        private Options changed(Consumer<Map<String, Object>> change, boolean pictures) {
            List<Consumer<Map<String, Object>>> all = new ArrayList<>(changes);
            all.add(change);
            return new Options(preset, configuration, List.copyOf(all), pictures, strict, student, notes);
        }
    }
}
