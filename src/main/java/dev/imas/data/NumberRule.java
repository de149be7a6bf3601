package dev.imas.data;

import dev.imas.config.ImasConfig;
import dev.imas.config.MaskLabels;
import dev.imas.image.LabelMap;
import dev.imas.image.MaskValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the numbers in masks mean, and how many classes they are. */
final class NumberRule {
    /** Background, object, and the undecided between them. */
    private static final int TRIMAP = 3;

    /** Masks that programs call so number objects: Cellpose's _cp_masks, and those of instances. */
    private static final Pattern OF_OBJECTS =
            Pattern.compile("(?i)[_-](?:cp_masks|inst(?:ances?)?(?:_?(?:ids?|masks?|labels?))?)$");

    private static final int BLACK = 0;
    /** Share of all pixels that are at an edge. */
    private static final double MOST_OF_EDGES = 0.25;
    /** Of an object with a rough rim, on average. */
    private static final double MOST_TOPS = 1.5;
    /** More are hardly ever told apart by whoever says nothing of them. */
    private static final int MANY_CLASSES = 32;
    /** What is so many times as large as all objects together is hardly their undecided rim. */
    private static final double MOST_OF_OBJECTS = 50;
    /** Share of all pixels that somebody may have painted by mistake, and the masks in which. */
    private static final double MOST_OF_SLIPS = 5e-4;

    private static final int FEW_MASKS = 2;

    private final List<MaskContent> masks;
    private final List<Finding> findings;

    NumberRule(List<MaskContent> masks, List<Finding> findings) {
        this.masks = masks;
        this.findings = findings;
    }

    ImasConfig.Data decide(ImasConfig.Data data) {
        FoundValues found = FoundValues.numbers(masks);
        List<Integer> all = found.keys();
        List<Integer> used =
                all.stream().filter(value -> !data.ignore().contains(value)).toList();
        if (used.isEmpty()) {
            if (data.classes() == null) {
                findings.add(Finding.fault("all pixels of the masks are ignored: they hold " + found.told()
                        + ", and data.ignore is " + data.ignore()));
            }
            return data; // for a known number of classes that is told where they are counted
        }
        if (data.classes() == null && ClassCount.areGreySteps(all) && all.size() > TRIMAP && smoothed(found)) {
            findings.add(Finding.fault("masks hold " + found.told() + ", and the greys lie along edges alone: the masks"
                    + " were smoothed, or resized with interpolation; save them anew without that, or add data.labels:"
                    + " {0-127: 0, 128-255: 1}; if each is a class, " + found.line(all, false)));
            return data;
        }
        boolean indices =
                data.classes() == null ? ClassCount.areIndices(used) : used.get(used.size() - 1) < data.classes();
        if (!indices || used.size() == 1) {
            Optional<Map<String, String>> labels = painted(data.classes(), all)
                    .or(() -> ClassCount.areGreySteps(all) ? Optional.empty() : painted(data.classes(), used));
            if (labels.isPresent()) {
                boolean ignored = !labels.get().containsKey(String.valueOf(LabelMap.IGNORE));
                if (ignored && white(data, found, used, FoundValues.pairs(used, false))) {
                    return data;
                }
                return mapped(data, found, labels.get());
            }
        }
        if (indices) {
            white(data, found, used, themselves(used));
        }
        return data.classes() == null ? counted(data, found, used) : data;
    }

    /** Whether every mask with a grey has it along edges alone. */
    private boolean smoothed(FoundValues found) {
        List<Integer> between = found.keys().subList(1, found.keys().size() - 1);
        return found.share(between) < MOST_OF_EDGES
                && masks.stream()
                        .filter(mask -> mask.numbers().stream().anyMatch(between::contains))
                        .allMatch(MaskContent::blended);
    }

    /** Whether a number is hardly ever more than one patch of a mask, as that of an object. */
    private boolean inOnePatch(List<Integer> used) {
        long places = 0;
        long tops = 0;
        for (MaskContent mask : masks) {
            for (Map.Entry<MaskValue, Long> value : mask.tops().entrySet()) {
                if (value.getKey().number() > 0 && used.contains(value.getKey().number())) {
                    places++;
                    tops += value.getValue();
                }
            }
        }
        return tops < MOST_TOPS * places;
    }

