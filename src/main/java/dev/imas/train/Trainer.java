package dev.imas.train;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.Names;
import dev.imas.data.Dataset;
import dev.imas.data.Inspection;
import dev.imas.device.Compute;
import dev.imas.device.OutOfMemory;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import dev.imas.report.ReportWriter;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunLock;
import dev.imas.run.RunSummary;
import dev.imas.train.CheckpointStore.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/** One training run: the loop around {@link dev.imas.semi}, evaluation, checkpoints and the run directory. */
public final class Trainer {
    private Trainer() {}

    /**
     * Trains as configured and leaves config.yaml, metrics.csv, hardness.csv, pseudo_labels.csv, class_iou.csv,
     * confusion.csv, pictures.csv, summary.json, student.safetensors, teacher.safetensors, samples/, worst/,
     * checkpoints/ and the report in the run directory; with {@code training.keep: best} best.safetensors, too. The
     * report is written anew while the run goes on.
     *
     * @param asked  configuration; what it leaves open is settled first, about pictures and masks by a look at all of
     *               them, and told; it stands in config.yaml
     * @param out    run directory, created
     * @param resume true: continue from the newest usable checkpoint in {@code out}
     * @throws UserException for a directory that cannot be used, a changed configuration on resume, data that cannot
     *                       be read, a diverging loss, or too little memory
     */
    public static RunSummary run(ImasConfig asked, Path out, boolean resume, TrainListener listener) {
        requireDevice(asked, asked.device());
        return run(Inspection.of(asked), out, resume, listener);
    }

    private static void requireDevice(ImasConfig config, String device) {
        Torch.load();
        torch.get_num_threads(); // libtorch decides its threads on the first question; later would be too late
        Compute.of(device, config.precision(), config.network().backbone());
    }

    /** As {@link #run(ImasConfig, Path, boolean, TrainListener)}, of a data set that has been looked at. */
    public static RunSummary run(Inspection inspection, Path out, boolean resume, TrainListener listener) {
        return run(inspection, inspection.config().device(), out, resume, listener, Ranks.ALONE);
    }

    /**
     * The same in several processes, of which this one is rank 0; the others call {@link #follow}.
     *
     * @param device this process's
     * @param ranks  the processes that train together; what fails here is not told to them
     */
    public static RunSummary run(
            Inspection inspection, String device, Path out, boolean resume, TrainListener listener, Ranks ranks) {
        requireDevice(inspection.config(), device);
        Together.requireDivisible(inspection.config(), ranks.count());
        Together.tellSettings(inspection.config(), ranks);
        Dataset data = inspected(inspection, listener);
        Together.tellData(data, ranks);
        ImasConfig asked = onLoader(ClassWeights.settled(inspection.config(), data, listener::message), listener);
        if (!resume) {
            InitialWeights.of(asked, listener); // what fails here leaves no run directory behind
            InitialWeights.tellRandomStart(asked, listener);
        }
        RunDirectory directory = RunDirectory.open(out, resume);
        try (RunLock lock = RunLock.take(directory.lock())) {
            if (!resume) {
                directory.checkpoints().clear();
            }
            Optional<Checkpoint> from = resume ? ResumePoint.find(asked, data, directory, listener) : Optional.empty();
            ImasConfig config = ResumePoint.config(asked, data, from);
            Together.tellStart(config, from.map(Checkpoint::state), precision(config, from), ranks);
            Compute compute = computeOn(device, config, precision(config, from), listener, ranks);
            DurableFiles.replace(
                    directory.config(),
                    file -> Files.writeString(file, ConfigYaml.dump(config), StandardCharsets.UTF_8));
            RunSummary summary;
            try (PointerScope scope = new PointerScope();
                    RunParts parts =
                            new RunParts(config, directory, data, compute, listener, from, Optional.empty(), ranks)) {
                TrainingRun run = new TrainingRun(config, compute, listener, parts);
                run.run();
                summary = run.finish();
            }
            ReportWriter.write(out);
            return summary;
        } catch (IOException | UncheckedIOException e) {
            throw new UserException(
                    "the run directory " + out + " could not be written (" + FileProblem.of(e, out) + "); "
                            + kept(directory),
                    e);
        } catch (RuntimeException e) {
            throw OutOfMemory.told(e);
        }
    }

