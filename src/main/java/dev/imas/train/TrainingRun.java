package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.DataLoader;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.ImageTensors;
import dev.imas.predict.Confusion;
import dev.imas.predict.Evaluator;
import dev.imas.run.EpochMetrics;
import dev.imas.run.Hardness;
import dev.imas.run.Metrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepResult;
import dev.imas.train.CheckpointStore.Checkpoint;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The loop: steps, rows, evaluations and checkpoints of one run, from its beginning or from a checkpoint. */
final class TrainingRun implements AutoCloseable {
    /** After so many steps of the phase that the run ends in memory should have settled. */
    private static final int SETTLED = 100;

    private final ImasConfig config;
    private final RunDirectory directory;
    private final Dataset data;
    private final Compute compute;
    private final TrainListener listener;
    private final Plan plan;
    private final Models models;
    private final ImageTensors tensors;
    private final DeviceQueue queue;
    private final BatchFeed feed;
    private final Evaluator evaluator;
    private final HardnessTable hardness;
    private final DataLoader labeled;
    private final DataLoader unlabeled;
    private final CheckpointStore checkpoints;
    private final Metrics.Log metricsLog;
    private final Hardness.Log hardnessLog;
    private final Stopwatch watch = new Stopwatch();
    private final StepFigures figures;
    private final long startStep;
    private RunState state;
    private long rssFirst;

    /** @param from checkpoint to continue from, or null */
    TrainingRun(ImasConfig config, RunDirectory directory, Dataset data, Compute compute, TrainListener listener, Checkpoint from) throws IOException {
        this.config = config;
        this.directory = directory;
        this.data = data;
        this.compute = compute;
        this.listener = listener;
        plan = Plan.of(config, data);
        models = new Models(config, compute, from == null, listener::message);
        tensors = new ImageTensors(compute);
        queue = DeviceQueue.of(compute);
        feed = new BatchFeed(compute, queue, tensors, config);
        figures = new StepFigures(compute, queue);
        evaluator = new Evaluator(compute, models.kernels, config.evaluation(), config.data().classes());
        hardness = new HardnessTable(data.unlabeled().size(), compute);
        state = from == null ? RunState.start(compute.precision().name()) : from.state();
        if (from != null) {
            Models.restore(SafetensorsFile.read(from.tensors()), tensors());
            models.teacher.mirrorsStudent(state.teacherMirrors());
        }
        startStep = state.step();
        checkpoints = new CheckpointStore(directory.checkpoints());
        metricsLog = new Metrics.Log(directory.metrics(), state.metricsBytes());
        hardnessLog = new Hardness.Log(directory.hardness(), state.hardnessBytes());
        ImasConfig loading = LoaderThreads.settled(config, compute.cuda());
        labeled = DataLoader.labeled(data.labeled(), plan.labeledSamples(), loading);
        unlabeled = plan.unlabeledSamples() == 0 ? null : DataLoader.unlabeled(data.unlabeled(), plan.unlabeledSamples(), loading);
    }

    /** Trains to the end and writes the results. */
    RunSummary run() throws IOException {
        listener.started(startStep, plan.schedule().steps(), plan.stepsPerEpoch());
        while (state.step() < plan.schedule().steps()) {
            epoch(Math.toIntExact(state.step() / plan.stepsPerEpoch()), Math.toIntExact(state.step() % plan.stepsPerEpoch()));
        }
        Results results = new Results(config, directory, data, compute);
        results.writeModels(models, state);
        results.writeClassIou(state.last());
        results.writeSamples(models);
        EpochMetrics last = state.last();
        long rss = ProcessMemory.resident();
        RunSummary summary = new RunSummary(config.name(), config.method().name(), config.seed(), compute.device(), compute.precision().name(), state.step(), config.training().epochs(),
            last.miouStudent(), last.miouTeacher(), state.bestTeacher(), state.bestEpoch(), watch.sinceStart(), watch.waitShare(), rssFirst == 0 ? rss : rssFirst, rss);
        results.writeSummary(summary);
        listener.finished(summary);
        return summary;
    }

    private void epoch(int epoch, int first) throws IOException {
        boolean supervisedOnly = unlabeled == null || epoch < config.training().supOnlyEpochs();
        feed.start(labeled.epoch(epoch, first), supervisedOnly ? null : unlabeled.epoch(epoch, first));
        compute.fixedShapes(true);
        lap();
        for (int k = first; k < plan.stepsPerEpoch(); k++) {
            boolean last = k == plan.stepsPerEpoch() - 1;
            step(epoch, last);
            if (state.step() - settling() == SETTLED) {
                rssFirst = ProcessMemory.resident();
            }
            if (last) {
                StepMetrics metrics = finite(figures.read());
                listener.step(metrics);
                compute.fixedShapes(false);
                row(metrics, evaluate(epoch + 1));
                if (!supervisedOnly) {
                    hardnessRows(epoch + 1);
                }
            } else if (figures.arrived()) {
                tell(figures.read());
            }
            int every = config.training().checkpointEvery();
            if (last || every > 0 && state.step() % every == 0) {
                checkpoint();
            }
            if (!last) {
                feed.fetch();
            }
        }
    }

