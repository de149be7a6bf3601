package dev.imas.compare;

import dev.imas.run.EpochMetrics;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;
import dev.imas.train.TrainListener;

/** Tells another listener everything. */
class Forwarding implements TrainListener {
    private final TrainListener to;

    Forwarding(TrainListener to) {
        this.to = to;
    }

    @Override
    public void started(long startStep, long totalSteps, int stepsPerEpoch) {
        to.started(startStep, totalSteps, stepsPerEpoch);
    }

    @Override
    public boolean stops() {
        return to.stops();
    }

    @Override
    public void step(StepMetrics metrics) {
        to.step(metrics);
    }

    @Override
    public void evaluated(EpochMetrics metrics) {
        to.evaluated(metrics);
    }

    @Override
    public void message(String line) {
        to.message(line);
    }

    @Override
    public void fetching(String name, long done, long total) {
        to.fetching(name, done, total);
    }

    @Override
    public void finished(RunSummary summary) {
        to.finished(summary);
    }
}