    /**
     * Trains with rank 0, which says with what, and leaves nothing behind: rank 0 does.
     *
     * @param own    settings of this process, of which its files and its loaders' are used
     * @param device this process's
     * @throws UserException as {@link #run}, and where settings or data are not those of rank 0
     */
    public static void follow(ImasConfig own, String device, TrainListener listener, Ranks ranks) {
        requireDevice(own, device);
        try {
            Inspection inspection = Inspection.of(Together.settings(own, ranks));
            Dataset data = inspected(inspection, listener);
            Together.requireSameData(data, ranks);
            Together.Start start = Together.start(own, ranks);
            Compute compute = computeOn(device, start.config(), start.precision(), listener, ranks);
            Path unseen = Files.createTempDirectory("imas-rank-");
            try (PointerScope scope = new PointerScope();
                    RunParts parts = parts(unseen, start, data, compute, listener, ranks)) {
                new TrainingRun(start.config(), compute, listener, parts).run();
            }
        } catch (IOException | UncheckedIOException e) {
            throw new UserException("a temporary file could not be written (" + FileProblem.of(e) + ")", e);
        } catch (RuntimeException e) {
            throw OutOfMemory.told(e);
        }
    }

    /** The tables that nobody will read are gone as soon as they are open, however this process ends. */
    private static RunParts parts(
            Path unseen, Together.Start start, Dataset data, Compute compute, TrainListener listener, Ranks ranks)
            throws IOException {
        try {
            return new RunParts(
                    start.config(),
                    new RunDirectory(unseen),
                    data,
                    compute,
                    listener,
                    Optional.empty(),
                    Optional.of(start.state()),
                    ranks);
        } finally {
            try (Stream<Path> files = Files.list(unseen)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(unseen);
        }
    }

    private static Compute computeOn(
            String device, ImasConfig config, Precision precision, TrainListener listener, Ranks ranks) {
        Compute compute = Compute.of(device, precision, config.network().backbone());
        ranks.computeOn(compute.cuda());
        Together.requireSamePrecision(compute, ranks);
        compute.notes(device).forEach(listener::message);
        listener.message("device " + compute.device() + ", precision "
                + Names.word(compute.precision())
                + (compute.channelsLast() ? ", channels_last" : ""));
        return compute;
    }

    /** What a run that failed leaves to go on from. */
    private static String kept(RunDirectory directory) {
        try {
            List<Long> steps = directory.checkpoints().steps();
            return steps.isEmpty()
                    ? "no checkpoint was written yet: mend that, then begin again"
                    : "the checkpoint after step " + steps.get(0) + " is kept: mend that, then use --resume";
        } catch (IOException e) {
            return "mend that, then use --resume";
        }
    }

    /** Says what there is and what is odd, then refuses everything that would fail later. */
    private static Dataset inspected(Inspection inspection, TrainListener listener) {
        inspection.report().forEach(listener::message);
        Dataset data = inspection.usable();
        return inspection.config().data().skipBroken() ? data.withoutBroken() : data;
    }

    /** Strong views of channels that are no colours are made by the loader. */
    private static ImasConfig onLoader(ImasConfig config, TrainListener listener) {
        if (config.augment().device() && !config.data().channels().rgb()) {
            listener.message("augment.device makes strong views of rgb alone; the loader makes them");
            return config.withAugment(config.augment().withDevice(false));
        }
        return config;
    }

    /** A resumed run keeps the precision that it began with. */
    private static Precision precision(ImasConfig config, Optional<Checkpoint> from) {
        return config.precision() != Precision.AUTO
                ? config.precision()
                : from.map(checkpoint -> Precision.valueOf(checkpoint.state().precision()))
                        .orElse(Precision.AUTO);
    }
}
