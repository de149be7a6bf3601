package dev.imas.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.UserException;
import dev.imas.run.DurableFiles;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The checkpoints of a run: {@code step-N.safetensors} with all tensors, and {@code step-N.json} with the state, the
 * configuration, the data set's fingerprints and the tensors' checksum. The JSON file is written last and guards itself with a checksum, so a
 * checkpoint exists when its JSON does, and is used when both checksums hold. The newest two and the best are kept.
 */
final class CheckpointStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KEPT = 2;

    /** A verified checkpoint. */
    record Checkpoint(RunState state, JsonNode config, JsonNode data, Path tensors) {
    }

    private final Path folder;

    CheckpointStore(Path folder) {
        this.folder = folder;
    }

    /** Writes a checkpoint and removes those that are no longer kept. */
    void save(RunState state, JsonNode config, JsonNode data, Map<String, Tensor> tensors) throws IOException {
        Files.createDirectories(folder);
        Path weights = folder.resolve(name(state.step()) + ".safetensors");
        WeightFiles.save(tensors, weights, Map.of("step", Long.toString(state.step())));
        ObjectNode content = JSON.createObjectNode();
        content.set("state", JSON.valueToTree(state));
        content.set("config", config);
        content.set("data", data);
        content.putObject("tensors").put("file", weights.getFileName().toString()).put("bytes", Files.size(weights)).put("sha256", DurableFiles.sha256(weights));
        content.put("check", check(content));
        DurableFiles.replace(folder.resolve(name(state.step()) + ".json"), file -> JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), content));
        prune(state);
    }

    /** The newest checkpoint whose checksums hold; says which ones were passed over. */
    Optional<Checkpoint> newest(Consumer<String> message) throws IOException {
        List<Path> descriptions = descriptions();
        for (Path description : descriptions) {
            try {
                return Optional.of(read(description));
            } catch (IOException | RuntimeException e) {
                message.accept("checkpoint " + description.getFileName() + " is damaged (" + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "); using the one before");
            }
        }
        if (!descriptions.isEmpty()) {
            throw new UserException("all " + descriptions.size() + " checkpoints in " + folder + " are damaged; start again with another --out");
        }
        return Optional.empty();
    }

    private Checkpoint read(Path description) throws IOException {
        if (!(JSON.readTree(Files.readAllBytes(description)) instanceof ObjectNode content)) {
            throw new IOException("not a JSON object");
        }
        String expected = content.path("check").asText();
        content.remove("check");
        if (!check(content).equals(expected)) {
            throw new IOException("its checksum differs");
        }
        JsonNode tensors = content.get("tensors");
        Path weights = folder.resolve(tensors.get("file").asText());
        if (!Files.isRegularFile(weights)) {
            throw new IOException(weights.getFileName() + " is missing");
        }
        if (Files.size(weights) != tensors.get("bytes").asLong() || !DurableFiles.sha256(weights).equals(tensors.get("sha256").asText())) {
            throw new IOException("the checksum of " + weights.getFileName() + " differs");
        }
        return new Checkpoint(JSON.treeToValue(content.get("state"), RunState.class), content.get("config"), content.path("data"), weights);
    }

    /** Newest first. */
    private List<Path> descriptions() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("step-\\d+\\.json")).sorted(Comparator.comparing((Path f) -> f.getFileName().toString()).reversed()).toList();
        }
    }

    /** Checkpoints of later steps were passed over as damaged when the run went on from an earlier one. */
    private void prune(RunState state) throws IOException {
        int kept = 0;
        for (Path description : descriptions()) {
            String name = description.getFileName().toString().replace(".json", "");
            boolean later = name.compareTo(name(state.step())) > 0;
            if (!later && kept++ < KEPT || name.equals(name(state.bestStep()))) {
                continue;
            }
            Files.deleteIfExists(description);
            Files.deleteIfExists(folder.resolve(name + ".safetensors"));
        }
    }

    private static String check(ObjectNode content) {
        return DurableFiles.sha256(content.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String name(long step) {
        return String.format(java.util.Locale.ROOT, "step-%09d", step);
    }
}
