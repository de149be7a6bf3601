package dev.imas.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Set;

/** How to get this run again: the command, the machine and versions it ran with, and every setting. */
final class SetupSection {
    /** Keys of summary.json that the head of the page already tells. */
    private static final Set<String> TOLD = Set.of("name", "method", "seed", "steps", "epochs", "miou_student", "miou_teacher", "best_teacher",
            "best_epoch", "seconds", "data_wait_share", "rss_first", "rss_last", "device", "precision", "data");

    private SetupSection() {
    }

    static String html(Run run) {
        StringBuilder body = new StringBuilder();
        if (!run.configText().isEmpty()) {
            Path dir = relative(run.dir());
            String command = "imas train --config " + quoted(dir.resolve("config.yaml").toString()) + " --out " + quoted(dir + "-again");
            body.append("<pre class=\"command\"><code>").append(Html.escape(command)).append("</code></pre>\n");
        }
        StringBuilder rows = new StringBuilder();
        rows(rows, run.summary(), TOLD);
        if (!rows.isEmpty()) {
            body.append("<div class=\"scroll\"><table class=\"facts\"><tbody>\n").append(rows).append("</tbody></table></div>\n");
        }
        if (!run.configText().isEmpty()) {
            body.append("<details><summary>Resolved configuration</summary>\n<pre><code>").append(Html.escape(run.configText())).append("</code></pre></details>\n");
        }
        return body.isEmpty() ? "" : Html.section("setup", "Reproduce", run.configText().isEmpty() ? ""
                : "The configuration holds every setting and the seed. On a CPU the same data and versions give the same weights bit for bit.", body.toString());
    }

    /** One row a value, but those already told; the values of a group, such as the versions, stand under their own names. */
    private static void rows(StringBuilder rows, JsonNode node, Set<String> told) {
        node.fields().forEachRemaining(field -> {
            if (told.contains(field.getKey())) {
                return;
            }
            String key = field.getKey().replace('_', ' ');
            if (field.getValue().isObject()) {
                rows(rows, field.getValue(), Set.of());
            } else {
                String value = field.getValue().isValueNode() ? field.getValue().asText() : field.getValue().toString();
                rows.append("<tr><th scope=\"row\">").append(Html.escape(key)).append("</th><td>").append(Html.escape(value)).append("</td></tr>\n");
            }
        });
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
