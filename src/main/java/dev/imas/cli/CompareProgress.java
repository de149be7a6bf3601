package dev.imas.cli;

import dev.imas.compare.Training;
import dev.imas.config.ImasConfig;
import dev.imas.train.TrainListener;
import java.util.function.Consumer;

/** Shows a run of a comparison as {@code imas train} does; what it says beside its figures stands in its log. */
final class CompareProgress implements Training {
    private final Console console;
    private final boolean alone;

    /** @param alone the run has the console to itself, which is its log */
    CompareProgress(Console console, boolean alone) {
        this.console = console;
        this.alone = alone;
    }

    @Override
    public void watched(String name, ImasConfig config, Consumer<String> log, Consumer<TrainListener> training) {
        try (TrainingProgress progress = new TrainingProgress(console, config, System::nanoTime, alone ? null : log)) {
            training.accept(progress);
        }
    }

    @Override
    public void message(String line) {
        console.err().println(line);
    }
}
