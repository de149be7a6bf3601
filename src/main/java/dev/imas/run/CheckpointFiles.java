package dev.imas.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.DurableFiles;
import dev.imas.common.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of checkpoints/: for the checkpoint after step N {@code step-N.safetensors} with its tensors and
 * {@code step-N.json} with everything else. N has nine digits, so that names sort as steps do.
 */
public record CheckpointFiles(Path folder) {
    private static final Pattern DESCRIPTION = Pattern.compile("step-(\\d{1,18})\\.json");
    private static final Pattern FILE = Pattern.compile("step-(\\d{1,18})\\.(json|safetensors)");
    private static final Pattern LEFT = Pattern.compile("step-\\d{1,18}\\.(safetensors|safetensors\\.tmp|json\\.tmp)");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Where the tensors after a step are. */
    public Path tensors(long step) {
        return folder.resolve(name(step) + ".safetensors");
    }

    /** Where everything else after a step is. */
    public Path description(long step) {
        return folder.resolve(name(step) + ".json");
    }

    /** The steps that have a description, newest first; none if there is no folder. */
    public List<Long> steps() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> DESCRIPTION.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Long.valueOf(name.group(1)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Removes a checkpoint, its description first, without which it does not count. */
    public void delete(long step) throws IOException {
        Files.deleteIfExists(description(step));
        Files.deleteIfExists(tensors(step));
    }

    /**
     * What a checkpoint's files hold, verified.
     *
     * @param content the description without its own checksum
     * @param tensors the file of its tensors, whose checksum is the description's
     */
    public record Content(ObjectNode content, Path tensors) {}

    /** @throws IOException saying what is damaged or missing, in words that follow the description's name */
    public Content read(long step) throws IOException {
        ObjectNode content = object(Files.readAllBytes(description(step)));
        String expected = content.path("check").asText();
        content.remove("check");
        if (!check(content).equals(expected)) {
            throw new IOException("its checksum differs");
        }
        JsonNode tensors = content.path("tensors");
        Path weights = tensors(step);
        if (!tensors.path("file").asText().equals(weights.getFileName().toString())) {
            throw new IOException("it names other tensors than its own, " + weights.getFileName());
        }
        if (!Files.isRegularFile(weights)) {
            throw new IOException(weights.getFileName() + " is missing");
        }
        if (Files.size(weights) != tensors.path("bytes").asLong()
                || !Sha256.of(weights).equals(tensors.path("sha256").asText())) {
            throw new IOException("the checksum of " + weights.getFileName() + " differs");
        }
        return new Content(content, weights);
    }

    private static ObjectNode object(byte[] description) throws IOException {
        try {
            if (JSON.readTree(description) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IOException("it is cut or no JSON", e);
        }
        throw new IOException("not a JSON object");
    }

    /** Writes the description of a checkpoint whose tensors are there, with checksums of both. */
    public void describe(long step, ObjectNode content) throws IOException {
        Path weights = tensors(step);
        content.putObject("tensors")
                .put("file", weights.getFileName().toString())
                .put("bytes", Files.size(weights))
                .put("sha256", Sha256.of(weights));
        content.put("check", check(content));
        DurableFiles.replace(
                description(step), file -> JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), content));
    }

    private static String check(ObjectNode content) {
        return Sha256.of(content.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The step that a file of a checkpoint belongs to by its name; empty for other files. */
    public static OptionalLong step(Path file) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
    }

    /** Removes what a run left that was stopped before its first checkpoint was whole; where there is one, nothing. */
    public void clear() throws IOException {
        if (!Files.isDirectory(folder) || !steps().isEmpty()) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(found ->
                            LEFT.matcher(found.getFileName().toString()).matches())
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    private static String name(long step) {
        return String.format(Locale.ROOT, "step-%09d", step);
    }
}
