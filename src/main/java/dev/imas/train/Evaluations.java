package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.data.ImageSource;
import dev.imas.predict.Confusion;
import dev.imas.predict.Evaluator;
import dev.imas.run.EpochMetrics;
import java.util.List;
import java.util.Optional;

/** Student and teacher on the validation images, after the epochs that are due (docs/method.md 5). */
final class Evaluations {
    private final Evaluator evaluator;
    private final ImageSource validation;
    private final Models models;
    private final EvaluationSchedule schedule;
    private final AbsentClasses absent;
    private final Optional<Evaluator.Observer> observer;

    /** @param observer sees the teacher's answers, if somebody wants to */
    Evaluations(
            Evaluator evaluator,
            ImageSource validation,
            Models models,
            ImasConfig config,
            Optional<Evaluator.Observer> observer) {
        this.evaluator = evaluator;
        this.validation = validation;
        this.models = models;
        this.schedule = new EvaluationSchedule(
                config.evaluation().everyEpochs(), config.training().epochs());
        this.absent = config.evaluation().absentClasses();
        this.observer = observer;
    }

    /**
     * @param epoch from 1
     * @param step  steps finished
     * @return none when the epoch is not due
     */
    Optional<EpochMetrics> after(int epoch, long step) {
        return schedule.due(epoch) ? Optional.of(of(epoch, step)) : Optional.empty();
    }

    /** The teacher alone, for the observer. */
    void observe() {
        evaluator.evaluate(validation, List.of(evaluator.predictor(models.teacher.network())), observer);
    }

    /** The same, due or not. */
    EpochMetrics of(int epoch, long step) {
        List<Confusion> counts = evaluator.evaluate(
                validation,
                List.of(evaluator.predictor(models.student), evaluator.predictor(models.teacher.network())),
                observer);
        Confusion student = counts.get(0);
        Confusion teacher = counts.get(1);
        return new EpochMetrics(
                epoch, step, student.meanIou(absent), teacher.meanIou(absent), student.iou(), teacher.iou());
    }
}
