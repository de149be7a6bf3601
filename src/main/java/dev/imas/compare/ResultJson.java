package dev.imas.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.imas.config.Names;
import dev.imas.report.Compared;
import dev.imas.report.Compared.Difference;
import dev.imas.report.Compared.Group;
import dev.imas.report.Compared.Row;
import dev.imas.run.ValidationCounts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** Every figure of a comparison, for programs: shares in [0,1], null where there is none. */
final class ResultJson {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final ObjectMapper FLAT = new ObjectMapper();

    private ResultJson() {}

    static String of(Setup setup, List<Entry> entries, Compared compared) throws JsonProcessingException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("title", compared.title());
        all.put("facts", compared.facts());
        all.put("methods", setup.methods().stream().map(Names::word).toList());
        all.put("seeds", setup.seeds());
        all.put("labels", setup.labels());
        all.put(
                "classes",
                compared.classes().stream().map(Compared.ClassName::name).toList());
        all.put("groups", compared.groups().stream().map(ResultJson::group).toList());
        all.put("draws", Bootstrap.DRAWS);
        String head = JSON.writeValueAsString(all);
        StringBuilder text =
                new StringBuilder(head.substring(0, head.lastIndexOf('}')).stripTrailing());
        text.append(",\n  \"runs\" : [");
        for (int i = 0; i < entries.size(); i++) { // a run a line: counts would else fill a page each
            text.append(i == 0 ? "\n    " : ",\n    ").append(FLAT.writeValueAsString(run(entries.get(i))));
        }
        return text.append("\n  ]\n}\n").toString();
    }

    private static Map<String, Object> group(Group group) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("title", group.title());
        json.put("verdict", group.verdict());
        json.put("remarks", group.remarks());
        json.put("rows", group.rows().stream().map(ResultJson::row).toList());
        json.put(
                "differences",
                group.differences().stream().map(ResultJson::difference).toList());
        return json;
    }

    private static Map<String, Object> row(Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("method", row.name());
        json.put("miou", known(row.mean()));
        json.put("spread", known(row.spread()));
        json.put("miou_at_the_end", known(row.end()));
        json.put("of_the_gap", row.gap().orElse(null));
        json.put("steps", row.steps());
        json.put("seconds", known(row.seconds()));
        json.put("iou", each(row.iou().length, c -> row.iou()[c]));
        return json;
    }

    private static Map<String, Object> difference(Difference difference) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("of", difference.name());
        json.put("points", 100 * difference.points());
        json.put("half_interval", known(100 * difference.half()));
        json.put("seeds", difference.seeds());
        json.put("seen", difference.seen());
        json.put("points_at_the_end", known(100 * difference.end().points()));
        json.put("half_interval_at_the_end", known(100 * difference.end().half()));
        return json;
    }

    private static Map<String, Object> run(Entry entry) {
        RunFacts facts = entry.facts();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", facts.directory().root().getFileName().toString());
        json.put("group", entry.group());
        json.put("method", entry.method());
        json.put("ceiling", entry.ceiling());
        json.put("seed", entry.seed());
        json.put("finished", facts.finished());
        json.put("steps", facts.steps());
        json.put("seconds", known(facts.seconds()));
        json.put("miou", known(facts.miou()));
        json.put("miou_at_the_end", known(facts.miouAtTheEnd()));
        double[] iou = facts.iou();
        json.put("iou", each(iou.length, c -> iou[c]));
        facts.counts().ifPresent(counts -> json.put("pictures", pictures(counts)));
        return json;
    }

    private static Map<String, Object> pictures(ValidationCounts counts) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("names", counts.pictures());
        json.put("truth", counts.truth());
        json.put("predicted", counts.predicted());
        json.put("both", counts.both());
        return json;
    }

    private static List<Double> each(int size, IntToDoubleFunction figure) {
        List<Double> figures = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            figures.add(known(figure.applyAsDouble(i)));
        }
        return figures;
    }

    private static Double known(double figure) {
        return Double.isFinite(figure) ? figure : null;
    }
}
