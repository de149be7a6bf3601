package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.backward;

import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.AveragedPasses;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.nn.SegmentationNetwork.Output;
import dev.imas.nn.TurnedPasses;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The two networks of a run: the student learns by gradient, the teacher follows as its average. */
final class StudentAndTeacher implements Networks {
    private final SegmentationNetwork student;
    private final Teacher teacher;
    private final Optimizer optimizer;
    private final Compute compute;
    private final boolean compared;
    private final int views;
    private final Optional<SharedGradients> shared;
    private final Optional<MeanStatistics> statistics;

    /**
     * @param compared   whether it matters what the student predicts, which is so where gamma is measured
     * @param views      positions of a weak view that the teacher's answer is the mean over
     * @param shared     gradients of several processes; none: of this one
     * @param statistics running statistics of several processes that do not normalise together
     */
    StudentAndTeacher(
            SegmentationNetwork student,
            Teacher teacher,
            Optimizer optimizer,
            Compute compute,
            boolean compared,
            int views,
            Optional<SharedGradients> shared,
            Optional<MeanStatistics> statistics) {
        this.shared = shared;
        this.statistics = statistics;
        this.student = student;
        this.teacher = teacher;
        this.optimizer = optimizer;
        this.compute = compute;
        this.compared = compared;
        this.views = views;
    }

    @Override
    public void forgetGradients() {
        shared.ifPresentOrElse(SharedGradients::forget, optimizer::clearGradients);
    }

    @Override
    public Predictions predict(Tensor weak) {
        if (views > 1) {
            Tensor said = meanOfViews(weak);
            return new Predictions(compared ? predict(student, weak) : said, said);
        }
        boolean apart = compared && !teacher.mirrorsStudent();
        if (apart && student.frozenEncoder()) {
            List<Tensor> both = compute.forward(false, () -> student.withSameEncoder(teacher.network(), weak));
            return new Predictions(both.get(0), both.get(1));
        }
        Tensor teacherLogits = predict(teacher.network(), weak);
        return new Predictions(apart ? predict(student, weak) : teacherLogits, teacherLogits);
    }

    /** The teacher's mean over several positions, in the type of one answer. */
    private Tensor meanOfViews(Tensor weak) {
        return Torch.scoped(
                () -> AveragedPasses.of(TurnedPasses.of(views, images -> predict(teacher.network(), images)))
                        .apply(weak)
                        .to(compute.bf16() ? ScalarType.BFloat16 : ScalarType.Float));
    }

    private Tensor predict(SegmentationNetwork network, Tensor images) {
        return compute.forward(false, () -> network.forward(images, false)).logits();
    }

    @Override
    public Pass learn(Tensor batch) {
        return pass(compute.forward(true, () -> student.forward(batch, true)));
    }

    @Override
    public Pass learn(Tensor batch, Tensor factors) {
        return pass(compute.forward(true, () -> student.forward(batch, true, factors)));
    }

    private static Pass pass(Output output) {
        return new Pass(
                Head.of(output.logits()),
                Optional.ofNullable(output.auxiliary()).map(Head::of));
    }

    @Override
    public void backpropagate(Pass pass) {
        TensorVector logits = new TensorVector();
        TensorVector gradients = new TensorVector();
        for (Head head : pass.heads()) {
            logits.push_back(head.logits());
            gradients.push_back(head.gradient());
        }
        backward(logits, gradients, new BoolOptional(), false, new TensorVector());
    }

    @Override
    public void update(double lr, double emaDecay) {
        shared.ifPresent(SharedGradients::sum);
        statistics.ifPresent(MeanStatistics::average);
        optimizer.step(lr);
        teacher.update(emaDecay);
    }
}
