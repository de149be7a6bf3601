package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.run.RunDirectory;
import dev.imas.train.CheckpointStore.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a run goes on, if what it would compute with is what it began with. */
final class ResumePoint {
    private static final String LABELED = "labeled";
    private static final String UNLABELED = "unlabeled";
    private static final String EPOCH_LENGTH = "data.epoch_length: ";
    /** Earlier versions left it open in layout folders; which pictures these are is compared beside. */
    private static final String NOT_PINNED = "data.set_aside: [] -> ";

    private static final Pattern COUNT = Pattern.compile("\\d{1,9}");

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
            requireUnfinished(directory);
            listener.message("no checkpoint was written yet: starting from the beginning");
            return newest;
        }
        Checkpoint found = newest.get();
        if (found.data().isMissingNode()) {
            throw new UserException(
                    "the checkpoints in " + directory.checkpoints().folder() + " were written by an older"
                            + " version, which this one cannot continue; train anew with another --out");
        }
        requireKnownSettings(found, config, directory);
        List<String> changes = ConfigDifference.between(found.config(), ConfigDifference.json(config)).stream()
                .filter(change -> !(change.startsWith(EPOCH_LENGTH) && sameEpochLength(found, config)))
                .filter(change -> !change.startsWith(NOT_PINNED))
                .toList();
        if (!changes.isEmpty()) {
            throw new UserException("the configuration changed since the checkpoint: " + String.join(", ", changes)
                    + "; resume with the old values, or train anew with another --out");
        }
        requireData(found, config, data, listener);
        listener.message("continuing after step " + found.state().step());
        return Optional.of(withEpochs(found, config(config, data, newest), data, listener));
    }

    /** A run that began again would replace what it left. */
    private static void requireUnfinished(RunDirectory directory) {
        if (Files.exists(directory.teacher()) && Files.exists(directory.summary())) {
            throw new UserException("the run in " + directory.root() + " has finished and has no checkpoints (those of"
                    + " a comparison are removed at a run's end): there is nothing to go on from; train anew with"
                    + " another --out, from its weights with network.init_weights=" + directory.teacher());
        }
    }

    /** Settings that a version had not yet when it wrote the checkpoint have no value that this one could compare. */
    private static void requireKnownSettings(Checkpoint found, ImasConfig config, RunDirectory directory) {
        List<String> lacking = ConfigDifference.lacking(found.config(), ConfigDifference.json(config));
        if (!lacking.isEmpty()) {
            throw new UserException("the run in " + directory.root() + " was begun by an older version of this program,"
                    + " which had no setting " + String.join(", ", lacking) + "; continue it with that version, or"
                    + " train anew with another --out");
        }
    }

    /** The run's own pictures; unlabelled ones may be gone or replaced, others too where broken ones are left out. */
    private static void requireData(Checkpoint found, ImasConfig config, Dataset data, TrainListener listener) {
        List<String> other = new ArrayList<>();
        new TreeMap<>(data.fingerprints()).forEach((list, now) -> {
            String before = found.data().path(list).asText();
            int most =
                    list.equals(UNLABELED) ? pictures(before) : config.data().skipBroken() ? pictures(before) - 1 : 0;
            if (!same(before, now) && pictures(now) > 0 && pictures(now) <= most) {
                listener.message("the " + list.replace("labeled", "labelled")
                        + " pictures are not those that the run began with (" + pictures(now)
                        + ", before " + pictures(before) + ", or other files): it goes on with these, an epoch stays as"
                        + " long as it was, and the bits are no longer those of a run without the change");
            } else if (!same(before, now)) {
                other.add(list + ": \"" + before + "\" -> \"" + now + "\"");
            }
        });
        if (!other.isEmpty()) {
            throw new UserException("the data set is not the one the run began with: " + String.join(", ", other)
                    + "; name the same lists (--data, --labeled, --unlabeled, --val) of the same files, or train anew"
                    + " with another --out");
        }
    }

    /** Older checkpoints do not tell the sizes of files. */
    private static boolean same(String before, String now) {
        return now.equals(before) || now.startsWith(before + ", sizes ");
    }

    private static int pictures(String fingerprint) {
        Matcher number = COUNT.matcher(fingerprint);
        return number.lookingAt() ? Integer.parseInt(number.group()) : 0;
    }

    /** Whether a run goes on with other unlabelled pictures than its checkpoint was written with. */
    static boolean otherUnlabeled(Checkpoint from, Dataset data) {
        return !same(from.data().path(UNLABELED).asText(), data.fingerprints().get(UNLABELED));
    }

    /** Whether its epochs would be of another length now, where the data set says how long they are. */
    private static boolean otherLength(Checkpoint from, Dataset data) {
        boolean byLabeled = pictures(from.data().path(UNLABELED).asText()) == 0;
        return otherUnlabeled(from, data)
                || (byLabeled
                        && !same(
                                from.data().path(LABELED).asText(),
                                data.fingerprints().get(LABELED)));
    }

    /** The configuration with epochs as long as they were, so that steps and rates stay where they are. */
    static ImasConfig config(ImasConfig config, Dataset data, Optional<Checkpoint> from) {
        if (from.isEmpty() || !otherLength(from.get(), data)) {
            return config;
        }
        return config.withData(config.data().withEpochLength(epochLength(from.get())));
    }

    private static boolean sameEpochLength(Checkpoint found, ImasConfig config) {
        return config.data().epochLength() == epochLength(found);
    }

    private static int epochLength(Checkpoint from) {
        int given = from.config().at("/data/epoch_length").asInt();
        int unlabeled = pictures(from.data().path(UNLABELED).asText());
        int whole =
                unlabeled > 0 ? unlabeled : pictures(from.data().path(LABELED).asText());
        String batch = unlabeled > 0 ? "/training/batch_unlabeled" : "/training/batch_labeled";
        return given > 0 ? given : Math.max(from.config().at(batch).asInt(), whole);
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
