package dev.imas.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.UserException;
import dev.imas.nn.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory of recorded inputs and outputs, in the layout of the published implementation's recordings. */
public record GoldenData(Path root) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public GoldenData {
        if (!Files.isDirectory(root)) {
            throw new UserException("no directory of recorded data at " + root + "; give one with --golden DIR");
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
        return JSON.readTree(Files.readAllBytes(root.resolve(path)));
    }

    /** The safetensors file at a path below the root. */
    public SafetensorsFile tensors(String path) throws IOException {
        return SafetensorsFile.read(root.resolve(path));
    }

    /** A recorded number: JSON numbers, or the strings NaN, Infinity, -Infinity. */
    public static double number(JsonNode node) {
        return node.isTextual() ? Double.parseDouble(node.asText()) : node.doubleValue();
    }
}
