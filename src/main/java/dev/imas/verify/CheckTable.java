package dev.imas.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Checks as a table: one row for each group and quantity (what follows the last dot of a check's name) with its
 * number of comparisons, largest error, tolerance and the case where that error occurred.
 */
public final class CheckTable {
    /**
     * All checks of one quantity with the same tolerance.
     *
     * @param worst  the failed check, else the one with the largest error
     * @param count  comparisons
     * @param failed of which failed
     */
    public record Row(String group, String quantity, Check worst, int count, int failed) {
        private Row with(Check check) {
            return new Row(group, quantity, worse(check, worst) ? check : worst, count + 1, failed + (check.passed() ? 0 : 1));
        }

        /** NaN is worse than any number. */
        private static boolean worse(Check a, Check b) {
            return Double.compare(a.error(), b.error()) > 0;
        }
    }

    private CheckTable() {
    }

    /** One row a group, quantity and tolerance, in the order they first occur. */
    public static List<Row> rows(List<Check> checks) {
        Map<List<Object>, Row> rows = new LinkedHashMap<>();
        for (Check check : checks) {
            String quantity = check.name().substring(check.name().lastIndexOf('.') + 1);
            rows.merge(List.of(check.group(), quantity, check.tolerance()),
                    new Row(check.group(), quantity, check, 1, check.passed() ? 0 : 1), (row, one) -> row.with(check));
        }
        return List.copyOf(rows.values());
    }

    /** For a terminal: the rows by group, a line for each group, then every failed check with its note. */
    public static String text(List<Check> checks) {
        StringBuilder out = new StringBuilder();
        String format = "%-17s %-24s %6s %12s %12s  %-6s %s%n";
        out.append(format(format, "group", "quantity", "checks", "error", "tolerance", "", "at"));
        for (Row row : rows(checks)) {
            out.append(format(format, row.group(), row.quantity(), row.count(), number(row.worst().error()),
                    number(row.worst().tolerance()), verdict(row.failed()), caseOf(row)));
        }
        out.append(format("%n"));
        byGroup(checks).forEach((group, list) -> out.append(format("%-17s %6d checks, %s%n", group, list.size(), verdict(failed(list)))));
        for (Check check : checks) {
            if (!check.passed()) {
                out.append(format("FAILED %s %s: error %s, tolerance %s%s%n", check.group(), check.name(), number(check.error()),
                        number(check.tolerance()), check.note().isEmpty() ? "" : " (" + check.note() + ")"));
            }
        }
        return out.toString();
    }

    /** The same rows as a Markdown table, and one of the groups. */
    public static String markdown(List<Check> checks) {
        List<String> lines = new ArrayList<>();
        lines.add("| group | checks | failed |");
        lines.add("|---|---:|---:|");
        byGroup(checks).forEach((group, list) -> lines.add(format("| %s | %d | %d |", group, list.size(), failed(list))));
        lines.add("");
        lines.add("| group | quantity | checks | largest error | tolerance | result | at |");
        lines.add("|---|---|---:|---:|---:|---|---|");
        for (Row row : rows(checks)) {
            lines.add(format("| %s | %s | %d | %s | %s | %s | %s |", row.group(), row.quantity(), row.count(),
                    number(row.worst().error()), number(row.worst().tolerance()), verdict(row.failed()), caseOf(row)));
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

    /** The case of the largest error; nothing where all errors are zero. */
    private static String caseOf(Row row) {
        String name = row.worst().name();
        int dot = name.lastIndexOf('.');
        return row.worst().error() == 0 || dot < 0 ? "" : name.substring(0, dot);
    }

    private static String number(double value) {
        return value == 0 ? "0" : format(value >= 1 && value == Math.rint(value) ? "%.0f" : "%.2g", value);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
