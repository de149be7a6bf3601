package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.backward;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Supervised;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.Composed;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.nn.SegmentationNetwork.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * One training step (method 3). The losses' gradients come in closed form and enter autograd at the logits, so
 * autograd runs through the network alone. Everything allocated lives in the caller's PointerScope.
 */
public final class SemiSupervisedStep {
    /** What a step spends its time on. */
    public enum Part {
        /** The teacher's and the student's predictions for the unlabelled images. */
        PREDICT,
        /** Pseudo-labels, gamma and the composed batch; then the losses. */
        KERNELS,
        /** The student's pass over the batch; then its way back. */
        LEARN,
        /** Optimizer and teacher. */
        UPDATE
    }

    private final SegmentationNetwork student;
    private final Teacher teacher;
    private final Sgd optimizer;
    private final TensorKernels kernels;
    private final Compute compute;
    private final Method method;
    private final Supervised supervised;
    private final Unsupervised unsupervised;
    private final GammaRules rules;
    private Consumer<Part> begins = part -> { };

    public SemiSupervisedStep(SegmentationNetwork student, Teacher teacher, Sgd optimizer, TensorKernels kernels, Compute compute, ImasConfig config) {
        this.student = student;
        this.teacher = teacher;
        this.optimizer = optimizer;
        this.kernels = kernels;
        this.compute = compute;
        this.method = config.method();
        this.supervised = config.supervised();
        this.unsupervised = config.unsupervised();
        this.rules = new GammaRules(kernels, compute, config);
    }

    /** Tells from now on what a step begins with, when its first operation is about to be queued. */
    public void watch(Consumer<Part> begins) {
        this.begins = begins;
    }

    /**
     * Learns from one batch and updates the teacher.
     *
     * @param lr       learning rate of the encoder in this step
     * @param emaDecay decay of the teacher's update, 0 copies the student
     */
    public StepResult run(StepInput input, StepDraws draws, double lr, double emaDecay) {
        boolean gradients = GradMode.is_enabled();
        GradMode.set_enabled(false);
        try {
            optimizer.clearGradients();
            StepResult result = input.weak() == null ? learnSupervised(input) : learn(input, draws);
            begins.accept(Part.UPDATE);
            optimizer.step(lr);
            teacher.update(emaDecay);
            return result;
        } finally {
            GradMode.set_enabled(gradients);
        }
    }

    /** Predict, measure gamma, compose, weigh. */
    private StepResult learn(StepInput in, StepDraws draws) {
        begins.accept(Part.PREDICT);
        Tensor teacherLogits = predict(teacher.network(), in.weak());
        boolean same = method == Method.UNIFORM || teacher.mirrorsStudent();
        Tensor studentLogits = same ? teacherLogits : predict(student, in.weak());
        begins.accept(Part.KERNELS);
        PseudoLabels pseudo = kernels.pseudoLabel(studentLogits, teacherLogits, unsupervised.threshold(), in.weak().size(2), in.weak().size(3));
        PseudoLabels targets = unsupervised.classThresholds() == ClassThresholds.SAME ? pseudo : RelativeConfidence.of(pseudo);

        Agreement agreement = rules.measure(pseudo);
        CutMix mix = rules.cutmix(agreement, draws, in.weak().size(2), in.weak().size(3));
        Composed composed = kernels.compose(in.labeled(), in.weak(), in.strong(), rules.intensity(agreement, draws),
            mix.partners(), mix.boxTensor(), unsupervised.weakInBatch(), targets);

        begins.accept(Part.LEARN);
        Output out = compute.forward(true, () -> student.forward(composed.batch(), true));
        begins.accept(Part.KERNELS);
        Parts parts = new Parts(in.labeled().size(0), in.weak().size(0), unsupervised.weakInBatch(), mix.fired());
        Tensor grad = zeros_like(out.logits());
        Tensor weight = unsupervised.weightByHardness() ? agreement.gamma() : null;
        double scale = unsupervised.weight() / (mix.fired() ? 2 : 1);

        Loss sup = supervisedLoss(out, in.labels(), parts, grad);
        List<Tensor> views = new ArrayList<>();
        views.add(kernels.consistencyLoss(parts.strong(out.logits()), targets.labels(), targets.confidence(), unsupervised.threshold(), weight, scale, parts.strong(grad)));
        if (mix.fired()) {
            views.add(kernels.consistencyLoss(parts.mixed(out.logits()), composed.labels(), composed.confidence(), unsupervised.threshold(), weight, scale, parts.mixed(grad)));
        }
        begins.accept(Part.LEARN);
        backpropagate(out, grad, sup.auxiliaryGrad());
        return new StepResult(sup.value(), sum(views).mul_(new Scalar(scale)), views, pseudo, agreement, mix.boxes());
    }

