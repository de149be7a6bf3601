package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Batch;
import dev.imas.data.DataLoader;
import dev.imas.data.Dataset;
import dev.imas.nn.SafetensorsFile;
import dev.imas.semi.Compute;
import dev.imas.semi.ImageTensors;
import dev.imas.semi.SeededDraws;
import dev.imas.semi.StepInput;
import dev.imas.semi.StepResult;
import dev.imas.train.CheckpointStore.Checkpoint;
import java.io.IOException;
import java.util.Iterator;
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
    private final Evaluator evaluator;
    private final HardnessTable hardness;
    private final DataLoader labeled;
    private final DataLoader unlabeled;
    private final CheckpointStore checkpoints;
    private final CsvLog metricsLog;
    private final CsvLog hardnessLog;
    private final Stopwatch watch = new Stopwatch();
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
        evaluator = new Evaluator(compute, models.kernels, config.evaluation(), config.data().classes());
        hardness = new HardnessTable(data.unlabeled().size(), compute);
        state = from == null ? RunState.start(compute.precision().name()) : from.state();
        if (from != null) {
            Models.restore(SafetensorsFile.read(from.tensors()), tensors());
            models.teacher.mirrorsStudent(state.teacherMirrors());
        }
        startStep = state.step();
        checkpoints = new CheckpointStore(directory.checkpoints());
        metricsLog = new CsvLog(directory.metrics(), state.metricsBytes(), "epoch", "step", "lr", "loss_sup", "loss_unsup", "gamma_mean", "confident_ratio",
            "miou_student", "miou_teacher", "images_per_second");
        hardnessLog = new CsvLog(directory.hardness(), state.hardnessBytes(), "epoch", "image", "gamma", "hardness");
        labeled = DataLoader.labeled(data.labeled(), plan.labeledSamples(), config);
        unlabeled = plan.unlabeledSamples() == 0 ? null : DataLoader.unlabeled(data.unlabeled(), plan.unlabeledSamples(), config);
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
        SamplePictures.write(directory.samples(), data, evaluator, evaluator.predictor(models.student), evaluator.predictor(models.teacher.network()));
        EpochMetrics last = state.last();
        long rss = ProcessMemory.resident();
        RunSummary summary = new RunSummary(config.name(), config.method().name(), config.seed(), compute.device(), compute.precision().name(), state.step(), config.training().epochs(),
            last.miouStudent(), last.miouTeacher(), state.bestTeacher(), state.bestEpoch(), watch.sinceStart(), rssFirst == 0 ? rss : rssFirst, rss);
        results.writeSummary(summary);
        listener.finished(summary);
        return summary;
    }

    private void epoch(int epoch, int first) throws IOException {
        boolean supervisedOnly = unlabeled == null || epoch < config.training().supOnlyEpochs();
        Iterator<Batch> l = labeled.epoch(epoch, first);
        Iterator<Batch> u = supervisedOnly ? null : unlabeled.epoch(epoch, first);
        watch.lap();
        for (int k = first; k < plan.stepsPerEpoch(); k++) {
            boolean last = k == plan.stepsPerEpoch() - 1;
            StepMetrics metrics = step(epoch, l, u, last);
            if (state.step() - settling() == SETTLED) {
                rssFirst = ProcessMemory.resident();
            }
            if (metrics != null) {
                listener.step(metrics);
            }
            if (last) {
                EpochMetrics evaluation = evaluate(epoch + 1);
                row(metrics, evaluation);
                if (!supervisedOnly) {
                    hardnessRows(epoch + 1);
                }
            } else if (metrics != null) {
                row(metrics, null);
            }
            int every = config.training().checkpointEvery();
            if (last || every > 0 && state.step() % every == 0) {
                checkpoint();
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

    /** One step; its row of metrics.csv when one is due, else null. */
    private StepMetrics step(int epoch, Iterator<Batch> l, Iterator<Batch> u, boolean lastOfEpoch) {
        try (PointerScope scope = new PointerScope()) {
            watch.waiting();
            Batch labeledBatch = l.next();
            Batch unlabeledBatch = u == null ? null : u.next();
            watch.working(labeledBatch.count() + (unlabeledBatch == null ? 0 : unlabeledBatch.count()));
            long i = state.step();
            double lr = plan.schedule().lr(i);
            List<Double> scale = config.unsupervised().cutmixScale();
            StepResult result = models.step.run(input(labeledBatch, unlabeledBatch), new SeededDraws(config.seed(), i, scale.get(0), scale.get(1)), lr, plan.schedule().emaDecay(i));
            if (unlabeledBatch != null) {
                hardness.put(unlabeledBatch.indices(), result.agreement().gamma());
            }
            state = state.stepped(models.teacher.mirrorsStudent());
            boolean due = lastOfEpoch || state.step() % Math.max(1, config.training().logEvery()) == 0;
            if (due || !compute.cuda()) {
                requireFinite(result, lr);
            }
            return due ? metrics(epoch + 1, lr, result) : null;
        }
    }

    private StepInput input(Batch l, Batch u) {
        Tensor images = tensors.normalized(l.images(), l.count(), l.height(), l.width());
        Tensor labels = tensors.labels(l.labels(), l.count(), l.height(), l.width());
        return u == null ? StepInput.supervised(images, labels)
            : new StepInput(images, labels, tensors.normalized(u.images(), u.count(), u.height(), u.width()), tensors.normalized(u.strong(), u.count(), u.height(), u.width()));
    }

    private StepMetrics metrics(int epoch, double lr, StepResult result) {
        boolean semi = result.agreement() != null;
        double confident = semi ? result.agreement().parts().select(3, 3).mean().item_float() : Double.NaN;
        Stopwatch.Lap lap = watch.lap();
        return new StepMetrics(epoch, state.step(), lr, result.lossSup().item_float(), semi ? result.lossUnsup().item_float() : Double.NaN,
            semi ? result.agreement().mean().item_float() : Double.NaN, confident, lap.imagesPerSecond(), lap.waitShare());
    }

    private void requireFinite(StepResult result, double lr) {
        if (!Float.isFinite(result.total().item_float())) {
            throw diverged("the loss is not finite at step " + state.step() + " (supervised " + result.lossSup().item_float()
                + (result.lossUnsup() == null ? "" : ", unsupervised " + result.lossUnsup().item_float()) + ", lr " + lr + ")");
        }
    }

    private UserException diverged(String what) {
        return new UserException(what + ": the training diverged; try a lower training.lr, a lower unsupervised.weight or precision fp32; the last checkpoint remains in " + directory.checkpoints());
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
        watch.lap();
        return metrics;
    }

    private void row(StepMetrics m, EpochMetrics e) {
        metricsLog.row(m.epoch(), m.step(), m.lr(), m.lossSup(), m.lossUnsup(), m.gammaMean(), m.confidentRatio(), e == null ? Double.NaN : e.miouStudent(), e == null ? Double.NaN : e.miouTeacher(),
            m.imagesPerSecond());
    }

    private void hardnessRows(int epoch) {
        float[] gamma = hardness.read();
        for (int i = 0; i < data.unlabeled().size(); i++) {
            if (!Float.isNaN(gamma[i])) {
                hardnessLog.row(epoch, data.unlabeled().id(i), gamma[i], 1 - gamma[i]);
            }
        }
    }

    private void checkpoint() throws IOException {
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
    }
}
