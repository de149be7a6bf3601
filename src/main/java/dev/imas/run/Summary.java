package dev.imas.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * summary.json as it is found: any part may be missing, of a run that is still going or by another version.
 *
 * @param json the file's object; a missing node where there is none
 */
public record Summary(JsonNode json) {
    /** That of a run which has not finished. */
    public static final Summary NONE = new Summary(MissingNode.getInstance());

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    private static final String DATA = "data";
    /** Of the best mIoU in files of version 0.1.0, which was always the teacher's. */
    private static final String BEST_BEFORE = "best_teacher";

    /** The figures of {@link RunSummary}, by the names of its components. */
    public enum Figure {
        NAME,
        METHOD,
        SEED,
        DEVICE,
        PRECISION,
        STEPS,
        EPOCHS,
        MIOU_STUDENT,
        MIOU_TEACHER,
        BEST_MIOU,
        BEST_EPOCH,
        SECONDS,
        DATA_WAIT_SHARE,
        RSS_FIRST,
        RSS_LAST,
        KEPT_EPOCH,
        RESULT,
        SCHEDULE_REBUILT_AT,
        SECONDS_FROM_STEP;

        /** As in the file. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a run learned from and was measured on: numbers of pictures.
     *
     * @param fingerprints what tells each list from others
     */
    public record Data(long labeled, long unlabeled, long validation, Map<String, String> fingerprints) {}

    /** What the run was made with. */
    public record Versions(String imas, String libtorch, String java) {}

    /**
     * Where the run was made.
     *
     * @param cores        processors that Java sees
     * @param threads      libtorch's
     * @param channelsLast pictures and weights were stored NHWC
     */
    public record Machine(String cpu, int cores, int threads, String os, String device, boolean channelsLast) {}

    /** Numbers of pictures as found; the validation images of older runs are not known. */
    public record Pictures(long labeled, long unlabeled, OptionalLong validation) {}

    /** Writes or replaces the file. */
    public static void write(Path file, RunSummary figures, Data data, Versions versions, Machine machine)
            throws IOException {
        ObjectNode json = JSON.valueToTree(figures);
        json.set(DATA, JSON.valueToTree(data));
        json.set("versions", JSON.valueToTree(versions));
        json.set("machine", JSON.valueToTree(machine));
        DurableFiles.replace(file, beside -> JSON.writeValue(beside.toFile(), json));
    }

    /**
     * Parses the text of a file.
     *
     * @throws IOException saying what is wrong with it, in words that follow the file's name
     */
    public static Summary parse(String text) throws IOException {
        try {
            JsonNode node = JSON.readTree(text);
            if (node == null || !node.isObject()) {
                throw new IOException("is not a JSON object");
            }
            return new Summary(node);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "is damaged"
                            + (e.getLocation() == null
                                    ? ""
                                    : " in line " + e.getLocation().getLineNr() + ", column "
                                            + e.getLocation().getColumnNr()),
                    e);
        }
    }

    /** Whether there is one: the run finished. */
    public boolean found() {
        return json.isObject();
    }

    /** A figure as text. */
    public Optional<String> text(Figure figure) {
        JsonNode node = json.path(figure.key());
        return node.isValueNode() && !node.isNull() && !node.asText().isBlank()
                ? Optional.of(node.asText())
                : Optional.empty();
    }

    /** A figure as a number; NaN if it is not there. */
    public double number(Figure figure) {
        JsonNode node = json.path(figure == Figure.BEST_MIOU && !json.has(figure.key()) ? BEST_BEFORE : figure.key());
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }

    /** What there is beside the figures and the pictures, such as versions and machine, in the file's order. */
    public Map<String, JsonNode> others() {
        Map<String, JsonNode> others = new LinkedHashMap<>();
        json.fields().forEachRemaining(field -> others.put(field.getKey(), field.getValue()));
        others.remove(DATA);
        others.remove(BEST_BEFORE);
        Stream.of(Figure.values()).forEach(figure -> others.remove(figure.key()));
        return others;
    }

    /** How many pictures there were. */
    public Optional<Pictures> pictures() {
        JsonNode data = json.path(DATA);
        if (!data.path("labeled").isIntegralNumber()) {
            return Optional.empty();
        }
        OptionalLong validation =
                data.has("validation") ? OptionalLong.of(data.path("validation").asLong()) : OptionalLong.empty();
        return Optional.of(new Pictures(
                data.path("labeled").asLong(), data.path("unlabeled").asLong(), validation));
    }
}
