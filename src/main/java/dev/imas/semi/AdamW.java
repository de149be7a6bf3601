package dev.imas.semi;

import static dev.imas.semi.FusedOperation.list;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW as PyTorch defines it, on float32 parameters: p *= 1 - rate * decay; m and v are moving means of g and g², and
 * p -= rate * M / (sqrt(V) + epsilon) with M = m / (1 - 0.9^t) and V = v / (1 - 0.999^t). Each parameter's rate is
 * the step's times a factor of its own, and so is its decay; those of one factor and decay are one call of libtorch.
 * Parameters without a gradient are neither moved nor decayed; a frozen one has no moments at all.
 */
public final class AdamW implements Optimizer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    /**
     * How a parameter learns.
     *
     * @param factor on the step's learning rate
     * @param decay  weight decay
     */
    public record Rule(double factor, double decay) {}

    /** The rule of a parameter. */
    public interface Rules {
        /** @param key in the state dict */
        Rule of(String key, Tensor parameter);
    }

    private record Slot(Tensor parameter, Tensor mean, Tensor square) {}

    private final Map<Rule, List<Slot>> groups = new LinkedHashMap<>();
    private final Map<String, Tensor> memory = new LinkedHashMap<>();
    private final List<Tensor> parameters;
    private final Tensor steps;
    private final FusedOperation fused = new FusedOperation("aten::_fused_adamw_");

    /** @param parameters learnable tensors by state-dict key; their layout must not change afterwards */
    public AdamW(Map<String, Tensor> parameters, Rules rules) {
        this.parameters = List.copyOf(parameters.values());
        Tensor any = this.parameters.get(0);
        steps = torch.zeros(new long[0], any.options().requires_grad(new BoolOptional(false)));
        parameters.forEach((key, parameter) -> {
            if (parameter.requires_grad()) {
                Slot slot = new Slot(parameter, torch.zeros_like(parameter), torch.zeros_like(parameter));
                groups.computeIfAbsent(rules.of(key, parameter), rule -> new ArrayList<>())
                        .add(slot);
                memory.put("adamw_mean/" + key, slot.mean);
                memory.put("adamw_square/" + key, slot.square);
            }
        });
        memory.put("adamw_steps", steps);
    }

    @Override
    public Map<String, Tensor> memory() {
        return memory;
    }

    @Override
    public void clearGradients() {
        parameters.forEach(parameter -> parameter.mutable_grad().put(new Tensor()));
    }

    @Override
    public void step(double lr) {
        try (PointerScope scope = new PointerScope()) {
            steps.add_(new Scalar(1));
            groups.forEach((rule, slots) -> update(slots, lr * rule.factor, rule.decay));
        }
    }

    private void update(List<Slot> slots, double lr, double decay) {
        TensorVector values = new TensorVector();
        TensorVector gradients = new TensorVector();
        TensorVector means = new TensorVector();
        TensorVector squares = new TensorVector();
        TensorVector counts = new TensorVector();
        for (Slot slot : slots) {
            Tensor gradient = slot.parameter.grad();
            if (gradient.defined()) {
                values.push_back(slot.parameter);
                gradients.push_back(gradient);
                means.push_back(slot.mean);
                squares.push_back(slot.square);
                counts.push_back(steps);
            }
        }
        if (values.size() > 0) {
            IValue no = new IValue(false);
            fused.call(
                    list(values),
                    list(gradients),
                    list(means),
                    list(squares),
                    list(new TensorVector()),
                    list(counts),
                    new IValue(lr),
                    new IValue(BETA1),
                    new IValue(BETA2),
                    new IValue(decay),
                    new IValue(EPSILON),
                    no,
                    no,
                    new IValue(),
                    new IValue());
        }
    }
}
