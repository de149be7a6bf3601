package dev.imas.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.run.RunDirectory;
import dev.imas.run.Summary.Figure;
import java.nio.file.Path;

/** How to get this run again: the command, the machine and versions it ran with, and every setting. */
final class SetupSection {
    private SetupSection() {}

    static String html(Run run) {
        StringBuilder body = new StringBuilder();
        if (!run.config().text().isEmpty()) {
            RunDirectory dir = new RunDirectory(relative(run.directory().root()));
            String command = "imas train --config " + quoted(dir.config().toString()) + " --out "
                    + quoted(dir.root() + "-again");
            body.append("<pre class=\"command\"><code>")
                    .append(Html.escape(command))
                    .append("</code></pre>\n");
        }
        StringBuilder rows = new StringBuilder();
        run.summary().others().forEach((key, value) -> row(rows, key, value));
        if (!rows.isEmpty()) {
            body.append("<div class=\"scroll\"><table class=\"facts\"><tbody>\n")
                    .append(rows)
                    .append("</tbody></table></div>\n");
        }
        if (!run.config().text().isEmpty()) {
            body.append("<details><summary>Resolved configuration</summary>\n<pre><code>")
                    .append(Html.escape(run.config().text()))
                    .append("</code></pre></details>\n");
        }
        String lead = run.config().text().isEmpty() ? "" : lead(run);
        return body.isEmpty() ? "" : Html.section("setup", "Reproduce", lead, body.toString());
    }

    private static String lead(Run run) {
        double rebuilt = run.summary().number(Figure.SCHEDULE_REBUILT_AT);
        String settings = "The configuration holds every setting and the seed. ";
        return rebuilt > 0
                ? settings + "Another number of epochs has held since step " + Format.count((long) rebuilt)
                        + ", when the run was resumed: trained anew, the weights are others."
                : settings + "On a CPU the same data and versions give the same weights bit for bit.";
    }

    /** One row a value; the values of a group, such as the versions, stand under their own names. */
    private static void row(StringBuilder rows, String key, JsonNode value) {
        if (value.isObject()) {
            value.fields().forEachRemaining(field -> row(rows, field.getKey(), field.getValue()));
            return;
        }
        rows.append("<tr><th scope=\"row\">")
                .append(Html.escape(key.replace('_', ' ')))
                .append("</th><td>")
                .append(Html.escape(value.isValueNode() ? value.asText() : value.toString()))
                .append("</td></tr>\n");
    }

    /** As a person in this directory would type it. */
    private static Path relative(Path dir) {
        Path here = Path.of("").toAbsolutePath();
        Path there = dir.toAbsolutePath().normalize();
        return there.startsWith(here) && !there.equals(here) ? here.relativize(there) : there;
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w./+:=@,-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
