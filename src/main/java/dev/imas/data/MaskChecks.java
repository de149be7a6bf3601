package dev.imas.data;

import dev.imas.config.Colors;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Instances;
import dev.imas.config.MaskLabels;
import dev.imas.image.LabelMap;
import dev.imas.image.MaskMeaning;
import dev.imas.image.MaskValue;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What is wrong with masks whose values are understood, and with those whose values are not. */
final class MaskChecks {
    private static final int TOLD_CLASSES = 8;
    private static final int BLACK = 0;
    /** Fewer, or smaller ones, may be equal by chance. */
    private static final int LEAST_COPIES = 3;

    private static final int LEAST_PIXELS = 1000;

    private final List<MaskContent> masks;
    private final List<Finding> findings;

    MaskChecks(List<MaskContent> masks, List<Finding> findings) {
        this.masks = masks;
        this.findings = findings;
    }

    /** @return whether shapes are in the values, and not in the transparency of masks; labels say that they are */
    boolean shapes(ImasConfig.Data data) {
        List<MaskContent> shaped = masks.stream()
                .filter(mask ->
                        mask.alpha() && (mask.values() == 1 || data.labels().isEmpty()))
                .toList();
        if (shaped.isEmpty()) {
            return true;
        }
        boolean one = shaped.stream().allMatch(mask -> mask.values() == 1);
        findings.add(Finding.fault(
                FoundValues.files(shaped.stream().map(MaskContent::path).toList())
                        + (one
                                ? (shaped.size() == 1 ? " is" : " are") + " of one colour, and the shape is in the"
                                        + " transparency (alpha), which is not read"
                                : (shaped.size() == 1 ? " has" : " have") + " transparent pixels that are not black, so"
                                        + " that values and transparency (alpha) tell different shapes")
                        + "; save masks as palette or grey PNGs without transparency"
                        + (one ? "" : ", or say by data.labels what each value is")));
        return false;
    }

    /** @return whether there are two classes at least, or their number is open */
    boolean classes(ImasConfig.Data data) {
        boolean one = data.classes() != null && data.classes() == 1;
        if (one) {
            findings.add(Finding.fault("data.classes is 1, which leaves nothing to tell apart; the background counts as"
                    + " a class: set data.classes: 2"));
        }
        return !one;
    }

    /** Masks whose indices stand for other colours than in other masks; where labels are by colour, all is well. */
    void palettes(ImasConfig.Data data) {
        if (!data.labels().isEmpty() && MaskLabels.of(data).values().isEmpty()) {
            return;
        }
        boolean settled = !data.labels().isEmpty();
        if (!settled) {
            otherOrder(data);
        }
        Map<Integer, Map<Integer, Path>> coloursOf = new HashMap<>();
        Map<Integer, Set<Integer>> numbersOf = new HashMap<>();
        for (MaskContent mask : masks) {
            if (!mask.palette().isEmpty()) {
                for (MaskValue value : mask.pixels().keySet()) {
                    coloursOf
                            .computeIfAbsent(value.number(), number -> new LinkedHashMap<>())
                            .putIfAbsent(value.colour(), mask.path());
                    numbersOf
                            .computeIfAbsent(value.colour(), colour -> new TreeSet<>())
                            .add(value.number());
                }
            }
        }
        coloursOf.forEach((number, colours) -> {
            if (colours.size() < 2) {
                return;
            }
            List<Integer> two = List.copyOf(colours.keySet()).subList(0, 2);
            boolean moved = colours.keySet().stream()
                    .anyMatch(colour -> numbersOf.get(colour).size() > 1);
            String text = "palettes differ: " + number + " is " + Colors.hex(two.get(0)) + " in "
                    + colours.get(two.get(0)) + " and " + Colors.hex(two.get(1)) + " in " + colours.get(two.get(1));
            findings.add(
                    moved && !settled
                            ? Finding.fault(text + ", and one colour stands under several numbers; if the colours are"
                                    + " right, add data.labels by colour, if the numbers are, by number")
                            : Finding.warning(text + "; the numbers count"));
        });
    }

    /** Masks that show a number in the colour that the classes' list gives to another one. */
    private void otherOrder(ImasConfig.Data data) {
        for (MaskContent mask : masks) {
            for (MaskValue value : mask.palette().isEmpty()
                    ? Set.<MaskValue>of()
                    : mask.pixels().keySet()) {
                int label = value.number() - (data.reduceZeroLabel() ? 1 : 0);
                boolean own = label < 0
                        || label < data.palette().size() && data.palette().get(label) == value.colour();
                int listed = data.palette().indexOf(value.colour());
                if (!own && listed >= 0 && !data.ignore().contains(value.number())) {
                    String colour = Colors.hex(value.colour());
                    findings.add(Finding.fault(mask.path() + " shows " + value.number() + " as " + colour
                            + ", which is the colour of class " + listed + " (data.palette, or the list of classes):"
                            + " if the colours are right, add data.labels by colour, such as \"" + colour + "\": "
                            + listed + "; if the numbers are, give the classes the masks' colours"));
                    return;
                }
            }
        }
    }

