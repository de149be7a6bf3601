package dev.imas.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** When a run writes checkpoints, and what stands in each beside state and tensors. */
final class Checkpoints {
    private final CheckpointStore store;
    private final JsonNode config;
    private final JsonNode data;
    private final int every;

    Checkpoints(RunDirectory directory, ImasConfig config, Dataset data) {
        this.store = new CheckpointStore(directory.checkpoints());
        this.config = ConfigDifference.json(config);
        this.data = ConfigDifference.json(data.fingerprints());
        this.every = config.training().checkpointEvery();
    }

    /** Whether one is due after so many steps; at the end of an epoch one always is. */
    boolean due(long step) {
        return every > 0 && step % every == 0;
    }

    /** The tensors after that step; none if the checkpoint is not there or damaged. */
    Optional<Path> tensors(long step) {
        return store.after(step).map(CheckpointStore.Checkpoint::tensors);
    }

    /** @param tensors live, by name */
    void save(RunState state, Map<String, Tensor> tensors) throws IOException {
        store.save(state, config, data, tensors);
    }
}
