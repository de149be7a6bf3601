package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Keep;
import dev.imas.run.EpochMetrics;
import dev.imas.run.Role;

/**
 * Which network is the result of a run (docs/method.md 5): the teacher, as published; where the best is kept, student
 * or teacher, whichever measures better on the validation pictures. In a short run the average may lag behind what it
 * averages.
 */
record ResultRule(Keep keep) {
    static ResultRule of(ImasConfig config) {
        return new ResultRule(config.training().keep());
    }

    /** The result among the networks of an evaluation; of equal ones the teacher. */
    Role of(EpochMetrics evaluation) {
        return keep == Keep.BEST && evaluation.miouStudent() > evaluation.miouTeacher() ? Role.STUDENT : Role.TEACHER;
    }

    /** Its mIoU in [0,1]. */
    double miou(EpochMetrics evaluation) {
        return evaluation.miou(of(evaluation));
    }

    /** Whether an evaluation found a better result than the best so far, which may be null. */
    boolean better(EpochMetrics evaluation, EpochMetrics best) {
        return best == null
                || miou(evaluation) > miou(best)
                || Double.isNaN(miou(best)) && !Double.isNaN(miou(evaluation));
    }
}
