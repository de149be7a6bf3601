package dev.imas.run;

import dev.imas.common.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;

/** What the pictures of samples/ are called: names.csv there, a row for every number of a {@link SampleFile}. */
public final class SampleNames {
    private static final String FILE = "names.csv";
    private static final String NUMBER = "number";
    private static final String PICTURE = "picture";

    private SampleNames() {}

    /** Writes or replaces the names. */
    public static void write(Path folder, SortedMap<Integer, String> names) throws IOException {
        StringBuilder rows = new StringBuilder(CSVFormat.DEFAULT.format(NUMBER, PICTURE)).append('\n');
        names.forEach((number, name) ->
                rows.append(CSVFormat.DEFAULT.format(number, name)).append('\n'));
        DurableFiles.replace(folder.resolve(FILE), beside -> Files.writeString(beside, rows, StandardCharsets.UTF_8));
    }

    /**
     * The names by number; none where an older version wrote the samples.
     *
     * @param notes told in a sentence each what is damaged
     */
    public static SortedMap<Integer, String> read(Path folder, List<String> notes) {
        SortedMap<Integer, String> names = new TreeMap<>();
        Path file = folder.resolve(FILE);
        if (Files.isRegularFile(file)) {
            CsvFile.read(
                    file,
                    List.of(NUMBER, PICTURE),
                    List.of(),
                    notes,
                    row -> names.put(number(row.integer(NUMBER)), row.text(PICTURE)));
        }
        return names;
    }

    private static int number(long value) {
        if (value > Integer.MAX_VALUE) {
            throw new CsvFile.BadRow();
        }
        return (int) value;
    }
}
