package dev.imas.run;

import dev.imas.common.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of class_iou.csv, which holds the last evaluation.
 *
 * @param index   the class, 0 to 254
 * @param student IoU in [0,1]; NaN if not measured
 * @param teacher IoU in [0,1]; NaN if not measured
 */
public record ClassIou(int index, String name, double student, double teacher) {
    private static final List<String> NEEDED = List.of("class", "name");
    private static final List<String> MEASURED = List.of("iou_student", "iou_teacher");

    /** Writes the file anew. */
    public static void write(Path file, List<ClassIou> classes) throws IOException {
        DurableFiles.replace(file, beside -> {
            try (CsvLog csv = new CsvLog(beside, 0, NEEDED, MEASURED)) {
                classes.forEach(c -> csv.row(c.index, c.name, c.student, c.teacher));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    /**
     * Reads what is usable.
     *
     * @param notes told in a sentence each what is missing or damaged
     */
    public static List<ClassIou> read(Path file, List<String> notes) {
        List<ClassIou> classes = new ArrayList<>();
        CsvFile.read(file, NEEDED, MEASURED, notes, row -> {
            long index = row.integer("class");
            if (index > 254) {
                throw new CsvFile.BadRow();
            }
            classes.add(
                    new ClassIou((int) index, row.text("name"), row.number("iou_student"), row.number("iou_teacher")));
        });
        return List.copyOf(classes);
    }
}
