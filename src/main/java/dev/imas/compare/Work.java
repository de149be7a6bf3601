package dev.imas.compare;

import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Inspection;
import dev.imas.run.RunDirectory;
import dev.imas.run.StepMetrics;
import dev.imas.train.RunStopped;
import dev.imas.train.TrainListener;
import dev.imas.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Does what is left to do of one run: the shared part, the training, the measuring. What is done is not done again. */
final class Work {
    private final ComparisonFolder folder;
    private final Recipe recipe;
    private final Training training;

    Work(ComparisonFolder folder, Recipe recipe, Training training) {
        this.folder = folder;
        this.recipe = recipe;
        this.training = training;
    }

    /** Whether nothing is left to do. */
    boolean done(RunKey run) {
        RunDirectory directory = folder.run(run);
        return Files.isRegularFile(directory.summary()) && Files.isRegularFile(directory.validationCounts());
    }

    /** Whether the run waits for the shared part of its group. */
    boolean needsShared(RunKey run) {
        long steps = recipe.sharedSteps(run);
        return steps > 0 && !begun(folder.run(run)) && !SharedPart.done(folder.shared(run), steps);
    }

    private static boolean begun(RunDirectory directory) {
        try {
            return Files.isRegularFile(directory.summary())
                    || Files.isRegularFile(directory.config())
                            && !directory.checkpoints().steps().isEmpty();
        } catch (IOException e) {
            return false; // told by whoever opens it
        }
    }

    /** Whether there is something to go on in, be it from the beginning: a run that was stopped before a checkpoint. */
    private static boolean there(RunDirectory directory) {
        return Files.isRegularFile(directory.config());
    }

    /** Trains the part that a run shares with those of its group. */
    void shared(RunKey run) {
        RunDirectory directory = folder.shared(run);
        long steps = recipe.sharedSteps(run);
        if (SharedPart.done(directory, steps)) {
            return;
        }
        try {
            // Under a method that looks at its pseudo-labels before it learns from them.
            RunKey trunk = new RunKey(run.labels(), run.seed(), recipe.setup().planned(), false);
            train(run.shared(), config(trunk, directory), directory, steps);
        } catch (RunStopped e) {
            Interrupts.check();
            if (!SharedPart.done(directory, steps)) {
                throw e;
            }
        }
    }

    /** Trains and measures a run. */
    void run(RunKey run) {
        RunDirectory directory = folder.run(run);
        if (!Files.isRegularFile(directory.summary())) {
            if (needsShared(run)) {
                shared(run);
            }
            if (recipe.sharedSteps(run) > 0 && !begun(directory)) {
                SharedPart.fork(folder.shared(run), directory, run.method());
            }
            train(run.name(), config(run, directory), directory, Long.MAX_VALUE);
        }
        if (!done(run)) {
            Measuring.measure(directory, recipe.config(run));
        }
        tidy(run, directory);
    }

    /** Of a run that has begun its own, by which it goes on; lists lie where the comparison lies now. */
    private ImasConfig config(RunKey run, RunDirectory directory) {
        ImasConfig wanted = recipe.config(run);
        if (!begun(directory)) {
            return wanted;
        }
        ImasConfig own = ConfigYaml.read(directory.config());
        return own.withData(own.data().with(data -> data.labeled(wanted.data().labeled())
                .unlabeled(wanted.data().unlabeled())));
    }

    private void train(String name, ImasConfig config, RunDirectory directory, long steps) {
        Path log = folder.log(name);
        training.watched(
                name,
                config,
                line -> append(log, line),
                listener -> Trainer.run(
                        inspected(config, directory, steps),
                        directory.root(),
                        there(directory),
                        until(steps, listener)));
    }

    /** What the labels of a group lack is told once, by the part that its runs share. */
    private static Inspection inspected(ImasConfig config, RunDirectory directory, long steps) {
        Inspection data = Inspection.of(config);
        return steps == Long.MAX_VALUE || there(directory) ? data : data.withKinds();
    }

    /** The log is for people who look for a reason: where it cannot be written, nothing fails for it. */
    private static void append(Path log, String line) {
        try {
            Files.writeString(
                    log, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            return;
        }
    }

    /** Ends a training after so many steps. */
    private static TrainListener until(long steps, TrainListener listener) {
        return new Forwarding(listener) {
            private long step;

            @Override
            public void started(long startStep, long totalSteps, int stepsPerEpoch) {
                step = startStep;
                super.started(startStep, Math.min(steps, totalSteps), stepsPerEpoch);
            }

            @Override
            public void step(StepMetrics metrics) {
                step = metrics.step();
                super.step(metrics);
            }

            @Override
            public boolean stops() {
                return step >= steps || super.stops();
            }
        };
    }

    /** Fifty runs with three checkpoints each would fill a disk. */
    private void tidy(RunKey run, RunDirectory directory) {
        try {
            SharedPart.delete(directory.checkpoints().folder());
            boolean all = recipe.setup().runs().stream()
                    .filter(other -> !other.ceiling() && other.group().equals(run.group()))
                    .allMatch(this::done);
            if (all && !run.ceiling()) {
                SharedPart.delete(folder.shared(run).root());
            }
        } catch (IOException | UncheckedIOException e) { // another process may be at it; the run is finished
            training.message("some checkpoints of " + run.name() + " are still there (" + FileProblem.of(e) + ")");
        }
    }
}
