package dev.imas.benchmarks;

import dev.imas.config.ImasConfig.OptimizerKind;
import dev.imas.config.ImasConfig.Training;
import dev.imas.nn.SegmentationNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The optimizer and the teacher's average as they are usually written: one tensor after the other, AdamW as PyTorch's
 * default for a CPU. Parameters without a gradient stay; the average is of all. Belongs to the PointerScope that it was
 * made in; gradients are off around its calls.
 */
final class EagerUpdate {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Training training;
    private final SegmentationNetwork student;
    private final SegmentationNetwork teacher;
    private final Map<String, Tensor> first = new LinkedHashMap<>();
    private final Map<String, Tensor> second = new LinkedHashMap<>();
    private int steps;

    EagerUpdate(Training training, SegmentationNetwork student, SegmentationNetwork teacher) {
        this.training = training;
        this.student = student;
        this.teacher = teacher;
        student.parameters().forEach((key, parameter) -> {
            if (parameter.requires_grad()) {
                first.put(key, torch.zeros_like(parameter));
                if (adamW()) {
                    second.put(key, torch.zeros_like(parameter));
                }
            }
        });
    }

    private boolean adamW() {
        return training.optimizer() == OptimizerKind.ADAMW;
    }

    /** Sends a loss back through the student. */
    void learn(Tensor loss) {
        student.parameters().values().forEach(p -> p.mutable_grad().put(new Tensor()));
        TensorVector ones = new TensorVector(torch.ones_like(loss));
        torch.backward(new TensorVector(loss), ones, new BoolOptional(), false, new TensorVector());
    }

    void run(double lr, double decay) {
        steps++;
        student.parameters().forEach((key, parameter) -> {
            if (first.containsKey(key) && parameter.grad().defined()) {
                double rate = SegmentationNetwork.ofEncoder(key) ? lr : lr * training.headLrMultiplier();
                if (adamW()) {
                    adamW(key, parameter, rate);
                } else {
                    sgd(key, parameter, rate);
                }
            }
        });
        student.state().forEach((key, value) -> {
            Tensor average = teacher.state().get(key);
            if (value.scalar_type().intern() == ScalarType.Float) {
                average.copy_(average.mul(new Scalar(decay)).add(value, new Scalar(1 - decay)));
            }
        });
    }

    private void sgd(String key, Tensor parameter, double rate) {
        Tensor gradient = parameter.grad().add(parameter, new Scalar(training.weightDecay()));
        Tensor momentum = first.get(key);
        momentum.mul_(new Scalar(training.momentum())).add_(gradient);
        parameter.add_(momentum, new Scalar(-rate));
    }

    private void adamW(String key, Tensor parameter, double rate) {
        Tensor gradient = parameter.grad();
        parameter.mul_(new Scalar(1 - rate * training.weightDecay()));
        Tensor mean = first.get(key).lerp_(gradient, new Scalar(1 - BETA1));
        Tensor square = second.get(key).mul_(new Scalar(BETA2)).addcmul_(gradient, gradient, new Scalar(1 - BETA2));
        double unbiased = Math.sqrt(1 - Math.pow(BETA2, steps));
        Tensor denominator = square.sqrt().div_(new Scalar(unbiased)).add_(new Scalar(EPSILON));
        parameter.addcdiv_(mean, denominator, new Scalar(-rate / (1 - Math.pow(BETA1, steps))));
    }
}
