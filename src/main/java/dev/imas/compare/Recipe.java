package dev.imas.compare;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Sparse;
import java.nio.file.Files;
import java.nio.file.Path;

/** The configurations of the runs: the plan's but for method, seed and labels. */
record Recipe(ComparisonFolder folder, Setup setup, ImasConfig plan) {
    /** Of one run. */
    ImasConfig config(RunKey run) {
        ImasConfig config = plan.withMethod(run.method()).withSeed(run.seed());
        if (setup.labels().isEmpty()) {
            return config;
        }
        return plan.data().layout() == Layout.EMBEDDED ? ofScenes(config, run) : ofFiles(config, run);
    }

    private ImasConfig ofScenes(ImasConfig config, RunKey run) {
        ImasConfig.Embedded scenes = config.data().embedded();
        int labeled = run.ceiling() ? scenes.images() : run.labels();
        ImasConfig drawn = config.withData(config.data().withEmbedded(scenes.withLabeled(labeled)));
        return run.ceiling() ? withoutUnlabeled(drawn) : drawn;
    }

    private ImasConfig ofFiles(ImasConfig config, RunKey run) {
        Path unlabeled = folder.unlabeled(run);
        boolean some = Files.exists(unlabeled);
        ImasConfig drawn = config.withData(
                config.data().with(data -> data.labeled(folder.labeled(run).toString())
                        .unlabeled(some ? unlabeled.toString() : null)));
        boolean both = plan.data().sparse() == Sparse.ON; // labelled pictures are unlabelled ones too
        return some || both ? drawn : withoutUnlabeled(drawn);
    }

    /** Where there are no unlabelled pictures an epoch counts labelled batches: of these as many as of the others. */
    private ImasConfig withoutUnlabeled(ImasConfig config) {
        int steps = stepsPerEpoch();
        return config.withData(
                config.data().withEpochLength(steps * config.training().batchLabeled()));
    }

    /** Equal for all runs. */
    int stepsPerEpoch() {
        int batch = unlabeledCounts()
                ? plan.training().batchUnlabeled()
                : plan.training().batchLabeled();
        return plan.data().epochLength() / batch;
    }

    /** Only where all runs are supervised may there be no unlabelled picture. */
    private boolean unlabeledCounts() {
        return !setup.labels().isEmpty() || plan.method() != Method.SUPERVISED;
    }

    long steps() {
        return (long) stepsPerEpoch() * plan.training().epochs();
    }

    /** Steps before unlabelled pictures take part; 0 where nothing is shared. */
    long sharedSteps(RunKey run) {
        ImasConfig.Training training = plan.training();
        int epochs = Math.min(training.supOnlyEpochs(), training.epochs() - 1);
        return setup.shares() && !run.ceiling() ? (long) epochs * stepsPerEpoch() : 0;
    }
}
