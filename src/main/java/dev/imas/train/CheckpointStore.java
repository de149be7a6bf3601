package dev.imas.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.run.CheckpointFiles;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
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
        writeWeights(tensors, weights, Map.of("step", Long.toString(state.step())));
        ObjectNode content = JSON.createObjectNode();
        content.set("state", JSON.valueToTree(state));
        content.set("config", config);
        content.set("data", data);
        files.describe(state.step(), content);
        prune(state);
    }

    /** As {@link WeightFiles#save}; what fails is the run directory's failure, told like that of its other files. */
    static void writeWeights(Map<String, Tensor> tensors, Path target, Map<String, String> metadata)
            throws IOException {
        try {
            WeightFiles.save(tensors, target, metadata);
        } catch (UserException e) {
            if (e.getCause() instanceof IOException failure) {
                throw DurableFiles.about(target, failure);
            }
            throw e;
        }
    }

    /** The newest checkpoint whose checksums hold; says which ones were passed over. */
    Optional<Checkpoint> newest(Consumer<String> message) throws IOException {
        List<Long> steps = files.steps();
        for (long step : steps) {
            Path description = files.description(step);
            try {
                return Optional.of(read(step));
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
            return Optional.of(read(step));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static String reason(Exception e, Path file) {
        if (e instanceof JsonProcessingException || !(e instanceof IOException || e instanceof UserException)) {
            return "its contents make no sense";
        }
        return e instanceof IOException
                ? FileProblem.of(e, file)
                : e.getMessage().lines().findFirst().orElse("");
    }

    private Checkpoint read(long step) throws IOException {
        CheckpointFiles.Content found = files.read(step);
        return new Checkpoint(
                state(found.content().path("state")),
                found.content().path("config"),
                found.content().path("data"),
                found.tensors());
    }

    private static RunState state(JsonNode written) throws IOException {
        try {
            return JSON.treeToValue(written, RunState.class);
        } catch (JsonProcessingException e) {
            throw new IOException("its state is that of another version of this program", e);
        }
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
}
