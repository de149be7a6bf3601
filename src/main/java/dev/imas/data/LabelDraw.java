package dev.imas.data;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.LabelMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Some of the labelled pictures, drawn at random, as list files: the others count as unlabelled, and their masks are
 * not seen. Draws of one seed are nested: whoever is among five is among ten. The validation pictures stay as they are.
 * Generated scenes have no lists; there the draw is a number, of all scenes.
 */
public final class LabelDraw {
    private static final Pattern SPACE = Pattern.compile("\\s");

    private final ImasConfig config;
    private final Collected files;
    /** Labelled pictures are set aside to validate. */
    private final boolean aside;

    private final Map<Integer, BitSet> shown = new HashMap<>();

    /**
     * What a run with a draw reads.
     *
     * @param labeled   text of the list of labelled pictures
     * @param unlabeled text of the list of unlabelled pictures; empty where there are none
     */
    public record Lists(String labeled, String unlabeled) {}

    private LabelDraw(ImasConfig config, Collected files, boolean aside) {
        this.config = config;
        this.files = files;
        this.aside = aside;
    }

    /**
     * Of a data set that was looked at.
     *
     * @param settled with a layout that is known and classes that are settled
     */
    public static LabelDraw of(ImasConfig settled) {
        if (settled.data().layout() == Layout.EMBEDDED) {
            return new LabelDraw(settled, new Collected(List.of(), List.of(), List.of()), false);
        }
        ImasConfig plain = settled.withMethod(ImasConfig.Method.SUPERVISED)
                .withData(settled.data().withSparse(Sparse.OFF));
        Collected files = settled.data().skipBroken() ? sound(Collected.of(plain), plain) : Collected.of(plain);
        boolean aside = settled.data().layout() == Layout.FOLDERS && Collected.givenValidation(settled.data()) == null;
        return new LabelDraw(aside ? plain.withData(validationPinned(plain.data(), files)) : plain, files, aside);
    }

    /** A broken picture that were drawn would be a label less than is said. */
    private static Collected sound(Collected files, ImasConfig config) {
        Collected readable = FileCheck.of(files, config).sound();
        return readable.withoutMasks(
                MaskReader.broken(Dataset.of(config, readable)).keySet());
    }

    /** Every so many labelled pictures validate where nothing is said: of fewer they would be others. */
    private static ImasConfig.Data validationPinned(ImasConfig.Data data, Collected files) {
        return data.setAside().isEmpty()
                ? data.withSetAside(
                        files.validation().stream().map(Sample::entry).toList())
                : data;
    }

    /** Pictures with a mask to learn from; of generated scenes all. */
    public int labeled() {
        return embedded() ? config.data().embedded().images() : files.labeled().size();
    }

    /** Pictures that had no mask before. */
    public int unlabeled() {
        return embedded() ? 0 : files.unlabeled().size();
    }

    private boolean embedded() {
        return config.data().layout() == Layout.EMBEDDED;
    }

    /** The lists of a draw; of generated scenes there are none. */
    public Lists lists(int count, long seed) {
        if (embedded()) {
            return new Lists("", "");
        }
        Set<Integer> drawn = drawn(count, seed);
        List<Sample> labeled = new ArrayList<>();
        List<Sample> unlabeled = new ArrayList<>();
        for (int i = 0; i < files.labeled().size(); i++) {
            (drawn.contains(i) ? labeled : unlabeled).add(files.labeled().get(i));
        }
        unlabeled.addAll(files.unlabeled());
        if (aside) { // they validate as labelled pictures that are set aside
            Set<Path> there = labeled.stream().map(Sample::picture).collect(Collectors.toSet());
            files.validation().stream()
                    .filter(sample -> !there.contains(sample.picture()))
                    .forEach(labeled::add);
        }
        return new Lists(text(labeled, true), text(unlabeled, false));
    }

    private Set<Integer> drawn(int count, long seed) {
        int[] order = Rng.of(seed, "label-draw").permutation(files.labeled().size());
        return IntStream.of(order).limit(count).boxed().collect(Collectors.toSet());
    }

    private String text(List<Sample> samples, boolean masks) {
        Path root = absolute(Layouts.root(config.data()));
        StringBuilder text = new StringBuilder();
        for (Sample sample : samples) {
            if (sample.entry().startsWith("#") || sample.entry().contains("\t")) {
                throw new UserException("the picture " + sample.picture()
                        + " has a name that no list can hold (it begins with # or holds a tab); rename it");
            }
            text.append(sample.entry());
            if (masks) {
                text.append('\t').append(root.relativize(absolute(sample.mask())));
            } else if (SPACE.matcher(sample.entry()).find()) {
                text.append('\t'); // else the space in the name might be read as the one between two columns
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /**
     * The configuration with a draw.
     *
     * @param run     whose other settings hold
     * @param labeled where the list of the labelled ones lies; of generated scenes it is not looked at
     * @param unlabeled likewise; null where there are none
     */
    public ImasConfig with(ImasConfig run, int count, Path labeled, Path unlabeled) {
        if (embedded()) {
            return run.withData(run.data().withEmbedded(run.data().embedded().withLabeled(count)));
        }
        return run.withData(run.data().with(data -> data.labeled(labeled.toString())
                .unlabeled(unlabeled == null ? null : unlabeled.toString())
                .setAside(config.data().setAside())));
    }

    /** Names of the classes that no mask of a draw shows; generated scenes are not looked at. */
    public List<String> missing(int count, long seed) {
        List<String> names = Dataset.classNames(config.data());
        Set<Integer> absent = new HashSet<>();
        IntStream.range(0, embedded() ? 0 : names.size()).forEach(absent::add);
        for (int i : embedded() ? Set.<Integer>of() : drawn(count, seed)) {
            BitSet classes = shown.computeIfAbsent(i, this::classesOf);
            absent.removeIf(classes::get);
        }
        return absent.stream().sorted().map(names::get).toList();
    }

    private BitSet classesOf(int i) {
        LabelMap mask = Dataset.of(config, new Collected(List.of(files.labeled().get(i)), List.of(), List.of()))
                .labeled()
                .mask(0);
        BitSet classes = new BitSet(256);
        for (byte label : mask.labels()) {
            classes.set(label & 255);
        }
        return classes;
    }
}
