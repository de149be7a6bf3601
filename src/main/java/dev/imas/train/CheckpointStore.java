package dev.imas.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.Sha256;
import dev.imas.common.UserException;
import dev.imas.run.CheckpointFiles;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * The checkpoints of a run ({@link CheckpointFiles}): a file with all tensors, and a description with the state, the
 * configuration, the data set's fingerprints and the tensors' checksum. The description is written last and guards
 * itself with a checksum, so a checkpoint exists when its description does, and is used when both checksums hold. The
 * newest two and the best are kept.
 */
final class CheckpointStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KEPT = 2;

    /** A verified checkpoint. */
    record Checkpoint(RunState state, JsonNode config, JsonNode data, Path tensors) {}

    private final CheckpointFiles files;

    CheckpointStore(CheckpointFiles files) {
        this.files = files;
    }

    /** Writes a checkpoint and removes those that are no longer kept. */
    void save(RunState state, JsonNode config, JsonNode data, Map<String, Tensor> tensors) throws IOException {
        if (!Files.isDirectory(files.folder())) {
            DurableFiles.createFolder(files.folder());
        }
        Path weights = files.tensors(state.step());
        WeightFiles.save(tensors, weights, Map.of("step", Long.toString(state.step())));
        ObjectNode content = JSON.createObjectNode();
        content.set("state", JSON.valueToTree(state));
        content.set("config", config);
        content.set("data", data);
        content.putObject("tensors")
                .put("file", weights.getFileName().toString())
                .put("bytes", Files.size(weights))
                .put("sha256", Sha256.of(weights));
        content.put("check", check(content));
        DurableFiles.replace(files.description(state.step()), file -> JSON.writerWithDefaultPrettyPrinter()
                .writeValue(file.toFile(), content));
        prune(state);
    }

    /** The newest checkpoint whose checksums hold; says which ones were passed over. */
    Optional<Checkpoint> newest(Consumer<String> message) throws IOException {
        List<Long> steps = files.steps();
        for (long step : steps) {
            Path description = files.description(step);
            try {
                return Optional.of(read(description));
            } catch (IOException | RuntimeException e) {
                message.accept("checkpoint " + description.getFileName() + " is damaged (" + reason(e, description)
                        + "); using the one before");
            }
        }
        if (!steps.isEmpty()) {
            throw new UserException("all " + steps.size() + " checkpoints in " + files.folder()
                    + " are damaged; start again with another --out");
        }
        return Optional.empty();
    }

    /** The checkpoint after that step; none if it is not there or damaged. */
    Optional<Checkpoint> after(long step) {
        try {
            return Optional.of(read(files.description(step)));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static String reason(Exception e, Path file) {
        return e instanceof IOException
                ? FileProblem.of(e, file)
                : String.valueOf(e.getMessage()).lines().findFirst().orElse("");
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
        Path weights = files.folder().resolve(tensors.get("file").asText());
        if (!Files.isRegularFile(weights)) {
            throw new IOException(weights.getFileName() + " is missing");
        }
        if (Files.size(weights) != tensors.get("bytes").asLong()
                || !Sha256.of(weights).equals(tensors.get("sha256").asText())) {
            throw new IOException("the checksum of " + weights.getFileName() + " differs");
        }
        RunState state = JSON.treeToValue(content.get("state"), RunState.class);
        return new Checkpoint(state, content.get("config"), content.path("data"), weights);
    }

    /** Checkpoints of later steps were passed over as damaged when the run went on from an earlier one. */
    private void prune(RunState state) throws IOException {
        int kept = 0;
        for (long step : files.steps()) {
            boolean recent = step <= state.step() && kept++ < KEPT;
            if (!recent && step != state.bestStep()) {
                files.delete(step);
            }
        }
    }

    private static String check(ObjectNode content) {
        return Sha256.of(content.toString().getBytes(StandardCharsets.UTF_8));
    }
}
