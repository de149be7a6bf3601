package dev.imas.plan;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.image.ImageSize;
import java.time.Duration;

/** How many steps a run has and how long they take, for a measured cost of a step. */
final class Lengths {
    /** To start, to draw the sample pictures, to write the report. */
    private static final double FIXED_SECONDS = 12;
    /** Of the budget that evaluations may take. */
    private static final double EVALUATION_SHARE = 0.12;
    /** What measured steps leave out: waiting for the loader, checkpoints, a machine that grows warm. */
    private static final double SLACK = 1.05;

    private static final int MOST_EVALUATIONS = 20;
    private static final int MOST_EPOCHS = 40;
    private static final int STEPS_AN_EPOCH = 25;
    private static final long FEWEST_STEPS = 20;
    /** Beyond so many looks at every picture, more steps bring nothing that is worth the wait. */
    private static final int PASSES = 80;

    private static final long ENOUGH_STEPS = 3000;
    private static final long MOST_STEPS = 60_000;
    /** Labels alone come first: less of it when the encoder knows pictures already. */
    private static final double LABELS_FIRST_PRETRAINED = 0.3;

    private static final double LABELS_FIRST_RANDOM = 0.6;

    private final DataFacts data;
    private final Machine machine;
    private final double budget;
    private final StepCost cost;

    Lengths(DataFacts data, Machine machine, Duration budget, StepCost cost) {
        this.data = data;
        this.machine = machine;
        this.budget = budget.toMillis() / 1000.0;
        this.cost = cost;
    }

    /** Sets epochs, their length, the evaluations and what depends on the number of steps. */
    void decide(Draft draft) {
        ImasConfig.Training training = draft.config().training();
        boolean semi = draft.config().method() != Method.SUPERVISED;
        boolean freeLength = draft.free("data.epoch_length");
        long steps = affordable(draft.config());
        long epochs = !draft.free("training.epochs")
                ? training.epochs()
                : freeLength
                        ? clamp(steps / STEPS_AN_EPOCH, semi ? 2 : 1, MOST_EPOCHS)
                        : clamp(steps / stepsPerEpoch(draft.config()), semi ? 2 : 1, 100_000);
        boolean freeFirst = draft.free("training.sup_only_epochs");
        if (semi && !freeFirst && draft.free("training.epochs")) {
            epochs = Math.max(epochs, training.supOnlyEpochs() + 1L);
        }
        draft.set("training.epochs", (int) epochs);
        draft.set("data.epoch_length", (int) Math.max(1, steps / epochs) * samplesAStep(draft.config()));
        if (semi) {
            draft.set("training.sup_only_epochs", (int)
                    Math.min(epochs - 1, Math.round(labelsFirst(draft.config()) * epochs)));
        } else {
            draft.set("training.sup_only_epochs", 0);
        }
        long evaluations = evaluations(draft.config());
        draft.set("evaluation.every_epochs", (int) Math.max(1, (epochs + evaluations - 1) / evaluations));
        rates(draft);
    }

    private void rates(Draft draft) {
        ImasConfig config = draft.config();
        boolean pretrained = config.network().startsFromFile();
        if (config.training().optimizer() == ImasConfig.OptimizerKind.ADAMW) {
            // UniMatch V2's for its encoder; for others what people begin with.
            boolean published = pretrained && config.network().backbone().transformer();
            draft.set("training.lr", published ? 5e-6 : 2e-4);
            draft.set("training.head_lr_multiplier", published ? 40.0 : 1.0);
        } else {
            double rate = (pretrained ? 0.005 : 0.02) * config.training().batchLabeled() / 8;
            draft.set("training.lr", Planner.rounded(rate * 10) / 10);
            draft.set("training.head_lr_multiplier", pretrained ? 4.0 : 1.0);
        }
        draft.set("training.ema_decay", Planner.rounded(Math.min(0.996, Math.max(0.9, 1 - 20.0 / steps(config)))));
    }

    private static double labelsFirst(ImasConfig config) {
        return config.network().startsFromFile() ? LABELS_FIRST_PRETRAINED : LABELS_FIRST_RANDOM;
    }

