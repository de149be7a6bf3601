package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.data.ImageSource;
import dev.imas.data.PartOfSource;
import dev.imas.distributed.Ranks;
import dev.imas.predict.Confusion;
import dev.imas.predict.Evaluator;
import dev.imas.run.EpochMetrics;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Student and teacher on the validation images, after the epochs that are due (docs/method.md 5). */
final class Evaluations {
    private final Evaluator evaluator;
    private final ImageSource validation;
    private final Models models;
    private final EvaluationSchedule schedule;
    private final AbsentClasses absent;
    private final Optional<PseudoLabelLook> observer;
    private final Ranks ranks;

    /**
     * @param observer sees the teacher's answers, if somebody wants to
     * @param ranks    the processes that measure a part of the pictures each
     */
    Evaluations(
            Evaluator evaluator,
            ImageSource validation,
            Models models,
            ImasConfig config,
            Optional<PseudoLabelLook> observer,
            Ranks ranks) {
        this.ranks = ranks;
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
        counts(List.of(evaluator.predictor(models.teacher.network())));
    }

    private List<Confusion> counts(List<UnaryOperator<Tensor>> networks) {
        if (ranks.alone()) {
            return evaluator.evaluate(validation, networks, observer.map(look -> look));
        }
        ImageSource own = new PartOfSource(validation, ranks.share());
        Evaluator.Counts found = evaluator.counts(own, networks, observer.map(look -> look));
        observer.ifPresent(look -> look.share(ranks));
        if (ranks.sum(new long[] {found.measured()})[0] == 0 && validation.size() > 0) {
            throw Evaluator.noneMeasured(validation.size());
        }
        return found.networks().stream().map(this::everybodys).toList();
    }

    private Confusion everybodys(Confusion own) {
        return new Confusion(ranks.sum(own.intersection()), ranks.sum(own.predicted()), ranks.sum(own.truth()));
    }

    /** The same, due or not. */
    EpochMetrics of(int epoch, long step) {
        List<Confusion> counts =
                counts(List.of(evaluator.predictor(models.student), evaluator.predictor(models.teacher.network())));
        Confusion student = counts.get(0);
        Confusion teacher = counts.get(1);
        return new EpochMetrics(
                epoch, step, student.meanIou(absent), teacher.meanIou(absent), student.iou(), teacher.iou());
    }
}
