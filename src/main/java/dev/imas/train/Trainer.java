package dev.imas.train;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.machine.FileView;
import dev.imas.machine.NvidiaDriver;
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
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/** One training run: the loop around {@link dev.imas.semi}, evaluation, checkpoints and the run directory. */
public final class Trainer {
    private Trainer() {
    }

    /**
     * Trains as configured and leaves config.yaml, metrics.csv, hardness.csv, class_iou.csv, summary.json,
     * student.safetensors, teacher.safetensors, samples/, checkpoints/ and the report in the run directory.
     *
     * @param config resolved configuration
     * @param out    run directory, created
     * @param resume true: continue from the newest usable checkpoint in {@code out}
     * @throws UserException for a directory that cannot be used, a changed configuration on resume, data that cannot
     *                       be read, a diverging loss, or too little memory
     */
    public static RunSummary run(ImasConfig config, Path out, boolean resume, TrainListener listener) {
        Torch.load();
        torch.get_num_threads(); // libtorch decides its threads on the first question; later would be too late
        Compute.of(config.device(), config.precision(), config.network().backbone());
        Dataset data = Dataset.open(config);
        RunDirectory directory = RunDirectory.open(out, resume);
        try (RunLock lock = RunLock.take(directory.lock())) {
            Checkpoint from = resume ? checkpoint(config, data, directory, listener) : null;
            Precision precision = from != null && config.precision() == Precision.AUTO ? Precision.valueOf(from.state().precision()) : config.precision();
            Compute compute = Compute.of(config.device(), precision, config.network().backbone());
            tellUnusedGpu(config, compute, listener);
            listener.message("device " + compute.device() + ", precision " + compute.precision().name().toLowerCase(java.util.Locale.ROOT)
                + (compute.channelsLast() ? ", channels_last" : ""));
            DurableFiles.replace(directory.config(), file -> Files.writeString(file, ConfigYaml.dump(config), StandardCharsets.UTF_8));
            RunSummary summary;
            try (PointerScope scope = new PointerScope(); TrainingRun run = new TrainingRun(config, directory, data, compute, listener, from)) {
                summary = run.run();
            }
            ReportWriter.write(out);
            return summary;
        } catch (IOException | UncheckedIOException e) {
            throw new UserException("the run directory " + out + " could not be written (" + FileProblem.of(e, out)
                + "); mend that, then use --resume", e);
        } catch (RuntimeException e) {
            throw outOfMemory(e) ? new UserException("out of memory (" + Torch.message(e) + "); lower training.batch_labeled, training.batch_unlabeled or augment.crop", e) : e;
        }
    }

    /** Whoever has a GPU and asks for nothing special expects it to be used. */
    private static void tellUnusedGpu(ImasConfig config, Compute compute, TrainListener listener) {
        if (config.device().equals("auto") && !compute.cuda() && NvidiaDriver.version(FileView.ofThisMachine()).isPresent()) {
            listener.message("NVIDIA's driver is installed, but no GPU can be used: " + Compute.problem() + "; `imas doctor` tells what is needed");
        }
    }

    private static Checkpoint checkpoint(ImasConfig config, Dataset data, RunDirectory directory, TrainListener listener) throws IOException {
        Optional<Checkpoint> newest = new CheckpointStore(directory.checkpoints()).newest(listener::message);
        if (newest.isEmpty()) {
            listener.message("no checkpoint was written yet: starting from the beginning");
            return null;
        }
        if (newest.get().data().isMissingNode()) {
            throw new UserException("the checkpoints in " + directory.checkpoints().folder() + " were written by an older version, which this one cannot continue; train anew with another --out");
        }
        List<String> changes = ConfigDifference.between(newest.get().config(), ConfigDifference.json(config));
        if (!changes.isEmpty()) {
            throw new UserException("the configuration changed since the checkpoint: " + String.join(", ", changes) + "; resume with the old values, or train anew with another --out");
        }
        List<String> other = ConfigDifference.between(newest.get().data(), ConfigDifference.json(data.fingerprints()));
        if (!other.isEmpty()) {
            throw new UserException("the data set is not the one the run began with: " + String.join(", ", other) + "; name the same lists (--data, --labeled, --unlabeled, --val), or train anew with another --out");
        }
        listener.message("continuing after step " + newest.get().state().step());
        return newest.get();
    }

    private static boolean outOfMemory(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("can't allocate memory") || message.contains("out of memory");
    }
}
