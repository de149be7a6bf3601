package dev.imas.verify.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Checks as a table: one row for each group and quantity with its number of comparisons, and of the one that comes
 * closest to its tolerance (or exceeds it most) the error, the tolerance and the name.
 */
public final class CheckTable {
    /** Tensors of a state dictionary inside a check's name. */
    private static final Pattern STATE_KEY = Pattern.compile("\\.(encoder|decoder|auxor)\\.[a-z0-9_.]*?"
            + "(weight|bias|running_mean|running_var|num_batches_tracked)(?=\\.|$)");
    /** Trailing parts of a name that say where, not what. */
    private static final Pattern PLACE = Pattern.compile("(\\.(i|group|step)\\d+|\\.(encoder|decoder|auxor))+$");

    /**
     * All checks of one quantity.
     *
     * @param worst  the check with the largest error in units of its tolerance
     * @param count  comparisons
     * @param failed of which failed
     */
    public record Row(String group, String quantity, Check worst, int count, int failed) {
        private Row with(Check check) {
            return new Row(
                    group,
                    quantity,
                    used(check) > used(worst) ? check : worst,
                    count + 1,
                    failed + (check.passed() ? 0 : 1));
        }

        /** Error in units of the tolerance; a failure without a finite error is worse than any other. */
        private static double used(Check check) {
            if (check.error() == 0) {
                return 0;
            }
            double used = check.error() / check.tolerance();
            return Double.isNaN(used) ? Double.POSITIVE_INFINITY : used;
        }
    }

    private CheckTable() {}

    /** One row a group and quantity, in the order they first occur. */
    public static List<Row> rows(List<Check> checks) {
        Map<List<String>, Row> rows = new LinkedHashMap<>();
        for (Check check : checks) {
            String quantity = quantity(check.name());
            rows.merge(
                    List.of(check.group(), quantity),
                    new Row(check.group(), quantity, check, 1, check.passed() ? 0 : 1),
                    (row, one) -> row.with(check));
        }
        return List.copyOf(rows.values());
    }

    /** What a check compares, from its name: the last part, without tensor names, places and numbering. */
    private static String quantity(String name) {
        String what = PLACE.matcher(STATE_KEY.matcher(name).replaceAll("")).replaceAll("");
        what = what.substring(what.lastIndexOf('.') + 1);
        // The digits of v1, v2 and l2 are no numbering.
        return what.replaceAll("(?<![lv\\d])\\d+$", "");
    }

    /** For a terminal: the rows by group, a line for each group, then every failed check with its note. */
    public static String text(List<Check> checks) {
        StringBuilder out = new StringBuilder();
        String format = "%-17s %-24s %6s %12s %12s  %-6s %s%n";
        out.append(format(format, "group", "quantity", "checks", "error", "tolerance", "", "at"));
        for (Row row : rows(checks)) {
            out.append(format(
                    format,
                    row.group(),
                    row.quantity(),
                    row.count(),
                    number(row.worst().error()),
                    number(row.worst().tolerance()),
                    verdict(row.failed()),
                    place(row)));
        }
        out.append(format("%n"));
        byGroup(checks)
                .forEach((group, list) ->
                        out.append(format("%-17s %6d checks, %s%n", group, list.size(), verdict(failed(list)))));
        for (Check check : checks) {
            if (!check.passed()) {
                out.append(format(
                        "FAILED %s %s: error %s, tolerance %s%s%n",
                        check.group(),
                        check.name(),
                        number(check.error()),
                        number(check.tolerance()),
                        check.note().isEmpty() ? "" : " (" + check.note() + ")"));
            }
        }
        return out.toString();
    }

    /** The same rows as a Markdown table, and one of the groups. */
    public static String markdown(List<Check> checks) {
        List<String> lines = new ArrayList<>();
        lines.add("| group | checks | failed |");
        lines.add("|---|---:|---:|");
        byGroup(checks)
                .forEach((group, list) -> lines.add(format("| %s | %d | %d |", group, list.size(), failed(list))));
        lines.add("");
        lines.add("| group | quantity | checks | error | tolerance | result | at |");
        lines.add("|---|---|---:|---:|---:|---|---|");
        for (Row row : rows(checks)) {
            lines.add(format(
                    "| %s | %s | %d | %s | %s | %s | %s |",
                    row.group(),
                    row.quantity(),
                    row.count(),
                    number(row.worst().error()),
                    number(row.worst().tolerance()),
                    verdict(row.failed()),
                    place(row)));
        }
        return String.join("\n", lines) + "\n";
    }

    private static Map<String, List<Check>> byGroup(List<Check> checks) {
        Map<String, List<Check>> groups = new LinkedHashMap<>();
        for (Check check : checks) {
            groups.computeIfAbsent(check.group(), group -> new ArrayList<>()).add(check);
        }
        return groups;
    }

    private static int failed(List<Check> checks) {
        return (int) checks.stream().filter(check -> !check.passed()).count();
    }

    private static String verdict(int failed) {
        return failed == 0 ? "pass" : "FAILED";
    }

    /** The check of the largest error; nothing where all errors are zero. */
    private static String place(Row row) {
        return row.worst().error() == 0 ? "" : row.worst().name();
    }

    private static String number(double value) {
        return value == 0 ? "0" : format(value >= 1 && value == Math.rint(value) ? "%.0f" : "%.2g", value);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
