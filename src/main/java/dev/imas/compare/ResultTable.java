package dev.imas.compare;

import dev.imas.report.Compared;
import dev.imas.report.Compared.Difference;
import dev.imas.report.Compared.Group;
import dev.imas.report.Compared.Result;
import dev.imas.report.Compared.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The tables of a comparison in Markdown, which a terminal shows as well: columns are padded. */
final class ResultTable {
    private ResultTable() {}

    static String markdown(Compared compared) {
        StringBuilder text = new StringBuilder();
        for (Group group : compared.groups()) {
            text.append(group.title().isEmpty() ? "" : "### " + group.title() + "\n\n");
            text.append(padded(rows(group)));
            if (!group.differences().isEmpty()) {
                text.append('\n').append(padded(differences(group)));
            }
            text.append(group.verdict().isEmpty() ? "" : "\n" + Compared.capital(group.verdict()) + ".\n");
            group.remarks().forEach(remark -> text.append('\n').append(remark).append('\n'));
            text.append('\n');
        }
        return text.toString().stripTrailing() + "\n";
    }

    private static List<List<String>> rows(Group group) {
        boolean gap = group.rows().stream().anyMatch(row -> row.gap().isPresent());
        List<List<String>> rows = new ArrayList<>();
        boolean end = group.rows().stream().anyMatch(row -> !Double.isNaN(row.end()));
        rows.add(new ArrayList<>(List.of("method", "mIoU %", "seeds", "each", "steps", "minutes")));
        if (end) {
            rows.get(0).add(4, "at the end");
        }
        if (gap) {
            rows.get(0).add("of the gap %");
        }
        for (Row row : group.rows()) {
            List<String> cells = new ArrayList<>(List.of(
                    row.name(),
                    withSpread(row),
                    String.valueOf(row.runs().stream().filter(Result::finished).count()),
                    row.runs().stream().map(ResultTable::each).collect(Collectors.joining(" / ")),
                    String.valueOf(row.steps()),
                    Double.isNaN(row.seconds()) ? "–" : fixed(row.seconds() / 60)));
            if (end) {
                cells.add(4, Double.isNaN(row.end()) ? "–" : fixed(100 * row.end()));
            }
            if (gap) {
                cells.add(row.gap()
                        .map(share -> String.valueOf(Math.round(100 * share)))
                        .orElse("–"));
            }
            rows.add(cells);
        }
        return rows;
    }

    private static String withSpread(Row row) {
        return Double.isNaN(row.mean())
                ? "–"
                : fixed(100 * row.mean()) + (Double.isNaN(row.spread()) ? "" : " ± " + fixed(100 * row.spread()));
    }

    private static String each(Result result) {
        return !result.finished() || Double.isNaN(result.miou()) ? "–" : fixed(100 * result.miou());
    }

    private static List<List<String>> differences(Group group) {
        List<List<String>> rows = new ArrayList<>();
        boolean end = group.differences().stream()
                .anyMatch(difference -> !Double.isNaN(difference.end().points()));
        rows.add(new ArrayList<>(List.of("difference", "points", "95 % interval", "seeds", "seen")));
        if (end) {
            rows.get(0).add("at the end");
        }
        for (Difference difference : group.differences()) {
            boolean known = !Double.isNaN(difference.half());
            List<String> cells = new ArrayList<>(List.of(
                    difference.name(),
                    withHalf(difference.points(), difference.half()),
                    known
                            ? Verdict.signed(difference.points() - difference.half()) + " to "
                                    + Verdict.signed(difference.points() + difference.half())
                            : "–",
                    String.valueOf(difference.seeds()),
                    difference.seen() ? "yes" : "no"));
            if (end) {
                cells.add(withHalf(difference.end().points(), difference.end().half()));
            }
            rows.add(cells);
        }
        return rows;
    }

    private static String withHalf(double points, double half) {
        return Double.isNaN(points)
                ? "–"
                : Verdict.signed(points) + (Double.isNaN(half) ? "" : " ± " + fixed(100 * half));
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String padded(List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        });
        for (int r = 0; r < rows.size(); r++) {
            for (int c = 0; c < columns; c++) {
                String cell = rows.get(r).get(c);
                String space = " ".repeat(widths[c] - cell.length());
                text.append("| ").append(c == 0 ? cell + space : space + cell).append(' ');
            }
            text.append("|\n");
            if (r == 0) {
                for (int c = 0; c < columns; c++) {
                    text.append('|')
                            .append("-".repeat(widths[c] + (c == 0 ? 2 : 1)))
                            .append(c == 0 ? "" : ":");
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }
}
