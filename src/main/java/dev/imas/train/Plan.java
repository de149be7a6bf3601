package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.data.Dataset;
import dev.imas.semi.Schedule;

/**
 * How long a run is. An epoch is one pass over the unlabelled list, the last partial batch dropped, beside as many
 * labelled batches (docs/method.md 2). Its steps do not depend on the method, so that methods compare at equal steps;
 * only where there is no unlabelled picture at all does an epoch count labelled batches. Where there are fewer pictures
 * than a batch takes, an epoch is one step, and a picture may be in its batch more than once.
 *
 * @param labeledSamples   what the labelled loader draws from its repeated list an epoch
 * @param unlabeledSamples what the unlabelled loader draws an epoch; 0 for the supervised method
 * @param schedule         rates and decays of the steps
 */
record Plan(int labeledSamples, int unlabeledSamples, Schedule schedule) {
    static Plan of(ImasConfig config, Dataset data) {
        ImasConfig.Training t = config.training();
        boolean supervised = config.method() == Method.SUPERVISED;
        int unlabeled = data.unlabeled().size();
        if (data.classNames().size() != config.data().classes()) {
            throw new UserException("data.classes is " + config.data().classes() + ", but the data have "
                    + data.classNames().size() + " class names; set both to the same number");
        }
        requirePictures(config.method(), data, RunPlanning.OF_A_RUN);
        int whole = unlabeled > 0 ? unlabeled : data.labeled().size();
        int batch = unlabeled > 0 ? t.batchUnlabeled() : t.batchLabeled();
        int length = config.data().epochLength() > 0 ? config.data().epochLength() : Math.max(batch, whole);
        int steps = length / batch;
        if (steps == 0) {
            throw new UserException("an epoch of " + length + " samples (data.epoch_length) has no full batch of "
                    + batch + "; lower training." + (unlabeled > 0 ? "batch_unlabeled" : "batch_labeled")
                    + " or raise data.epoch_length");
        }
        int labeled = Math.max(length, Math.multiplyExact(steps, t.batchLabeled()));
        return new Plan(labeled, supervised ? 0 : length, Schedule.of(t, steps));
    }

    /**
     * @param remedy what else may be done where there are no unlabelled pictures
     * @throws UserException where the method has nothing to learn from
     */
    static void requirePictures(Method method, Dataset data, String remedy) {
        if (data.labeled().size() == 0) {
            throw new UserException("data.labeled: the list of labelled images is empty; at least one is needed");
        }
        if (method != Method.SUPERVISED && data.unlabeled().size() == 0) {
            throw new UserException("data.unlabeled: there are no unlabelled images; give some, or " + remedy);
        }
    }

    int stepsPerEpoch() {
        return Math.toIntExact(schedule.stepsPerEpoch());
    }

    /** The epoch of a step, both from 0. */
    int epoch(long step) {
        return Math.toIntExact(step / stepsPerEpoch());
    }

    /** The place of a step in its epoch, both from 0. */
    int place(long step) {
        return Math.toIntExact(step % stepsPerEpoch());
    }

    /** Whether an epoch, from 0, learns from labelled images alone. */
    boolean supervisedOnly(int epoch) {
        return unlabeledSamples == 0 || epoch < schedule.supOnlyEpochs();
    }

    /** The first step that runs student and teacher apart, every part of a step being in use; 0 without a teacher. */
    long firstApart() {
        return unlabeledSamples == 0 ? 0 : (schedule.supOnlyEpochs() + 1L) * stepsPerEpoch();
    }
}
