package dev.imas.nn;

import dev.imas.device.Convolutions;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * The gradient of a convolution's weights by the kernel, where autograd's own is slow: waits for the gradient of what
 * the convolution gave, and adds what follows from it to the weights' own gradient.
 */
class WeightHook extends GradientHook {
    final Tensor weight;
    private final int stride;
    private final int padding;
    private final int dilation;
    private final Consumer<Tensor> arriving;
    private Tensor images;

    /** @param arriving told of the weights before their gradient is added */
    WeightHook(Tensor weight, int stride, int padding, int dilation, Consumer<Tensor> arriving) {
        this.arriving = arriving;
        this.weight = weight;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
    }

    /** @param result what the convolution made of {@code seen} */
    void expect(Tensor seen, Tensor result) {
        images = seen.detach();
        watch(result, images);
    }

    @Override
    void arrived(Tensor gradient) {
        arriving.accept(weight);
        Tensor own = Convolutions.weightsGradient(images, gradient, weight, stride, padding, dilation);
        Tensor before = weight.grad();
        if (before.defined()) {
            before.add_(own);
        } else {
            weight.mutable_grad().put(own);
        }
    }
}
