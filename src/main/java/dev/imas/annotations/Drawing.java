package dev.imas.annotations;

import dev.imas.image.LabelMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** Draws masks and keeps count. */
final class Drawing {
    /** What the masks of an import hold. */
    static final class Counts {
        final long[] pixels = new long[256];
        final long[] pictures = new long[256];
        final long[] annotations = new long[256];
        /** Pictures in which a class was drawn and no pixel of it is left, by its label. */
        final Map<Integer, List<Path>> hidden = new TreeMap<>();

        long covered;
        int masks;
    }

    private final ImportRequest request;
    private final ImportedClasses classes;
    private final ClassTable table;
    private final Counts counts = new Counts();
    /** Places of annotations; one may be seen on several tiles, and not on others. */
    private final Set<String> drawn = new HashSet<>();

    private final Set<String> missed = new LinkedHashSet<>();
    private final Set<String> leftOut = new HashSet<>();

    Drawing(ImportRequest request, ImportedClasses classes, ClassTable table) {
        this.request = request;
        this.classes = classes;
        this.table = table;
    }

    /** The mask of a picture; empty where nothing is drawn and such pictures stay without one. */
    Optional<LabelMap> mask(Matches.Annotated picture, Findings findings) {
        Set<Integer> laid = new HashSet<>();
        Canvas canvas = new Canvas(picture.size(), request.sparse() ? LabelMap.IGNORE : 0);
        for (Matches.Source source : picture.sources()) {
            for (Annotation annotation : source.annotated().annotations(picture.size())) {
                OptionalInt label = label(annotation);
                if (label.isEmpty()) {
                    leaveOut(annotation, findings);
                } else if (lay(annotation, label.getAsInt(), source.frame(), canvas)) {
                    laid.add(label.getAsInt());
                }
            }
        }
        if (laid.isEmpty() && !request.emptyIsBackground()) {
            return Optional.empty();
        }
        LabelMap mask = canvas.mask();
        count(mask, canvas.covered());
        noteHidden(laid, mask, picture.file());
        return Optional.of(mask);
    }

    private void noteHidden(Set<Integer> laid, LabelMap mask, Path picture) {
        for (byte label : mask.labels()) {
            laid.remove(label & 255);
        }
        laid.remove(LabelMap.IGNORE);
        laid.forEach(label ->
                counts.hidden.computeIfAbsent(label, key -> new ArrayList<>()).add(picture));
    }

    private OptionalInt label(Annotation annotation) {
        String name = ImportedClasses.name(annotation);
        if (name != null) {
            return table.label(name);
        }
        return classes.oneClass()
                ? OptionalInt.of(table.labels().values().iterator().next())
                : OptionalInt.empty();
    }

    private void leaveOut(Annotation annotation, Findings findings) {
        if (leftOut.add(annotation.where())) {
            String name = ImportedClasses.name(annotation);
            findings.skip(
                    name == null
                            ? "annotations without a class, where others have one"
                            : "annotations of " + Words.brief(name) + ", which is left out",
                    annotation.where());
        }
    }

    private boolean lay(Annotation annotation, int label, Frame frame, Canvas canvas) {
        long pixels = 0;
        for (Region region : annotation.regions()) {
            pixels += canvas.lay(region, label, frame);
        }
        if (pixels == 0) {
            missed.add(annotation.where());
        } else if (drawn.add(annotation.where())) {
            counts.annotations[label]++;
        }
        return pixels > 0;
    }

    private void count(LabelMap mask, long covered) {
        long[] here = new long[256];
        for (byte label : mask.labels()) {
            here[label & 255]++;
        }
        for (int label = 0; label < here.length; label++) {
            counts.pixels[label] += here[label];
            counts.pictures[label] += here[label] > 0 ? 1 : 0;
        }
        counts.covered += covered;
        counts.masks++;
    }

    /** Notes the annotations that no picture shows; called when all are drawn. */
    Counts finish(Findings findings) {
        missed.removeAll(drawn);
        missed.forEach(place -> findings.skip("annotations outside their picture or smaller than a pixel", place));
        return counts;
    }
}