    private StepResult learnSupervised(StepInput in) {
        begins.accept(Part.LEARN);
        Output out = compute.forward(true, () -> student.forward(in.labeled(), true));
        begins.accept(Part.KERNELS);
        Tensor grad = zeros_like(out.logits());
        Loss sup = supervisedLoss(out, in.labels(), new Parts(in.labeled().size(0), 0, false, false), grad);
        begins.accept(Part.LEARN);
        backpropagate(out, grad, sup.auxiliaryGrad());
        return new StepResult(sup.value(), null, List.of(), null, null, null);
    }

    private Tensor predict(SegmentationNetwork network, Tensor images) {
        return compute.forward(false, () -> network.forward(images, false)).logits();
    }

    /** @param auxiliaryGrad gradient at the auxiliary logits, or null without that head */
    private record Loss(Tensor value, Tensor auxiliaryGrad) {
    }

    private Loss supervisedLoss(Output out, Tensor labels, Parts parts, Tensor grad) {
        Tensor loss = kernels.supervisedLoss(parts.labeled(out.logits()), labels, supervised.loss(), supervised.ohemThreshold(), supervised.ohemMinKept(), 1, parts.labeled(grad));
        if (out.auxiliary() == null) {
            return new Loss(loss, null);
        }
        Tensor auxiliaryGrad = zeros_like(out.auxiliary());
        Tensor auxiliary = kernels.supervisedLoss(parts.labeled(out.auxiliary()), labels, supervised.loss(), supervised.ohemThreshold(), supervised.ohemMinKept(),
            supervised.auxWeight(), parts.labeled(auxiliaryGrad));
        return new Loss(loss.add(auxiliary, new Scalar(supervised.auxWeight())), auxiliaryGrad);
    }

    private static void backpropagate(Output out, Tensor grad, Tensor auxiliaryGrad) {
        TensorVector at = auxiliaryGrad == null ? new TensorVector(out.logits()) : new TensorVector(out.logits(), out.auxiliary());
        TensorVector gradients = auxiliaryGrad == null ? new TensorVector(grad) : new TensorVector(grad, auxiliaryGrad);
        backward(at, gradients, new BoolOptional(), false, new TensorVector());
    }

    private static Tensor sum(List<Tensor> terms) {
        Tensor sum = terms.get(0).clone();
        terms.subList(1, terms.size()).forEach(sum::add_);
        return sum;
    }

    /** Where the parts of the student's batch lie: labelled | weak | cutmix | strong. */
    private record Parts(long labeledCount, long unlabeledCount, boolean weakIncluded, boolean mixIncluded) {
        Tensor labeled(Tensor batch) {
            return batch.narrow(0, 0, labeledCount);
        }

        Tensor mixed(Tensor batch) {
            return batch.narrow(0, labeledCount + (weakIncluded ? unlabeledCount : 0), unlabeledCount);
        }

        Tensor strong(Tensor batch) {
            long before = (weakIncluded ? unlabeledCount : 0) + (mixIncluded ? unlabeledCount : 0);
            return batch.narrow(0, labeledCount + before, unlabeledCount);
        }
    }
}
