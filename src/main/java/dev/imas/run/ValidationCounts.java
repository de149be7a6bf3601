package dev.imas.run;

import dev.imas.common.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * validation.csv: how the network that a run left does on each validation picture, in pixels, from which every mIoU
 * over these pictures, or over some of them, can be computed. A row a picture and class.
 *
 * @param pictures names, in order
 * @param truth     true pixels, [picture][class]
 * @param predicted predicted pixels
 * @param both      pixels of both
 */
public record ValidationCounts(List<String> pictures, long[][] truth, long[][] predicted, long[][] both) {
    private static final List<String> COLUMNS = List.of("picture", "class", "truth", "predicted", "both");

    /** Of every picture as many classes. */
    public int classes() {
        return truth.length == 0 ? 0 : truth[0].length;
    }

    /** Writes or replaces the file. */
    public void write(Path file) throws IOException {
        DurableFiles.replace(file, beside -> {
            try (CsvLog csv = new CsvLog(beside, 0, COLUMNS)) {
                for (int i = 0; i < pictures.size(); i++) {
                    for (int c = 0; c < classes(); c++) {
                        csv.row(pictures.get(i), c, truth[i][c], predicted[i][c], both[i][c]);
                    }
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    /**
     * Reads the file.
     *
     * @param notes told in a sentence each what is damaged; then nothing of it is used
     * @return without pictures where it is damaged
     */
    public static ValidationCounts read(Path file, List<String> notes) {
        Map<String, List<long[]>> rows = new LinkedHashMap<>();
        int before = notes.size();
        CsvFile.read(file, COLUMNS, List.of(), notes, row -> {
            List<long[]> classes = rows.computeIfAbsent(row.text("picture"), name -> new ArrayList<>());
            if (row.integer("class") != classes.size() || row.integer("both") > row.integer("truth")) {
                throw new CsvFile.BadRow();
            }
            classes.add(new long[] {row.integer("truth"), row.integer("predicted"), row.integer("both")});
        });
        boolean even = rows.values().stream().mapToInt(List::size).distinct().count() <= 1;
        boolean usable = even && notes.size() == before;
        return of(usable ? rows : Map.of());
    }

    private static ValidationCounts of(Map<String, List<long[]>> rows) {
        long[][][] counts = new long[3][rows.size()][];
        int i = 0;
        for (List<long[]> classes : rows.values()) {
            for (int kind = 0; kind < counts.length; kind++) {
                int which = kind;
                counts[kind][i] = classes.stream().mapToLong(row -> row[which]).toArray();
            }
            i++;
        }
        return new ValidationCounts(List.copyOf(rows.keySet()), counts[0], counts[1], counts[2]);
    }
}
