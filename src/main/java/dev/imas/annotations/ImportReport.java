package dev.imas.annotations;

import dev.imas.image.LabelMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What an import did, in lines.
 *
 * @param request  what was asked
 * @param table    its classes
 * @param counts   what the masks hold
 * @param files    files of annotations
 * @param pictures names of all pictures, each behind the place of its part ({@link DataParts})
 */
record ImportReport(ImportRequest request, ClassTable table, Drawing.Counts counts, int files, List<String> pictures) {
    List<String> lines(Findings findings) {
        List<String> lines = new ArrayList<>();
        lines.add("read     " + Words.count(LongStream.of(counts.annotations).sum(), "annotation") + " of "
                + Words.count(files, "file") + " (" + request.format().files() + ")");
        lines.add("masks    " + counts.masks + " of " + Words.count(pictures.size(), "picture")
                + "; those without one are unlabelled");
        String parts = DataParts.told(pictures);
        if (!parts.isEmpty()) {
            lines.add("parts    " + parts
                    + " pictures, by their first folders: kept apart, val/ validates, and test/ is left alone");
        }
        classes(lines);
        findings.skips().forEach(skip -> lines.add("left out " + skip));
        findings.notes().forEach(note -> lines.add("note     " + note));
        if (counts.covered > 0) {
            lines.add("overlap  " + Words.count(counts.covered, "pixel")
                    + " of an annotation lie under a later one of another class");
        }
        counts.hidden.forEach((label, among) -> lines.add("warning  no pixel of "
                + table.names().get(label) + " is left in "
                + Words.count(among.size(), "picture") + " (such as "
                + among.get(0).getFileName()
                + "): later annotations cover all of it; put it behind them in the file, or leave their class out"
                + " (--classes, NAME = skip)"));
        if (request.classes().isEmpty()) {
            alike(lines);
        }
        lines.add("rule     a pixel belongs to an annotation when its centre does, by the even-odd rule; pixels without"
                + " annotation are " + (request.sparse() ? "ignored (255)" : "background"));
        if (request.sparse() && counts.pixels[0] == 0) {
            lines.add("note     nothing is annotated as " + table.names().get(0)
                    + ": with --sparse annotate some of it too, or nothing tells it from the other classes");
        }
        Path out = request.out();
        lines.add("wrote    " + out + ": images (" + (request.link() ? "links" : "copies")
                + "), masks, classes.yaml, import.txt");
        lines.add("train    imas train " + (request.sparse() ? "--config " + out.resolve(OutFolder.CLASSES) + " " : "")
                + "--data " + out);
        return lines;
    }

    /** Names that were typed in two ways make two classes of one. */
    private void alike(List<String> lines) {
        Map<String, List<String>> alike = new LinkedHashMap<>();
        table.labels().keySet().forEach(name -> alike.computeIfAbsent(
                        ClassNames.bareLetters(name), key -> new ArrayList<>())
                .add(name));
        alike.values().stream()
                .filter(names ->
                        names.stream().map(table.labels()::get).distinct().count() > 1)
                .forEach(names -> lines.add("warning  the classes "
                        + String.join(
                                " and ",
                                names.stream()
                                        .map(Words::brief)
                                        .map(n -> '"' + n + '"')
                                        .toList())
                        + " differ in case or blanks alone; if they are one, list the classes in a file (--classes),"
                        + " with " + names.get(1) + " = " + names.get(0)));
    }

    private void classes(List<String> lines) {
        long all = LongStream.of(counts.pixels).sum();
        for (int i = 0; i < table.names().size(); i++) {
            lines.add(label(i, table.names().get(i), all));
        }
        if (counts.pixels[LabelMap.IGNORE] > 0) {
            lines.add(label(LabelMap.IGNORE, "(ignored)", all));
        }
    }

    private String label(int label, String name, long all) {
        return String.format(
                Locale.ROOT,
                "class    %-3d %s: %s, %s, %.2f %% of the masks",
                label,
                name,
                Words.count(counts.annotations[label], "annotation"),
                Words.count(counts.pictures[label], "picture"),
                100.0 * counts.pixels[label] / all);
    }
}