    /**
     * The step from which memory settles for good: this process's first, or the first that runs student and teacher
     * apart, when every part of a step is in use.
     */
    private long settling() {
        long apart = unlabeled == null ? 0 : (config.training().supOnlyEpochs() + 1L) * plan.stepsPerEpoch();
        return Math.max(startStep, apart);
    }

    /** One step; when a row of metrics.csv is due, its figures are asked for. */
    private void step(int epoch, boolean lastOfEpoch) {
        try (PointerScope scope = new PointerScope()) {
            BatchFeed.Fed fed = feed.next();
            long i = state.step();
            double lr = plan.schedule().lr(i);
            List<Double> scale = config.unsupervised().cutmixScale();
            StepResult result = models.step.run(fed.input(), new SeededDraws(config.seed(), i, scale.get(0), scale.get(1)), lr, plan.schedule().emaDecay(i));
            feed.stepQueued();
            watch.step(fed.images());
            if (fed.unlabeled() != null) {
                hardness.put(fed.unlabeled(), result.agreement().gamma());
            }
            state = state.stepped(models.teacher.mirrorsStudent());
            boolean due = lastOfEpoch || state.step() % Math.max(1, config.training().logEvery()) == 0;
            if (due) {
                tellPending();
                figures.ask(epoch + 1, state.step(), lr, lap(), result);
            } else if (!compute.cuda()) { // a GPU would have to be waited for: its losses are looked at with the figures
                requireFinite(result, lr);
            }
        }
    }

    private Stopwatch.Lap lap() {
        return watch.lap(feed.takeWait());
    }

    /** Tells of the step whose figures were asked for, if there is one, waiting for them. */
    private void tellPending() {
        if (figures.pending()) {
            tell(figures.read());
        }
    }

    private void tell(StepFigures.Reading reading) {
        StepMetrics metrics = finite(reading);
        listener.step(metrics);
        row(metrics, null);
    }

    private StepMetrics finite(StepFigures.Reading reading) {
        StepMetrics m = reading.metrics();
        if (!reading.finite()) {
            throw notFinite(m.step(), m.lossSup(), reading.semi() ? m.lossUnsup() : null, m.lr());
        }
        return m;
    }

    private void requireFinite(StepResult result, double lr) {
        if (!Float.isFinite(result.total().item_float())) {
            throw notFinite(state.step(), result.lossSup().item_float(), result.lossUnsup() == null ? null : (double) result.lossUnsup().item_float(), lr);
        }
    }

    /** @param unsupervised null in a supervised-only step */
    private UserException notFinite(long step, double supervised, Double unsupervised, double lr) {
        return diverged("the loss is not finite at step " + step + " (supervised " + supervised + (unsupervised == null ? "" : ", unsupervised " + unsupervised) + ", lr " + lr + ")");
    }

    private UserException diverged(String what) {
        return new UserException(what + ": the training diverged; try a lower training.lr, a lower unsupervised.weight or precision fp32; the last checkpoint remains in " + directory.checkpoints().folder());
    }

    /** Student and teacher on the validation images, when this epoch is due; else null. */
    private EpochMetrics evaluate(int epoch) {
        int every = config.evaluation().everyEpochs();
        boolean due = epoch == config.training().epochs() || every > 0 && epoch % every == 0;
        if (!due) {
            return null;
        }
        List<Confusion> counts = evaluator.evaluate(data.validation(), List.of(evaluator.predictor(models.student), evaluator.predictor(models.teacher.network())));
        Confusion student = counts.get(0);
        Confusion teacher = counts.get(1);
        EpochMetrics metrics = new EpochMetrics(epoch, state.step(), student.meanIou(config.evaluation().absentClasses()), teacher.meanIou(config.evaluation().absentClasses()), student.iou(), teacher.iou());
        state = state.evaluated(metrics);
        listener.evaluated(metrics);
        lap();
        return metrics;
    }

    private void row(StepMetrics m, EpochMetrics e) {
        if (e == null) {
            metricsLog.row(m);
        } else {
            metricsLog.row(m, e);
        }
    }

    private void hardnessRows(int epoch) {
        float[] gamma = hardness.read();
        for (int i = 0; i < data.unlabeled().size(); i++) {
            if (!Float.isNaN(gamma[i])) {
                hardnessLog.row(epoch, data.unlabeled().id(i), gamma[i]);
            }
        }
    }

    private void checkpoint() throws IOException {
        tellPending(); // the row belongs to the steps before the checkpoint
        if (!models.finite()) {
            throw diverged("a weight is not finite after step " + state.step());
        }
        state = state.written(metricsLog.sync(), hardnessLog.sync());
        checkpoints.save(state, ConfigDifference.json(config), ConfigDifference.json(data.fingerprints()), tensors());
    }

    private Map<String, Tensor> tensors() {
        Map<String, Tensor> all = models.tensors();
        all.put("hardness", hardness.tensor());
        return all;
    }

    @Override
    public void close() throws IOException {
        labeled.close();
        if (unlabeled != null) {
            unlabeled.close();
        }
        metricsLog.close();
        hardnessLog.close();
        models.close();
        queue.close();
    }
}
