package dev.imas.data;

import dev.imas.config.Colors;
import dev.imas.config.ImasConfig;
import dev.imas.config.MaskLabels;
import dev.imas.image.MaskValue;
import dev.imas.image.Palette;
import dev.imas.image.SmoothedEdges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the colours of masks mean: by a given palette, by PASCAL VOC's, or because they are black and one other. */
final class ColourRule {
    private static final int BLACK = 0;
    /** What VOC paints the undecided with. */
    private static final int VOC_VOID = 0xe0e0c0;

    private static final int VOC_CLASSES = 21;
    /** Masks of classes have few colours. */
    private static final int MOST_COLOURS = 64;

    private final List<MaskContent> masks;
    private final List<Finding> findings;

    ColourRule(List<MaskContent> masks, List<Finding> findings) {
        this.masks = masks;
        this.findings = findings;
    }

    ImasConfig.Data decide(ImasConfig.Data data) {
        FoundValues found = FoundValues.colours(masks, value -> true);
        if (mixed()) {
            return data;
        }
        if (found.keys().size() > MOST_COLOURS) {
            return smoothed(data, found);
        }
        Integer classes = data.classes();
        List<Integer> palette =
                !data.palette().isEmpty() ? data.palette() : Palette.voc(classes != null ? classes : vocClasses(found));
        if (found.keys().size() > 1 && known(palette).containsAll(found.keys())) {
            String whose = data.palette().isEmpty() ? "PASCAL VOC's colours" : "data.palette";
            return mapped(data, found, palette, "by " + whose);
        }
        boolean two = found.keys().size() == 2 && found.keys().get(0) == BLACK;
        if (two && (classes == null || classes == 2)) {
            return mapped(data, found, found.keys(), "black as background");
        }
        if (masks.stream().anyMatch(MaskContent::blended)) {
            return smoothed(data, found);
        }
        findings.add(Finding.fault("masks are colour pictures, and nothing says which class is which colour: "
                + found.told() + unmatched(data, found) + "; say it, in your classes' order: "
                + found.line(blackFirst(found), false)));
        return data;
    }

    /** Colours and numbers side by side can only be told apart by whoever made them. */
    private boolean mixed() {
        List<MaskContent> coloured = masks.stream().filter(MaskContent::colour).toList();
        Set<Integer> colours =
                Set.copyOf(FoundValues.colours(coloured, value -> true).keys());
        List<MaskContent> numbered = masks.stream()
                .filter(mask -> !mask.colour())
                .filter(mask -> mask.pixels().keySet().stream().anyMatch(value -> !fits(value, colours)))
                .toList();
        if (numbered.isEmpty()) {
            return false;
        }
        findings.add(Finding.fault(FoundValues.masks(coloured.size()) + " (such as "
                + coloured.get(0).path()
                + ") are colour pictures, " + numbered.size() + " hold numbers (such as "
                + numbered.get(0).path() + "): " + FoundValues.numbers(numbered).told()
                + "; save all in one way, or name both in data.labels"));
        return true;
    }

    private static boolean fits(MaskValue value, Set<Integer> colours) {
        return value.colour() == BLACK || value.colour() >= 0 && colours.contains(value.colour());
    }

    private ImasConfig.Data smoothed(ImasConfig.Data data, FoundValues found) {
        List<Integer> painted = found.byShare().stream()
                .filter(colour -> found.share(colour) >= SmoothedEdges.PAINTED)
                .toList();
        boolean few = painted.size() > 1 && painted.size() <= VOC_CLASSES;
        findings.add(Finding.fault("masks are pictures of " + found.keys().size() + " colours or more, such as "
                + suspect(found) + "; a mask has one colour a class"
                + (few
                        ? ": edges were smoothed, or the masks were resized or compressed; save them anew without"
                                + " that, or add, in your classes' order, "
                                + found.line(ordered(painted), true)
                        : "; are these the pictures themselves?")));
        return data;
    }

    /** A mask whose colours were seen to be mixed, or one that holds any of them. */
    private String suspect(FoundValues found) {
        return masks.stream()
                .filter(MaskContent::blended)
                .map(mask -> mask.path().toString())
                .findFirst()
                .orElseGet(() -> found.files(found.keys().subList(0, 1)));
    }

    private ImasConfig.Data mapped(ImasConfig.Data data, FoundValues found, List<Integer> palette, String why) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (int label = 0; label < palette.size(); label++) {
            labels.putIfAbsent(Colors.hex(palette.get(label)), String.valueOf(label));
        }
        if (found.keys().contains(VOC_VOID)) {
            labels.putIfAbsent(Colors.hex(VOC_VOID), MaskLabels.IGNORE);
        }
        List<String> told = found.byShare().stream()
                .map(colour -> '"' + Colors.hex(colour) + "\": " + labels.get(Colors.hex(colour)))
                .toList();
        findings.add(Finding.note("masks are colour pictures: " + found.told() + "; read " + why + " (data.labels: {"
                + String.join(", ", told) + "})"));
        return data.withLabels(labels).withClasses(palette.size());
    }

    private static List<Integer> known(List<Integer> palette) {
        List<Integer> known = new ArrayList<>(palette);
        known.add(VOC_VOID);
        return known;
    }

    /** As many of VOC's colours as are found from the first one on; 0 if others are found, too. */
    private static int vocClasses(FoundValues found) {
        List<Integer> voc = Palette.voc(VOC_CLASSES);
        int most = found.keys().stream().mapToInt(voc::indexOf).max().orElse(-1);
        long within = found.keys().stream().filter(voc::contains).count();
        return 2 * within > most ? most + 1 : 0;
    }

    private static String unmatched(ImasConfig.Data data, FoundValues found) {
        List<Integer> unknown = found.byShare().stream()
                .filter(colour -> !known(data.palette()).contains(colour))
                .toList();
        return data.palette().isEmpty() || unknown.isEmpty()
                ? ""
                : "; not in data.palette: " + found.told(unknown) + " in " + found.files(unknown);
    }

    private static List<Integer> blackFirst(FoundValues found) {
        return ordered(found.byShare());
    }

    private static List<Integer> ordered(List<Integer> colours) {
        List<Integer> ordered = new ArrayList<>(colours);
        if (ordered.remove((Integer) BLACK)) {
            ordered.add(0, BLACK);
        }
        return ordered;
    }
}
