package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.config.PictureInput;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.ImageTensors;
import dev.imas.distributed.Ranks;
import dev.imas.predict.Evaluator;
import dev.imas.run.RunDirectory;
import dev.imas.train.CheckpointStore.Checkpoint;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the loop of a run works with, made and put together, from the beginning or from a checkpoint. Closes it all,
 * also when something fails while it is made. Belongs to the PointerScope that it is made in.
 */
final class RunParts implements AutoCloseable {
    final Stopwatch watch = new Stopwatch();
    final Plan plan;
    final Models models;
    final BatchFeed feed;
    final Loaders loaders;
    final Evaluator evaluator;
    final Evaluations evaluations;
    final Divergence divergence;
    final MetricRows rows;
    final HardnessTable hardness;
    final HardnessRows hardnessRows;
    final Checkpoints checkpoints;
    final SettledMemory memory;
    final BrokenPictures broken;
    final Results results;
    final LiveView live;
    /** Where the run stands when it begins. */
    final RunState start;
    /** The processes that train together. */
    final Ranks ranks;

    private final Opened opened = new Opened();

    /**
     * @param from checkpoint to continue from
     * @param told where rank 0 stands; none: this is rank 0
     */
    RunParts(
            ImasConfig config,
            RunDirectory directory,
            Dataset data,
            Compute compute,
            TrainListener listener,
            Optional<Checkpoint> from,
            Optional<RunState> told,
            Ranks ranks)
            throws IOException {
        this.ranks = ranks;
        try {
            plan = Plan.of(config, data);
            results = new Results(config, directory, data, compute);
            PictureInput input = PictureInput.of(config.data());
            models = opened.keep(new Models(config, compute, from.isEmpty() && ranks.leads(), listener, ranks));
            DeviceQueue queue = opened.keep(DeviceQueue.of(compute));
            feed = new BatchFeed(compute, queue, new ImageTensors(compute, input), share(config, ranks));
            evaluator = new Evaluator(
                    compute, models.kernels, config.evaluation(), config.data().classes(), input);
            Optional<PseudoLabelLook> look = PseudoLabelLook.of(config, data);
            evaluations = new Evaluations(evaluator, data.validation(), models, config, look, ranks);
            hardness = new HardnessTable(data.unlabeled().size(), compute);
            start = told.or(() -> from.map(Checkpoint::state))
                    .orElseGet(() -> RunState.start(compute.precision().name()));
            boolean otherPictures = from.isPresent() && ResumePoint.otherUnlabeled(from.get(), data);
            if (from.isPresent()) {
                try (SafetensorsFile saved = SafetensorsFile.read(from.get().tensors())) {
                    Models.restore(saved, otherPictures ? models.tensors() : tensors());
                }
            }
            Optional<TensorBoard> board = config.training().tensorboard() && ranks.leads()
                    ? TensorBoard.of(directory, config, data, start.step(), listener::message)
                    : Optional.empty();
            board.ifPresent(opened::keep);
            divergence = new Divergence(directory.checkpoints().folder());
            rows = new MetricRows(
                    directory,
                    ranks.leads() ? start.metricsBytes() : 0,
                    new StepFigures(compute, queue),
                    metrics -> {
                        listener.step(metrics);
                        board.ifPresent(events -> events.step(metrics));
                    },
                    divergence,
                    config.training().logEvery(),
                    opened);
            long written = ranks.leads() ? start.hardnessBytes() : 0;
            hardnessRows = new HardnessRows(directory, written, hardness, data.unlabeled(), opened);
            if (otherPictures) {
                hardness.fill(hardnessRows.last(directory));
            }
            ranks.follow(List.copyOf(tensors().values()));
            if (start.step() > 0) {
                models.teacher.mirrorsStudent(start.teacherMirrors());
            }
            checkpoints = new Checkpoints(directory, config, data);
            broken = opened.keep(new BrokenPictures(config, data, listener));
            loaders = new Loaders(data, plan, LoaderThreads.settled(config, compute.cuda()), ranks.share(), opened);
            live = opened.keep(new LiveView(directory, config, results, models, listener, look, board, start.step()));
            memory = SettledMemory.of(start.step(), plan);
        } catch (IOException | RuntimeException | Error e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /** The batches that one of the processes is fed with. */
    private static ImasConfig share(ImasConfig config, Ranks ranks) {
        return config.withTraining(config.training()
                .with(training -> training.batchLabeled(config.training().batchLabeled() / ranks.count())
                        .batchUnlabeled(config.training().batchUnlabeled() / ranks.count())));
    }

    /** Every tensor that the rest of the run depends on, by name (live tensors). */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> all = models.tensors();
        all.put("hardness", hardness.tensor());
        return all;
    }

    /** Stops the loaders, waits for the device, and closes files and networks. */
    @Override
    public void close() throws IOException {
        opened.close();
    }
}
