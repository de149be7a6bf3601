package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.ImageTensors;
import dev.imas.predict.Evaluator;
import dev.imas.run.EpochMetrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepResult;
import dev.imas.train.CheckpointStore.Checkpoint;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The loop: steps, rows, evaluations and checkpoints of one run, from its beginning or from a checkpoint. */
final class TrainingRun implements AutoCloseable {
    private final ImasConfig config;
    private final RunDirectory directory;
    private final Dataset data;
    private final Compute compute;
    private final TrainListener listener;
    private final Opened opened = new Opened();
    private final Stopwatch watch = new Stopwatch();
    private final Plan plan;
    private final Models models;
    private final HardnessTable hardness;
    private final BatchFeed feed;
    private final Loaders loaders;
    private final Evaluator evaluator;
    private final Evaluations evaluations;
    private final Divergence divergence;
    private final MetricRows rows;
    private final HardnessRows hardnessRows;
    private final Checkpoints checkpoints;
    private final SettledMemory memory;
    private RunState state;

    /**
     * Belongs to the PointerScope that it is made in.
     *
     * @param from checkpoint to continue from
     */
    TrainingRun(ImasConfig config, RunDirectory directory, Dataset data, Compute compute, TrainListener listener,
                Optional<Checkpoint> from) throws IOException {
        this.config = config;
        this.directory = directory;
        this.data = data;
        this.compute = compute;
        this.listener = listener;
        try {
            plan = Plan.of(config, data);
            models = opened.keep(new Models(config, compute, from.isEmpty(), listener::message));
            DeviceQueue queue = opened.keep(DeviceQueue.of(compute));
            feed = new BatchFeed(compute, queue, new ImageTensors(compute), config);
            evaluator = new Evaluator(compute, models.kernels, config.evaluation(), config.data().classes());
            evaluations = new Evaluations(evaluator, data.validation(), models, config);
            hardness = new HardnessTable(data.unlabeled().size(), compute);
            state = from.map(Checkpoint::state).orElseGet(() -> RunState.start(compute.precision().name()));
            if (from.isPresent()) {
                Models.restore(SafetensorsFile.read(from.get().tensors()), tensors());
                models.teacher.mirrorsStudent(state.teacherMirrors());
            }
            divergence = new Divergence(directory.checkpoints());
            rows = new MetricRows(directory, state.metricsBytes(), new StepFigures(compute, queue), listener,
                divergence, config.training().logEvery(), opened);
            hardnessRows = new HardnessRows(directory, state.hardnessBytes(), hardness, data.unlabeled(), opened);
            checkpoints = new Checkpoints(directory, config, data);
            loaders = new Loaders(data, plan, LoaderThreads.settled(config, compute.cuda()), opened);
            memory = SettledMemory.of(state.step(), plan);
        } catch (IOException | RuntimeException | Error e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /** Trains to the end and writes the results. */
    RunSummary run() throws IOException {
        listener.started(state.step(), plan.schedule().steps(), plan.stepsPerEpoch());
        while (state.step() < plan.schedule().steps()) {
            epoch(plan.epoch(state.step()), plan.place(state.step()));
        }
        return results();
    }

    private void epoch(int epoch, int first) throws IOException {
        loaders.start(feed, epoch, first, plan.supervisedOnly(epoch));
        compute.fixedShapes(true);
        lap();
        for (int place = first; place < plan.stepsPerEpoch(); place++) {
            boolean last = place == plan.stepsPerEpoch() - 1;
            step(epoch, last);
            memory.after(state.step());
            if (last) {
                endOfEpoch(epoch);
            } else {
                rows.tellArrived();
            }
            if (last || checkpoints.due(state.step())) {
                checkpoint();
            }
            if (!last) {
                feed.fetch();
            }
        }
    }

    /** One step; when a row of metrics.csv is due, its figures are asked for. */
    private void step(int epoch, boolean lastOfEpoch) {
        try (PointerScope scope = new PointerScope()) {
            BatchFeed.Fed fed = feed.next();
            long i = state.step();
            double lr = plan.schedule().lr(i);
            StepResult result =
                models.step.run(fed.input(), SeededDraws.of(config, i), lr, plan.schedule().emaDecay(i));
            feed.stepQueued();
            watch.step(fed.images());
            if (result instanceof StepResult.SemiSupervised semi) {
                hardness.put(fed.unlabeled(), semi.agreement().gamma());
            }
            state = state.stepped(models.teacher.mirrorsStudent());
            if (lastOfEpoch || rows.due(state.step())) {
                rows.tellPending();
                rows.ask(epoch + 1, state.step(), lr, lap(), result);
            } else if (!compute.cuda()) { // a GPU would have to be waited for: its losses are looked at with the figures
                divergence.check(result, state.step(), lr);
            }
        }
    }

    private void endOfEpoch(int epoch) {
        StepMetrics metrics = rows.tell();
        compute.fixedShapes(false);
        Optional<EpochMetrics> evaluation = evaluations.after(epoch + 1, state.step());
        evaluation.ifPresent(found -> {
            state = state.evaluated(found);
            listener.evaluated(found);
            lap();
        });
        rows.write(metrics, evaluation);
        if (!plan.supervisedOnly(epoch)) {
            hardnessRows.write(epoch + 1);
        }
    }

    private Stopwatch.Lap lap() {
        return watch.lap(feed.takeWait());
    }

    private void checkpoint() throws IOException {
        rows.tellPending(); // the row belongs to the steps before the checkpoint
        divergence.check(models, state.step());
        state = state.written(rows.sync(), hardnessRows.sync());
        checkpoints.save(state, tensors());
    }

    private Map<String, Tensor> tensors() {
        Map<String, Tensor> all = models.tensors();
        all.put("hardness", hardness.tensor());
        return all;
    }

    private RunSummary results() throws IOException {
        Results results = new Results(config, directory, data, compute);
        results.writeModels(models, state);
        results.writeClassIou(state.last());
        SamplePictures.write(directory.samples(), data, evaluator, evaluator.predictor(models.student),
            evaluator.predictor(models.teacher.network()));
        EpochMetrics last = state.last();
        long rss = ProcessMemory.resident();
        RunSummary summary = new RunSummary(config.name(), config.method().name(), config.seed(), compute.device(),
            compute.precision().name(), state.step(), config.training().epochs(), last.miouStudent(),
            last.miouTeacher(), state.bestTeacher(), state.bestEpoch(), watch.sinceStart(), watch.waitShare(),
            memory.orAtTheEnd(rss), rss);
        results.writeSummary(summary);
        listener.finished(summary);
        return summary;
    }

    /** Stops the loaders, waits for the device, and closes files and networks. */
    @Override
    public void close() throws IOException {
        opened.close();
    }
}
