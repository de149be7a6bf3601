package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.run.EpochMetrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepResult;
import java.io.IOException;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;

/** The loop: steps, rows, evaluations and checkpoints of one run. Its parts are the caller's. */
final class TrainingRun {
    private final ImasConfig config;
    private final Compute compute;
    private final TrainListener listener;
    private final RunParts parts;
    private final Plan plan;
    private RunState state;

    TrainingRun(ImasConfig config, Compute compute, TrainListener listener, RunParts parts) {
        this.config = config;
        this.compute = compute;
        this.listener = listener;
        this.parts = parts;
        this.plan = parts.plan;
        this.state = parts.start;
    }

    /** Trains to the end. */
    void run() throws IOException {
        listener.started(state.step(), plan.schedule().steps(), plan.stepsPerEpoch());
        while (state.step() < plan.schedule().steps()) {
            epoch(plan.epoch(state.step()), plan.place(state.step()));
        }
    }

    private void epoch(int epoch, int first) throws IOException {
        parts.loaders.start(parts.feed, epoch, first, plan.supervisedOnly(epoch));
        compute.fixedShapes(true);
        lap();
        for (int place = first; place < plan.stepsPerEpoch(); place++) {
            boolean last = place == plan.stepsPerEpoch() - 1;
            step(epoch, last);
            parts.memory.after(state.step());
            if (last) {
                endOfEpoch(epoch);
            } else {
                parts.rows.tellArrived();
            }
            if (last || parts.checkpoints.due(state.step())) {
                checkpoint();
            }
            if (!last) {
                parts.feed.fetch();
            }
        }
    }

    /** One step; when a row of metrics.csv is due, its figures are asked for. */
    private void step(int epoch, boolean lastOfEpoch) {
        try (PointerScope scope = new PointerScope()) {
            BatchFeed.Fed fed = parts.feed.next();
            long i = state.step();
            double lr = plan.schedule().lr(i);
            double decay = plan.schedule().emaDecay(i);
            StepResult result = parts.models.step.run(fed.input(), SeededDraws.of(config, i), lr, decay);
            parts.feed.stepQueued();
            parts.watch.step(fed.images());
            if (result instanceof StepResult.SemiSupervised semi) {
                parts.hardness.put(fed.unlabeled(), semi.agreement().gamma());
            }
            state = state.stepped(parts.models.teacher.mirrorsStudent());
            if (lastOfEpoch || parts.rows.due(state.step())) {
                parts.rows.tellPending();
                parts.rows.ask(epoch + 1, state.step(), lr, lap(), result);
            } else if (!compute
                    .cuda()) { // a GPU would have to be waited for: its losses are looked at with the figures
                parts.divergence.check(result, state.step(), lr);
            }
        }
    }

    private void endOfEpoch(int epoch) {
        StepMetrics metrics = parts.rows.tell();
        compute.fixedShapes(false);
        Optional<EpochMetrics> evaluation = parts.evaluations.after(epoch + 1, state.step());
        evaluation.ifPresent(found -> {
            state = state.evaluated(found);
            listener.evaluated(found);
            lap();
        });
        parts.rows.write(metrics, evaluation);
        if (!plan.supervisedOnly(epoch)) {
            parts.hardnessRows.write(epoch + 1);
        }
    }

    private void checkpoint() throws IOException {
        parts.rows.tellPending(); // the row belongs to the steps before the checkpoint
        parts.divergence.check(parts.models, state.step());
        state = state.written(parts.rows.sync(), parts.hardnessRows.sync());
        parts.checkpoints.save(state, parts.tensors());
    }

    private Stopwatch.Lap lap() {
        return parts.watch.lap(parts.feed.takeWait());
    }

    /** Writes what a run leaves at its end. */
    RunSummary finish(RunDirectory directory, Dataset data) throws IOException {
        Results results = new Results(config, directory, data, compute);
        EpochMetrics last = state.last();
        results.writeModels(parts.models, state);
        results.writeClassIou(last);
        results.writeSamples(parts.models);
        long rss = ProcessMemory.resident();
        RunSummary summary = new RunSummary(
                config.name(),
                config.method().name(),
                config.seed(),
                compute.device(),
                compute.precision().name(),
                state.step(),
                config.training().epochs(),
                last.miouStudent(),
                last.miouTeacher(),
                state.bestTeacher(),
                state.bestEpoch(),
                parts.watch.sinceStart(),
                parts.watch.waitShare(),
                parts.memory.orAtTheEnd(rss),
                rss);
        results.writeSummary(summary);
        listener.finished(summary);
        return summary;
    }
}