    /**
     * Tells where 255, which would be ignored, looks like a class; whether that is a fault.
     *
     * @param others what is a class otherwise, as labels say it
     */
    private boolean white(ImasConfig.Data data, FoundValues found, List<Integer> used, String others) {
        Optional<Finding> told = whiteApart(data, used, others).or(() -> whiteMost(data, found, used, others));
        told.ifPresent(findings::add);
        return told.filter(finding -> finding.severity() == Finding.Severity.FAULT)
                .isPresent();
    }

    private static String themselves(List<Integer> numbers) {
        return numbers.stream().map(number -> number + ": " + number).collect(Collectors.joining(", "));
    }

    /** Some paint objects with 255 and others number them: 255 that never meets a class is likely to be one. */
    private Optional<Finding> whiteApart(ImasConfig.Data data, List<Integer> used, String others) {
        if (!data.ignore().contains(LabelMap.IGNORE) || used.size() < 2) {
            return Optional.empty();
        }
        List<MaskContent> painted = new ArrayList<>();
        for (MaskContent mask : masks) {
            List<Integer> numbers = mask.numbers();
            if (numbers.equals(List.of(0, LabelMap.IGNORE))) {
                painted.add(mask);
            } else if (numbers.contains(LabelMap.IGNORE)) {
                return Optional.empty();
            }
        }
        if (painted.isEmpty()) {
            return Optional.empty();
        }
        // One of many may be a slip of somebody who said what there is; the others would hardly be.
        boolean slip = painted.size() == 1
                && data.classes() != null
                && masks.stream()
                                .filter(mask -> mask.labeled() == painted.get(0).labeled())
                                .count()
                        > 1;
        String text = FoundValues.files(painted.stream().map(MaskContent::path).toList())
                + (painted.size() == 1 ? " holds" : " hold")
                + " 0 and 255 alone, which would be ignored; other masks hold "
                + FoundValues.numbers(masks).told(used) + " and no 255: if it is a class, add data.labels: {"
                + others + ", 255: 1}; if it is to be ignored, data.labels: {" + others
                + ", 255: ignore}";
        return Optional.of(slip ? Finding.warning(text) : Finding.fault(text));
    }

    /** A few pixels of another value make 255 the ignored one, where it was the object. */
    private Optional<Finding> whiteMost(ImasConfig.Data data, FoundValues found, List<Integer> used, String others) {
        List<Integer> objects = used.stream().filter(value -> value != 0).toList();
        boolean all = data.ignore().contains(LabelMap.IGNORE)
                && found.keys().contains(LabelMap.IGNORE)
                && used.contains(0)
                && !objects.isEmpty();
        long slipped = masks.stream()
                .filter(mask -> mask.numbers().stream().anyMatch(objects::contains))
                .count();
        boolean painted = masks.stream().anyMatch(mask -> mask.numbers().equals(List.of(0, LabelMap.IGNORE)));
        boolean slips = all
                && painted
                && slipped <= Math.max(FEW_MASKS, masks.size() / 10)
                && found.share(objects) < MOST_OF_SLIPS
                && found.share(LabelMap.IGNORE) > MOST_OF_OBJECTS * found.share(objects)
                && found.share(0) > found.share(LabelMap.IGNORE);
        if (!slips) {
            return Optional.empty();
        }
        String text = "255 would be ignored, which masks hold most of beside 0: they hold " + found.told()
                + "; if 255 is the object and " + found.told(objects) + " in " + found.files(objects)
                + " a slip, mend it there or add data.labels: {0: 0, 255: 1, other: ignore}; if 255 is to be"
                + " ignored, data.labels: {" + others + ", 255: ignore}";
        return Optional.of(data.classes() == null ? Finding.fault(text) : Finding.warning(text));
    }

