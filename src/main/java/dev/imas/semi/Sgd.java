package dev.imas.semi;

import static dev.imas.semi.FusedOperation.list;

import dev.imas.nn.SegmentationNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * SGD as PyTorch defines it (docs/method.md 3.8), on float32 parameters: g = gradient + weightDecay * p;
 * buffer = momentum * buffer + g; p -= lr * buffer. The encoder learns with lr, everything else with lr *
 * headMultiplier. Momentum buffers start at zero, which makes the first step's buffer g, as PyTorch's; without momentum
 * they stay there. A group is one call of libtorch, on a GPU some launches; gradients are forgotten without any.
 */
public final class Sgd implements Optimizer {
    private static final double DAMPENING = 0;

    private record Slot(Tensor parameter, Tensor momentum) {}

    private final double momentum;
    private final double weightDecay;
    private final double headMultiplier;
    private final List<Slot> encoder = new ArrayList<>();
    private final List<Slot> head = new ArrayList<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final FusedOperation fused = new FusedOperation("aten::_fused_sgd_");

    /** @param parameters learnable tensors by state-dict key; their layout must not change afterwards */
    public Sgd(Map<String, Tensor> parameters, double momentum, double weightDecay, double headMultiplier) {
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.headMultiplier = headMultiplier;
        parameters.forEach((key, parameter) -> {
            Tensor buffer = torch.zeros_like(parameter);
            buffers.put(key, buffer);
            (SegmentationNetwork.ofEncoder(key) ? encoder : head).add(new Slot(parameter, buffer));
        });
    }

    /** Momentum buffers by parameter key (live tensors). */
    public Map<String, Tensor> momentumBuffers() {
        return buffers;
    }

    @Override
    public Map<String, Tensor> memory() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        buffers.forEach((key, buffer) -> named.put("momentum/" + key, buffer));
        return named;
    }

    @Override
    public void clearGradients() {
        encoder.forEach(slot -> slot.parameter.mutable_grad().put(new Tensor()));
        head.forEach(slot -> slot.parameter.mutable_grad().put(new Tensor()));
    }

    @Override
    public void step(double lr) {
        update(encoder, lr);
        update(head, lr * headMultiplier);
    }

    private void update(List<Slot> slots, double lr) {
        TensorVector parameters = new TensorVector();
        TensorVector gradients = new TensorVector();
        TensorVector momenta = new TensorVector();
        for (Slot slot : slots) {
            Tensor gradient = slot.parameter.grad();
            if (gradient.defined()) {
                parameters.push_back(slot.parameter);
                gradients.push_back(gradient);
                if (momentum != 0) { // CUDA refuses buffers without momentum
                    momenta.push_back(slot.momentum);
                }
            }
        }
        if (parameters.size() > 0) {
            IValue no = new IValue(false);
            fused.call(
                    list(parameters),
                    list(gradients),
                    list(momenta),
                    new IValue(weightDecay),
                    new IValue(momentum),
                    new IValue(lr),
                    new IValue(DAMPENING),
                    no,
                    no,
                    no,
                    new IValue(),
                    new IValue());
        }
    }
}