    /**
     * Masks that show the background in another colour than black and something else in black, or black as white:
     * objects and background may have changed places.
     *
     * @param asked what was asked for, before the masks were looked at
     */
    void swapped(ImasConfig.Data asked) {
        boolean asFound = asked.labels().isEmpty() && !asked.reduceZeroLabel() && asked.instances() == Instances.OFF;
        white(asked, asFound);
        if (asFound) {
            black(asked);
        }
    }

    private void black(ImasConfig.Data asked) {
        masks.stream().filter(mask -> blackNumber(mask, asked) > 0).findFirst().ifPresent(mask -> {
            String first = Colors.hex(mask.palette().get(0));
            findings.add(Finding.warning(mask.path() + " shows 0 as " + first + " and "
                    + blackNumber(mask, asked) + " as black, and the numbers count: 0 is read as the background;"
                    + " if black is, say so by colour, such as data.labels: {\"#000000\": 0, \"" + first
                    + "\": 1}"));
        });
    }

    /** @param asFound the values alone say what is what */
    private void white(ImasConfig.Data asked, boolean asFound) {
        List<Path> white = masks.stream()
                .filter(MaskContent::negated)
                .map(MaskContent::path)
                .toList();
        if (white.isEmpty()) {
            return;
        }
        String told = FoundValues.files(white)
                + (white.size() == 1 ? " says of itself" : " say of themselves")
                + " that the least stored value is white (MinIsWhite; ImageJ's inverting LUT, and what tifffile"
                + " makes of True and False), and what is stored as 0 is read as the highest value";
        if (!asked.labels().isEmpty()) {
            findings.add(Finding.note(told + ", in data.labels too"));
            return;
        }
        List<Integer> two = FoundValues.numbers(masks).keys();
        String orLabels = two.size() == 2 && white.size() == masks.size()
                ? ", or add data.labels: {" + two.get(0) + ": 1, " + two.get(1) + ": 0}"
                : ", or say in data.labels which value is what";
        findings.add(Finding.warning(
                told + ": if objects and background have changed places now, invert the look-up table and save anew"
                        + (asFound ? orLabels : "")));
    }

    /** The number other than 0 that a mask holds and shows as black, where 0 is another colour; or 0. */
    private static int blackNumber(MaskContent mask, ImasConfig.Data asked) {
        return mask.palette().isEmpty() || mask.palette().get(0) == BLACK
                ? 0
                : mask.pixels().keySet().stream()
                        .filter(value -> value.colour() == BLACK)
                        .mapToInt(MaskValue::number)
                        .filter(number -> !asked.ignore().contains(number))
                        .min()
                        .orElse(0);
    }

    /** Masks that are the same in every pixel, unless nothing is drawn on them, do not show their pictures. */
    void copies() {
        Map<Object, List<Path>> alike = masks.stream()
                .filter(mask -> mask.values() > 1
                        && mask.size().width() * (long) mask.size().height() >= LEAST_PIXELS)
                .collect(Collectors.groupingBy(
                        mask -> List.of(mask.size(), mask.content()),
                        LinkedHashMap::new,
                        Collectors.mapping(MaskContent::path, Collectors.toList())));
        List<Path> most =
                alike.values().stream().max(Comparator.comparingInt(List::size)).orElse(List.of());
        if (most.stream().distinct().count() >= LEAST_COPIES && 2 * most.size() > masks.size()) {
            findings.add(Finding.warning(most.size() + " of " + masks.size()
                    + " masks are copies of one: " + FoundValues.files(most)
                    + "; it is learned and measured as if each picture showed that"));
        }
    }

    /** @return whether every value means something */
    boolean values(ImasConfig.Data data) {
        MaskMeaning meaning = MaskReading.of(data).meaning();
        List<MaskContent> unknown = masks.stream()
                .filter(mask ->
                        mask.pixels().keySet().stream().anyMatch(value -> meaning.label(value) == MaskMeaning.UNKNOWN))
                .toList();
        if (unknown.isEmpty()) {
            return true;
        }
        List<Path> files = unknown.stream().map(MaskContent::path).toList();
        boolean colour = unknown.stream().anyMatch(MaskContent::colour);
        FoundValues wrong = colour
                ? FoundValues.colours(masks, value -> meaning.label(value) == MaskMeaning.UNKNOWN)
                : FoundValues.numbers(masks, value -> meaning.label(value) == MaskMeaning.UNKNOWN);
        if (data.labels().isEmpty()) {
            FoundValues all = FoundValues.numbers(masks);
            int first = data.reduceZeroLabel() ? 1 : 0;
            findings.add(Finding.fault("masks hold values that are no class: " + wrong.told() + " in "
                    + FoundValues.files(files) + "; expected " + first + " to " + (data.classes() - 1 + first)
                    + " (data.classes: " + data.classes() + ")" + ignored(data) + "; found are " + all.told() + "; "
                    + ValueHints.ofNumbers(data, all, wrong)));
        } else {
            findings.add(Finding.fault("masks hold what data.labels does not name: " + wrong.told() + " in "
                    + FoundValues.files(files) + "; add it, or `other: ignore` for all that has no line"));
        }
        return false;
    }

