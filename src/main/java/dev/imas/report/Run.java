package dev.imas.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.run.CsvFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Everything a run directory tells, with a note for everything it does not.
 *
 * @param config     parsed config.yaml; empty if it is missing or unreadable
 * @param configText config.yaml as it stands, or empty
 * @param summary    summary.json; a missing node if it is missing or unreadable
 * @param notes      sentences for the reader on what is missing or damaged
 */
record Run(Path dir, Map<?, ?> config, String configText, JsonNode summary, Metrics metrics, Hardness hardness,
           List<ClassIou> classes, Samples samples, List<String> notes) {
    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    /** IoU in [0,1] of one class; NaN if not measured. */
    record ClassIou(int index, String name, double student, double teacher) {
    }

    /** @throws UserException when the directory is none, or none of the files that a run leaves is in it */
    static Run read(Path dir) {
        if (!Files.isDirectory(dir)) {
            throw new UserException(dir + " is not a directory, expected the directory of a run (train's --out)");
        }
        List<String> files = List.of("config.yaml", "metrics.csv", "hardness.csv", "class_iou.csv", "summary.json");
        if (files.stream().noneMatch(f -> Files.isRegularFile(dir.resolve(f))) && !Samples.present(dir.resolve("samples"))) {
            throw new UserException(dir + " holds no file of a run, expected at least one of " + String.join(", ", files)
                    + ", samples/; give the directory that train wrote to");
        }
        List<String> notes = new ArrayList<>();
        JsonNode summary = readSummary(dir, notes);
        String configText = readText(dir.resolve("config.yaml"), "the settings of this run are not known", notes);
        Map<?, ?> config = parseYaml(configText, notes);
        Metrics metrics = has(dir, "metrics.csv", "there are no curves", notes)
                ? Metrics.read(dir.resolve("metrics.csv"), notes) : Metrics.NONE;
        List<ClassIou> classes = has(dir, "class_iou.csv", "no evaluation has finished, or the file was removed", notes)
                ? readClasses(dir.resolve("class_iou.csv"), notes) : List.of();
        boolean unlabelledUsed = !methodOf(summary, config).equals("SUPERVISED");
        Hardness hardness = Files.isRegularFile(dir.resolve("hardness.csv"))
                || unlabelledUsed && has(dir, "hardness.csv", "no epoch has finished, or the file was removed", notes)
                ? Hardness.read(dir.resolve("hardness.csv"), notes) : Hardness.NONE;
        Samples samples = Samples.read(dir.resolve("samples"), notes);
        if (samples.total() == 0) {
            notes.add("samples/ has no pictures: validation images are not shown.");
        }
        tellNonFinite(metrics, notes);
        return new Run(dir, config, configText, summary, metrics, hardness, classes, samples, List.copyOf(notes));
    }

    private static boolean has(Path dir, String file, String consequence, List<String> notes) {
        boolean there = Files.isRegularFile(dir.resolve(file));
        if (!there) {
            notes.add(file + " is missing: " + consequence + ".");
        }
        return there;
    }

    private static JsonNode readSummary(Path dir, List<String> notes) {
        String text = readText(dir.resolve("summary.json"), "the run is still going or was stopped; figures are from the last rows of metrics.csv", notes);
        if (!text.isEmpty()) {
            try {
                JsonNode node = JSON.readTree(text);
                if (node != null && node.isObject()) {
                    return node;
                }
                notes.add("summary.json is not a JSON object; figures are from the last rows of metrics.csv.");
            } catch (JsonProcessingException e) {
                String where = e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
                notes.add("summary.json is damaged" + where + "; figures are from the last rows of metrics.csv.");
            }
        }
        return MissingNode.getInstance();
    }

    private static String readText(Path file, String consequence, List<String> notes) {
        if (!has(file.getParent(), file.getFileName().toString(), consequence, notes)) {
            return "";
        }
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            notes.add(file.getFileName() + " cannot be read (" + e + ").");
            return "";
        }
    }

    private static Map<?, ?> parseYaml(String text, List<String> notes) {
        if (text.isEmpty()) {
            return Map.of();
        }
        try {
            if (new Yaml(new SafeConstructor(new LoaderOptions())).load(text) instanceof Map<?, ?> map) {
                return map;
            }
            notes.add("config.yaml holds no keys.");
        } catch (YAMLException | StackOverflowError e) {
            notes.add("config.yaml is damaged (" + firstLine(e.getMessage()) + ").");
        }
        return Map.of();
    }

    private static List<ClassIou> readClasses(Path file, List<String> notes) {
        List<ClassIou> classes = new ArrayList<>();
        CsvFile.read(file, List.of("class", "name"), List.of("iou_student", "iou_teacher"), notes, row -> {
            long index = row.integer("class");
            if (index > 254) {
                throw new CsvFile.BadRow();
            }
            classes.add(new ClassIou((int) index, row.text("name"), row.number("iou_student"), row.number("iou_teacher")));
        });
        return List.copyOf(classes);
    }

    private static void tellNonFinite(Metrics metrics, List<String> notes) {
        List<Metrics.Row> odd = metrics.rows().stream()
                .filter(r -> Double.isFinite(r.lr()) && !Double.isFinite(r.lossSup()) || Double.isInfinite(r.lossUnsup())).toList();
        if (!odd.isEmpty()) {
            notes.add("The loss is not a finite number in " + Format.count(odd.size()) + " rows of metrics.csv, first at step "
                    + Format.count(odd.get(0).step()) + ": the training may have diverged.");
        }
    }

    private static String firstLine(String text) {
        return text == null ? "no reason given" : text.lines().findFirst().orElse("no reason given");
    }

    /** A key of summary.json as text, or of the top level of config.yaml, or {@code otherwise}. */
    String text(String key, String otherwise) {
        return text(summary, config, key, otherwise);
    }

    private static String text(JsonNode summary, Map<?, ?> config, String key, String otherwise) {
        JsonNode node = summary.path(key);
        if (node.isValueNode() && !node.isNull() && !node.asText().isBlank()) {
            return node.asText();
        }
        Object value = config.get(key);
        return value == null || value.toString().isBlank() ? otherwise : value.toString();
    }

    /** A number of summary.json, NaN if it is not there. */
    double number(String key) {
        JsonNode node = summary.path(key);
        if (node.isNumber()) {
            return node.asDouble();
        }
        return Double.NaN;
    }

    /** A value of config.yaml by its dotted path, as text; empty if it is not there. */
    String setting(String path) {
        Object value = config;
        for (String key : path.split("\\.")) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return value == null ? "" : value.toString();
    }

    /** IMAS, UNIFORM or SUPERVISED; empty if unknown. */
    String method() {
        return methodOf(summary, config);
    }

    private static String methodOf(JsonNode summary, Map<?, ?> config) {
        return text(summary, config, "method", "").toUpperCase(Locale.ROOT);
    }

    /** The name of the run, else of its directory. */
    String name() {
        Path file = dir.toAbsolutePath().normalize().getFileName();
        return text("name", file == null ? "run" : file.toString());
    }

    boolean finished() {
        return summary.isObject();
    }

    /** mIoU of the last evaluation. */
    double miouTeacher() {
        double value = number("miou_teacher");
        return Double.isNaN(value) ? metrics.series(Metrics.Row::miouTeacher).last() : value;
    }

    double miouStudent() {
        double value = number("miou_student");
        return Double.isNaN(value) ? metrics.series(Metrics.Row::miouStudent).last() : value;
    }

    /** Name of a class: as in class_iou.csv, else data.class_names, else its number. */
    String className(int index) {
        return Stream.concat(
                classes.stream().filter(c -> c.index == index).map(ClassIou::name),
                config.get("data") instanceof Map<?, ?> data && data.get("class_names") instanceof List<?> names && index < names.size()
                        ? Stream.of(String.valueOf(names.get(index))) : Stream.<String>empty())
                .filter(name -> !name.isBlank()).findFirst().orElse("class " + index);
    }

    /** Colour of a class as #rrggbb: as in the samples, else data.palette; null if neither is there. */
    String classColor(int index) {
        if (samples.colors() != null) {
            return String.format(Locale.ROOT, "#%06x", samples.colors()[index]);
        }
        Object color = config.get("data") instanceof Map<?, ?> data && data.get("palette") instanceof List<?> palette
                && index < palette.size() ? palette.get(index) : null;
        OptionalInt rgb = Colors.parse(String.valueOf(color));
        return rgb.isPresent() ? Colors.hex(rgb.getAsInt()) : null;
    }
}
