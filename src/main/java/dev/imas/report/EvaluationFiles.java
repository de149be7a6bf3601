package dev.imas.report;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an evaluation leaves in a folder: one page to read, and its figures as tables. */
public final class EvaluationFiles {
    /** The page, which needs no other file. */
    public static final String PAGE = "evaluation.html";
    /** A row a class. */
    public static final String CLASSES = "classes.csv";
    /** A row a true class, a column a predicted one. */
    public static final String CONFUSION = "confusion.csv";
    /** A row a picture. */
    public static final String PICTURES = "pictures.csv";

    /** Bytes of a page that its title stands in. */
    private static final int TITLE_WITHIN = 2000;

    private EvaluationFiles() {}

    /**
     * Writes the files or replaces those of an earlier evaluation.
     *
     * @param folder is there
     * @return what was written, in the order of importance
     * @throws UserException when one cannot be written
     */
    public static List<Path> write(Path folder, Evaluated evaluated) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(PAGE, EvaluationPage.html(evaluated));
        texts.put(CLASSES, EvaluationTables.classes(evaluated.names(), evaluated.measurement()));
        texts.put(
                CONFUSION,
                EvaluationTables.confusion(
                        evaluated.names(), evaluated.measurement().matrix()));
        texts.put(
                PICTURES,
                EvaluationTables.pictures(
                        evaluated.names(), evaluated.measurement().pictures()));
        texts.forEach((name, text) -> write(folder.resolve(name), text));
        return texts.keySet().stream().map(folder::resolve).toList();
    }

    /** Files of somebody else are not lost to an evaluation's of the same names: those lie beside its page. */
    public static void keepOthers(Path folder) {
        if (isPage(folder.resolve(PAGE))) {
            return;
        }
        for (String name : List.of(PAGE, CLASSES, CONFUSION, PICTURES)) {
            if (Files.exists(folder.resolve(name))) {
                throw new UserException("--out: " + folder.resolve(name) + " is there, "
                        + (name.equals(PAGE) ? "and not by" : "without the " + PAGE + " of")
                        + " an earlier evaluation; name another folder");
            }
        }
    }

    private static boolean isPage(Path file) {
        try (InputStream bytes = Files.newInputStream(file)) {
            return new String(bytes.readNBytes(TITLE_WITHIN), StandardCharsets.UTF_8)
                    .contains(EvaluationPage.KIND + "</title>");
        } catch (IOException e) {
            return false;
        }
    }

    private static void write(Path file, String text) {
        try {
            DurableFiles.replace(file, beside -> Files.writeString(beside, text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException(
                    file + " cannot be written (" + FileProblem.of(e, file) + "); name another folder with --out", e);
        }
    }
}
