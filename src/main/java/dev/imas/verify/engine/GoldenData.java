package dev.imas.verify.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A directory of recorded inputs and outputs, in the layout of the published implementation's recordings. */
public record GoldenData(Path root) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BUILT_IN = "/golden/";

    public GoldenData {
        if (!Files.isDirectory(root)) {
            throw new UserException("no directory of recorded data at " + root + "; give one with --golden DIR");
        }
    }

    /** The set inside the jar (a small part of the recordings, every group), unpacked to a temporary directory. */
    public static GoldenData builtIn() {
        try {
            Path root = Files.createTempDirectory("imas-golden");
            root.toFile().deleteOnExit();
            for (Map.Entry<String, JsonNode> file :
                    JSON.readTree(resource("manifest.json")).properties()) {
                Path target = root.resolve(file.getKey());
                if (Files.notExists(target.getParent())) {
                    Files.createDirectories(target.getParent()).toFile().deleteOnExit();
                }
                Files.write(target, resource(file.getKey()));
                target.toFile().deleteOnExit();
            }
            return new GoldenData(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String path) throws IOException {
        try (InputStream in = GoldenData.class.getResourceAsStream(BUILT_IN + path)) {
            if (in == null) {
                throw new UserException(
                        "the built-in recorded data lack " + path + "; the jar is damaged, build it again");
            }
            return in.readAllBytes();
        }
    }

    /** The names of the folders in the root, sorted; hidden ones left out. */
    public List<String> folders() {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserException("cannot list " + root + " (" + FileProblem.of(e, root) + ")", e);
        }
    }

    public boolean has(String path) {
        return Files.exists(root.resolve(path));
    }

    public Path file(String path) {
        return root.resolve(path);
    }

    /** The JSON file at a path below the root. */
    public JsonNode json(String path) throws IOException {
        try {
            return JSON.readTree(Files.readAllBytes(root.resolve(path)));
        } catch (JsonProcessingException e) {
            throw new UserException(
                    root.resolve(path) + " is not JSON: " + e.getOriginalMessage() + "; fetch the recorded data again",
                    e);
        }
    }

    /** The safetensors file at a path below the root. */
    public SafetensorsFile tensors(String path) throws IOException {
        return SafetensorsFile.read(root.resolve(path));
    }

    /** The value of a key that a recorded case must have. */
    public static JsonNode field(JsonNode node, String key) {
        JsonNode value = node.get(key);
        if (value == null) {
            String name = node.path("name").asText("");
            throw new UserException("the recorded data lack the key '" + key + "'"
                    + (name.isEmpty() ? "" : " in case '" + name + "'") + "; fetch them again");
        }
        return value;
    }

    /** An element that a recorded list must have. */
    public static JsonNode item(JsonNode list, int index) {
        JsonNode value = list.get(index);
        if (value == null) {
            throw new UserException("the recorded data hold the list " + list + " where at least " + (index + 1)
                    + " elements were expected; fetch them again");
        }
        return value;
    }

    /** A recorded pair of rows and columns. */
    public static int[] size(JsonNode list) {
        return new int[] {ints(item(list, 0))[0], ints(item(list, 1))[0]};
    }

    /** A recorded number: JSON numbers, or the strings NaN, Infinity, -Infinity. */
    public static double number(JsonNode node) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        return switch (node.asText()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw new UserException("the recorded data hold " + node + " where a number was expected");
        };
    }

    /** A recorded list of numbers as float32. */
    public static float[] floats(JsonNode list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) number(list.get(i));
        }
        return values;
    }

    /** A recorded list of integers; nested lists are joined. */
    public static int[] ints(JsonNode list) {
        return list.isArray()
                ? StreamSupport.stream(list.spliterator(), false)
                        .flatMapToInt(n -> Arrays.stream(ints(n)))
                        .toArray()
                : new int[] {(int) number(list)};
    }
}
