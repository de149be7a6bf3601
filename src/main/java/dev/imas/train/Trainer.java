package dev.imas.train;

import dev.imas.config.ImasConfig;
import java.nio.file.Path;

/** One training run: the loop around {@link dev.imas.semi}, evaluation, checkpoints and the run directory. */
public final class Trainer {
    /**
     * @param config resolved configuration
     * @param out    run directory, created
     * @param resume true: continue from the newest usable checkpoint in {@code out}
     */
    public static RunSummary run(ImasConfig config, Path out, boolean resume, TrainListener listener) {
        throw new UnsupportedOperationException();
    }
}