    /** Steps that the budget has room for, at most as many as the pictures are worth. */
    long affordable(ImasConfig config) {
        double time = budget / SLACK - FIXED_SECONDS - evaluations(config) * evaluation(config);
        double room = Math.max(time, 0.2 * budget) / aStep(config);
        long pictures = (long) data.labeled() + data.unlabeled();
        long enough = clamp(PASSES * pictures / samplesAStep(config), ENOUGH_STEPS, MOST_STEPS);
        return Math.max(FEWEST_STEPS, (long) Math.min(room, enough));
    }

    /** Seconds of a step in the mean over the run. */
    private double aStep(ImasConfig config) {
        if (config.method() == Method.SUPERVISED) {
            return Math.max(1e-4, supervised(config));
        }
        double first = labelsFirst(config);
        return Math.max(1e-4, first * supervised(config) + (1 - first) * semiSupervised(config));
    }

    private double supervised(ImasConfig config) {
        return withLoading(cost.supervised(), config.training().batchLabeled());
    }

    private double semiSupervised(ImasConfig config) {
        ImasConfig.Training training = config.training();
        return withLoading(cost.semiSupervised(), training.batchLabeled() + training.batchUnlabeled());
    }

    /** Beside a GPU the cores load while it computes; else both share them. */
    private double withLoading(double compute, int pictures) {
        double loading = pictures * data.loadSeconds() / machine.cores();
        return machine.gpu() ? Math.max(compute, loading) : compute + loading;
    }

    /** Seconds of measuring student and teacher on all validation pictures. */
    double evaluation(ImasConfig config) {
        ImageSize seen = data.usual().times(config.evaluation().scale());
        double pixels = (double) seen.width() * seen.height();
        boolean windows = config.evaluation().mode() == ImasConfig.EvaluationMode.SLIDING;
        double network = 2 * pixels * cost.pixel() * (windows ? 2.25 : 1); // windows overlap by a third a side
        int processes = machine.processes();
        return (data.validation() + processes - 1) / processes * (network + data.loadSeconds());
    }

    /** How many evaluations the budget has room for; one at least. */
    private long evaluations(ImasConfig config) {
        double one = evaluation(config);
        return one <= 0 ? MOST_EVALUATIONS : clamp((long) (EVALUATION_SHARE * budget / one), 1, MOST_EVALUATIONS);
    }

    private int samplesAStep(ImasConfig config) {
        return data.unlabeled() > 0
                ? config.training().batchUnlabeled()
                : config.training().batchLabeled();
    }

    /** As the trainer counts them. */
    long stepsPerEpoch(ImasConfig config) {
        int whole = data.unlabeled() > 0 ? data.unlabeled() : data.labeled();
        int length = config.data().epochLength() > 0 ? config.data().epochLength() : whole;
        return Math.max(1, length / samplesAStep(config));
    }

    long steps(ImasConfig config) {
        return config.training().epochs() * stepsPerEpoch(config);
    }

    /** Seconds of a step of that configuration, in the mean over its whole run. */
    double meanStep(ImasConfig config) {
        return stepping(config) / steps(config);
    }

    private double stepping(ImasConfig config) {
        int epochs = config.training().epochs();
        int first = config.method() == Method.SUPERVISED
                ? epochs
                : Math.min(epochs, config.training().supOnlyEpochs());
        return stepsPerEpoch(config) * (first * supervised(config) + (epochs - first) * semiSupervised(config));
    }

    /** Seconds of the whole run. */
    double seconds(ImasConfig config) {
        int epochs = config.training().epochs();
        int every = config.evaluation().everyEpochs();
        long evaluations = (epochs + every - 1L) / every;
        return FIXED_SECONDS + SLACK * stepping(config) + evaluations * evaluation(config);
    }

    /** Epochs of a run that fills the budget, all else being as it is configured; one more each that fits. */
    int epochs(ImasConfig config) {
        int every = config.evaluation().everyEpochs(); // as many more as have one evaluation more
        double each = (seconds(with(config, every)) - seconds(config)) / every;
        double more = (budget - seconds(config)) / Math.max(1e-3, each);
        return (int) clamp(config.training().epochs() + (long) Math.floor(more), 1, 1_000_000);
    }

    private static ImasConfig with(ImasConfig config, int more) {
        ImasConfig.Training training = config.training();
        return config.withTraining(training.withEpochs(training.epochs() + more));
    }

    private static long clamp(long value, long least, long most) {
        return Math.max(least, Math.min(value, most));
    }
}
