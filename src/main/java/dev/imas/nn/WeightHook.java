package dev.imas.nn;

import dev.imas.device.ConvolutionWeights;
import dev.imas.device.Torch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/**
 * What autograd calls with the gradient of a convolution's result, where the gradient of its weights is the kernel's
 * work: computes it and adds it to the weights' own. For one pass at a time: a new one takes the place of one whose
 * gradient never came.
 */
final class WeightHook extends VoidTensorHook {
    private final Tensor weight;
    private final int stride;
    private final int padding;
    private final int dilation;
    private Tensor images;

    WeightHook(Tensor weight, int stride, int padding, int dilation) {
        this.weight = weight;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        retainReference(); // libtorch's nodes hold on to it, whatever scope it was made in
    }

    /** Waits for the gradient of {@code result}, which the convolution made of {@code seen}. */
    void watch(Tensor seen, Tensor result) {
        forget();
        images = seen.detach();
        images.retainReference();
        result.register_hook(this);
    }

    private void forget() {
        if (images != null) {
            images.releaseReference();
            images = null;
        }
    }

    @Override
    public void close() {
        forget();
        super.close();
    }

    @Override
    public void call(TensorBase gradient) {
        try (PointerScope scope = new PointerScope()) {
            Torch.withoutGradient(() -> add(new Tensor(gradient)));
        } finally {
            forget();
        }
    }

    private void add(Tensor gradient) {
        Tensor own = ConvolutionWeights.gradient(images, gradient, weight, stride, padding, dilation);
        Tensor before = weight.grad();
        if (before.defined()) {
            before.add_(own);
        } else {
            weight.mutable_grad().put(own);
        }
    }
}