    /**
     * Labels for numbers that are no indices, but can stand for as many classes in one order only.
     *
     * @param classes null if it is open how many there are
     */
    private static Optional<Map<String, String>> painted(Integer classes, List<Integer> all) {
        boolean steps = ClassCount.areGreySteps(all);
        if (steps && all.size() == TRIMAP && classes != null && classes == 2) {
            Map<String, String> trimap = labels(List.of(all.get(0), all.get(2)));
            trimap.put(all.get(1).toString(), MaskLabels.IGNORE);
            return Optional.of(trimap);
        }
        boolean two = all.size() == 2 && all.get(0) == 0;
        boolean known = classes == null
                ? two || steps && all.size() > TRIMAP // three may be two and the undecided
                : classes == all.size() && (two || steps);
        return known ? Optional.of(labels(all)) : Optional.empty();
    }

    private ImasConfig.Data mapped(ImasConfig.Data data, FoundValues found, Map<String, String> labels) {
        String line = "data.labels: " + labels.toString().replace("=", ": ");
        findings.add(Finding.note("masks hold " + found.told() + ", read as " + line));
        int classes = (int) labels.values().stream()
                .filter(label -> !label.equals(MaskLabels.IGNORE))
                .count();
        return data.withLabels(labels).withClasses(classes);
    }

    private static Map<String, String> labels(List<Integer> numbers) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < numbers.size(); i++) {
            labels.put(numbers.get(i).toString(), String.valueOf(i));
        }
        return labels;
    }

    /** How many classes there are where nobody says so. */
    private ImasConfig.Data counted(ImasConfig.Data data, FoundValues found, List<Integer> used) {
        Set<Path> known = new HashSet<>(); // the only labelled picture validates as well
        List<List<Integer>> each = masks.stream()
                .filter(mask -> known.add(mask.path()))
                .map(mask -> mask.numbers().stream().filter(used::contains).toList())
                .filter(numbers -> !numbers.isEmpty())
                .toList();
        int highest = used.get(used.size() - 1);
        boolean called = highest > 1
                && masks.stream().allMatch(mask -> OF_OBJECTS
                        .matcher(WrittenNames.stem(mask.path().toString()))
                        .find());
        if (called || ClassCount.areObjects(each, inOnePatch(used))) {
            findings.add(Finding.fault("masks hold numbers up to " + highest
                    + ", which may be those of objects: if every"
                    + " object has a number of its own, add data.instances: foreground (or border)"
                    + (highest < ClassCount.MOST ? "; if they are classes, data.classes: " + (highest + 1) : "")));
            return data;
        }
        if (ClassCount.areIndices(used)) {
            List<Integer> palette = commonPalette();
            int most = highest + 1;
            // A palette made for these classes has one colour each; a standard one has many more.
            boolean own = palette.size() >= most && palette.size() <= 2 * most;
            if (!own && most > MANY_CLASSES) {
                findings.add(Finding.fault("masks hold " + used.size() + " numbers up to " + (most - 1)
                        + ": if every object has a number of its own, add data.instances: foreground (or border); if"
                        + " they are classes, data.classes: " + most));
                return data;
            }
            int classes = Math.max(2, own ? palette.size() : most);
            findings.add(Finding.note(classes + " classes, by the " + (own ? "palette" : "values") + " of the masks"));
            return data.withClasses(classes).withPalette(own && data.palette().isEmpty() ? palette : data.palette());
        }
        findings.add(Finding.fault(ValueHints.uncounted(found, used)));
        return data;
    }

    /** The palette that all masks share, without what decoders fill it up with; empty where there is none. */
    private List<Integer> commonPalette() {
        List<Integer> palette = masks.get(0).palette();
        if (masks.stream().anyMatch(mask -> !mask.palette().equals(palette))) {
            return List.of();
        }
        int end = palette.size();
        while (end > 1 && palette.get(end - 1) == BLACK) {
            end--;
        }
        Set<Integer> seen = new HashSet<>();
        int different = 0;
        while (different < end && seen.add(palette.get(different))) {
            different++;
        }
        return palette.subList(0, different);
    }
}