    private static String ignored(ImasConfig.Data data) {
        String values = data.ignore().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return values.isEmpty() ? "" : " or " + values + " (ignored)";
    }

    /** Whether there is something to learn and to measure. */
    void contents(ImasConfig.Data data, List<String> names, MaskLabelCounts counts) {
        if (counts.labeledMasks() > 0) {
            learned(data, names, counts);
        }
        if (counts.validationMasks() > 0 && counts.validationPixels() == 0) {
            findings.add(Finding.fault(
                    "all pixels of the validation masks are ignored (" + held(false) + "); nothing can be measured"));
        } else if (counts.labeledMasks() == 0 && counts.validationMasks() > 0) {
            measured(data, names, counts);
        } else if (counts.validationMasks() > 0) {
            validated(names, counts);
        }
    }

    /** A class that is learned and not measured is easily overlooked. */
    private void validated(List<String> names, MaskLabelCounts counts) {
        List<String> absent = IntStream.range(0, names.size())
                .filter(c -> counts.labeledPixels(c) > 0 && counts.validationPixels(c) == 0)
                .mapToObj(names::get)
                .toList();
        if (!absent.isEmpty()) {
            findings.add(Finding.warning("no validation pixel is " + told(absent) + ": how well "
                    + (absent.size() == 1 ? "it is" : "they are") + " found is not measured"));
        }
    }

    private static String told(List<String> names) {
        int more = names.size() - TOLD_CLASSES;
        return more > 0
                ? String.join(", ", names.subList(0, TOLD_CLASSES)) + " and " + more
                        + (more == 1 ? " more class" : " more classes")
                : String.join(", ", names);
    }

    /** With labelled masks beside them, these tell what is wrong. */
    private void measured(ImasConfig.Data data, List<String> names, MaskLabelCounts counts) {
        boolean zeroAlone = counts.validationPixels(0) == counts.validationPixels();
        boolean blackAndWhite = FoundValues.numbers(masks).keys().equals(List.of(0, LabelMap.IGNORE));
        if (zeroAlone && blackAndWhite && data.labels().isEmpty()) {
            findings.add(Finding.fault("all pixels of the validation masks are " + names.get(0) + " or ignored: they"
                    + " hold " + held(false) + "; if 255 is a class, say which, such as data.labels: {0: 0, 255: 1};"
                    + " if it is ignored, there is nothing to tell apart"));
        }
    }

    private void learned(ImasConfig.Data data, List<String> names, MaskLabelCounts counts) {
        if (counts.labeledPixels() == 0) {
            findings.add(Finding.fault("all labelled pixels are ignored: the masks hold " + held(true)
                    + "; nothing can be learned: check data.ignore: " + data.ignore() + " and data.labels"));
            return;
        }
        List<Integer> present = IntStream.range(0, names.size())
                .filter(c -> counts.labeledPixels(c) > 0)
                .boxed()
                .toList();
        if (present.size() == 1) {
            findings.add(Finding.fault("all labelled pixels are " + names.get(present.get(0)) + ": the masks hold "
                    + held(true) + "; there is nothing to tell apart" + advice(data)));
        } else if (present.size() < names.size()) {
            List<String> absent = IntStream.range(0, names.size())
                    .filter(c -> !present.contains(c))
                    .mapToObj(names::get)
                    .toList();
            findings.add(
                    Finding.warning("no labelled pixel is " + told(absent) + ": what is never shown is never learned"));
        }
        if (!counts.ignoredMasks().isEmpty()) {
            findings.add(Finding.warning("ignored as a whole: " + FoundValues.files(counts.ignoredMasks())));
        }
    }

    private String held(boolean labeled) {
        List<MaskContent> some =
                masks.stream().filter(mask -> mask.labeled() == labeled).toList();
        boolean colour = some.stream().anyMatch(MaskContent::colour);
        return (colour ? FoundValues.colours(some, value -> true) : FoundValues.numbers(some)).told();
    }

    private String advice(ImasConfig.Data data) {
        List<Integer> all = FoundValues.numbers(masks).keys();
        boolean blackAndWhite = all.equals(List.of(0, 255));
        return blackAndWhite && data.labels().isEmpty()
                ? "; if 255 is a class, set data.classes: 2, and it is read as class 1"
                : "";
    }
}
