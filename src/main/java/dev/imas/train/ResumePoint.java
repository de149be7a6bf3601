package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.run.RunDirectory;
import dev.imas.train.CheckpointStore.Checkpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where a run goes on, if what it would compute with is what it began with. */
final class ResumePoint {
    private ResumePoint() {}

    /**
     * The newest usable checkpoint; none when the run had not come to its first one.
     *
     * @throws UserException for a changed configuration or other data, or when every checkpoint is damaged
     */
    static Optional<Checkpoint> find(ImasConfig config, Dataset data, RunDirectory directory, TrainListener listener)
            throws IOException {
        Optional<Checkpoint> newest = new CheckpointStore(directory.checkpoints()).newest(listener::message);
        if (newest.isEmpty()) {
            listener.message("no checkpoint was written yet: starting from the beginning");
            return newest;
        }
        Checkpoint found = newest.get();
        if (found.data().isMissingNode()) {
            throw new UserException(
                    "the checkpoints in " + directory.checkpoints().folder() + " were written by an older"
                            + " version, which this one cannot continue; train anew with another --out");
        }
        List<String> changes = ConfigDifference.between(found.config(), ConfigDifference.json(config));
        if (!changes.isEmpty()) {
            throw new UserException("the configuration changed since the checkpoint: " + String.join(", ", changes)
                    + "; resume with the old values, or train anew with another --out");
        }
        List<String> other = ConfigDifference.between(found.data(), ConfigDifference.json(data.fingerprints()));
        if (!other.isEmpty()) {
            throw new UserException("the data set is not the one the run began with: " + String.join(", ", other)
                    + "; name the same lists (--data, --labeled, --unlabeled, --val), or train "
                    + "anew with another --out");
        }
        listener.message("continuing after step " + found.state().step());
        return Optional.of(withEpochs(found, config, data, listener));
    }

    /** Another number of epochs is another schedule from here on. */
    private static Checkpoint withEpochs(Checkpoint found, ImasConfig config, Dataset data, TrainListener listener) {
        int before = found.config().at("/training/epochs").asInt();
        int epochs = config.training().epochs();
        if (epochs == before) {
            return found;
        }
        Plan plan = Plan.of(config, data);
        long step = found.state().step();
        if (plan.schedule().steps() < step) {
            throw new UserException("training.epochs is " + epochs + ", but the run has come to epoch "
                    + (plan.epoch(step - 1) + 1) + " of " + before + " (step " + step + "); give that or more");
        }
        listener.message("training.epochs " + before + " -> " + epochs + ": the learning rate's schedule is rebuilt"
                + " from step " + step + " on; training anew with this number of epochs would give other weights");
        return new Checkpoint(found.state().rebuilt(), found.config(), found.data(), found.tensors());
    }
}
