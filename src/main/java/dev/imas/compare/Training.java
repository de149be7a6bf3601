package dev.imas.compare;

import dev.imas.config.ImasConfig;
import dev.imas.train.TrainListener;
import java.util.function.Consumer;

/** Who shows how the runs of a comparison go on. */
public interface Training {
    /**
     * Lends a listener for a training.
     *
     * @param name     of the run
     * @param log      takes what the run says beside its figures
     * @param training is to be called once
     */
    void watched(String name, ImasConfig config, Consumer<String> log, Consumer<TrainListener> training);

    /** A line worth telling. */
    void message(String line);
}
