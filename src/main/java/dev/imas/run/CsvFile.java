package dev.imas.run;

import dev.imas.common.FileProblem;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;

/**
 * Reads a table of a run that may have been killed while writing: what is whole is used, what is not is told in a
 * note. Columns are found by name, so more of them, or another order, change nothing.
 */
public final class CsvFile {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreEmptyLines(true)
            .setTrim(true)
            .setAllowMissingColumnNames(true)
            .setDuplicateHeaderMode(DuplicateHeaderMode.ALLOW_ALL)
            .build();

    private CsvFile() {}

    /** One row; the accessors throw {@link BadRow} for a value that is no number. */
    public record Row(CSVRecord record) {
        /** A cell; empty where there is none. */
        public String text(String column) {
            return record.isSet(column) ? record.get(column) : "";
        }

        /** The value; an empty or absent cell is NaN. */
        public double number(String column) {
            return parsed(text(column));
        }

        /** The same, of a column by its place, from 0. */
        public double number(int column) {
            return parsed(column < record.size() ? record.get(column) : "");
        }

        private static double parsed(String text) {
            if (text.isEmpty() || text.equalsIgnoreCase("nan")) {
                return Double.NaN;
            }
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new BadRow();
            }
        }

        /** A value that must be there and whole, not negative. */
        public long integer(String column) {
            return whole(number(column));
        }

        /** The same, of a column by its place, from 0. */
        public long integer(int column) {
            return whole(number(column));
        }

        private static long whole(double value) {
            if (!(value >= 0 && value <= 1L << 53) || value != Math.rint(value)) {
                throw new BadRow();
            }
            return (long) value;
        }
    }

    /** Says that a row is not as expected. */
    public static final class BadRow extends RuntimeException {
        public BadRow() {
            super(null, null, false, false);
        }
    }

    /**
     * Hands every usable row to {@code each}.
     *
     * @param required columns without which no row is usable
     * @param expected columns whose absence is worth a note
     */
    public static void read(
            Path file, List<String> required, List<String> expected, List<String> notes, Consumer<Row> each) {
        String name = file.getFileName().toString();
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            notes.add(name + " cannot be read (" + FileProblem.of(e, file) + ").");
            return;
        } catch (OutOfMemoryError e) {
            notes.add(name + " is too large to be read.");
            return;
        }
        // A value cut in its last digits still parses, so an unterminated line is never trusted.
        int whole = text.lastIndexOf('\n') + 1;
        if (whole < text.length()) {
            text = text.substring(0, whole);
            notes.add(name + ": the last line is cut and was left out.");
        }
        if (text.isBlank()) {
            notes.add(name + " holds no complete line.");
            return;
        }
        int bad = 0;
        int rows = 0;
        try (CSVParser parser = CSVParser.parse(new StringReader(text), FORMAT)) {
            List<String> columns = parser.getHeaderNames();
            List<String> lacking =
                    required.stream().filter(c -> !columns.contains(c)).toList();
            if (!lacking.isEmpty()) {
                notes.add(name + " has no column " + String.join(", ", lacking)
                        + " and was left out; its first line names " + String.join(", ", columns) + ".");
                return;
            }
            expected.stream()
                    .filter(c -> !columns.contains(c))
                    .forEach(c -> notes.add(name + " has no column " + c + "."));
            for (CSVRecord record : parser) {
                rows++;
                try {
                    if (!record.isConsistent()) {
                        throw new BadRow();
                    }
                    each.accept(new Row(record));
                } catch (BadRow e) {
                    bad++;
                }
            }
        } catch (IOException | UncheckedIOException | IllegalArgumentException | IllegalStateException e) {
            notes.add(name + " could be read up to row " + rows + " only: what follows is no table.");
        }
        if (bad > 0) {
            notes.add(name + ": " + bad + " of " + rows + " rows are not as expected and were left out.");
        }
    }
}
