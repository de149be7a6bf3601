package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.backward;

import dev.imas.device.Compute;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.nn.SegmentationNetwork.Output;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** The two networks of a run: the student learns by gradient, the teacher follows as its average. */
final class StudentAndTeacher implements Networks {
    private final SegmentationNetwork student;
    private final Teacher teacher;
    private final Optimizer optimizer;
    private final Compute compute;
    private final boolean compared;
    private final Optional<SharedGradients> shared;
    private final Optional<MeanStatistics> statistics;

    /**
     * @param compared   whether it matters what the student predicts, which is so where gamma is measured
     * @param shared     gradients of several processes; none: of this one
     * @param statistics running statistics of several processes that do not normalise together
     */
    StudentAndTeacher(
            SegmentationNetwork student,
            Teacher teacher,
            Optimizer optimizer,
            Compute compute,
            boolean compared,
            Optional<SharedGradients> shared,
            Optional<MeanStatistics> statistics) {
        this.shared = shared;
        this.statistics = statistics;
        this.student = student;
        this.teacher = teacher;
        this.optimizer = optimizer;
        this.compute = compute;
        this.compared = compared;
    }

    @Override
    public void forgetGradients() {
        shared.ifPresentOrElse(SharedGradients::forget, optimizer::clearGradients);
    }

    @Override
    public Predictions predict(Tensor weak) {
        boolean apart = compared && !teacher.mirrorsStudent();
        if (apart && student.frozenEncoder()) {
            List<Tensor> both = compute.forward(false, () -> student.withSameEncoder(teacher.network(), weak));
            return new Predictions(both.get(0), both.get(1));
        }
        Tensor teacherLogits = predict(teacher.network(), weak);
        return new Predictions(apart ? predict(student, weak) : teacherLogits, teacherLogits);
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
