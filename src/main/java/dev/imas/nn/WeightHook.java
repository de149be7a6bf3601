package dev.imas.nn;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * The gradient of a convolution's weights by the kernel, where autograd's own is slow: waits for the gradient of what
 * the convolution gave, and adds what follows from it to the weights' own gradient.
 */
class WeightHook extends GradientHook {
    final Window window;
    private final Tensor weight;
    private final Consumer<Tensor> arriving;
    Tensor images;

    /**
     * @param weight   [O,C,k,k], or [O,C] for a single tap
     * @param arriving told of a parameter before its gradient is added
     */
    WeightHook(Tensor weight, Window window, Consumer<Tensor> arriving) {
        this.arriving = arriving;
        this.weight = weight;
        this.window = window;
    }

    /** The weights as [O,C,k,k], unrecorded. */
    final Tensor taps() {
        return weight.dim() == 2 ? weight.detach().view(weight.size(0), weight.size(1), 1, 1) : weight.detach();
    }

    /** @param result what the convolution made of {@code seen} */
    void expect(Tensor seen, Tensor result) {
        images = seen.detach();
        watch(result, images);
    }

    @Override
    void arrived(Tensor gradient) {
        add(
                weight,
                Convolutions.weightsGradient(images, gradient, taps(), window).view_as(weight));
    }

    /** Adds to a parameter's gradient. */
    final void add(Tensor parameter, Tensor gradient) {
        arriving.accept(parameter);
        Tensor before = parameter.grad();
        if (before.defined()) {
            before.add_(gradient);
        } else {
            parameter.mutable_grad().put(gradient);
        }
    }
}
