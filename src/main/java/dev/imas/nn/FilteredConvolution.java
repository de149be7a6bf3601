package dev.imas.nn;

import dev.imas.device.Convolutions;
import dev.imas.device.Torch;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;

/**
 * A convolution of 3x3 taps and stride 1 by the kernels, and both its gradients, as autograd sees it: a result that
 * hangs on a stand-in for the images, whose gradient is put in the place of what autograd makes for it.
 */
final class FilteredConvolution extends GradientHook {
    private final Tensor weight;
    private final int dilation;
    private final Consumer<Tensor> arriving;
    private final Replacement replacement = new Replacement();
    private Tensor images;

    /** @param arriving told of the weights before their gradient is added */
    FilteredConvolution(Tensor weight, int dilation, Consumer<Tensor> arriving) {
        this.weight = weight;
        this.dilation = dilation;
        this.arriving = arriving;
    }

    /** The convolution of images that need a gradient, as the weights do. */
    Tensor forward(Tensor x) {
        images = x.detach();
        Tensor standIn = x.view_as(x);
        Tensor result = shaped(standIn, weight.size(0));
        Torch.withoutGradient(
                () -> result.set_data(Convolutions.result(images, weight.detach(), null, dilation, false)));
        standIn.register_hook(replacement);
        watch(result, images);
        return result;
    }

    /** What depends on the stand-in, has so many planes and costs nothing: its values are not looked at. */
    private static Tensor shaped(Tensor standIn, long planes) {
        return standIn.size(1) == planes
                ? standIn.view_as(standIn)
                : standIn.narrow(1, 0, 1).expand(standIn.size(0), planes, standIn.size(2), standIn.size(3));
    }

    @Override
    void arrived(Tensor gradient) {
        arriving.accept(weight);
        Tensor own = Convolutions.weightsGradient(images, gradient, weight, 1, dilation, dilation);
        Tensor before = weight.grad();
        if (before.defined()) {
            before.add_(own);
        } else {
            weight.mutable_grad().put(own);
        }
        replacement.put(Convolutions.imagesGradient(gradient, weight.detach(), dilation));
    }

    @Override
    public void close() {
        replacement.close();
        super.close();
    }

    /** Gives autograd the images' gradient; its own, which is nothing, is dropped. */
    private static final class Replacement extends TensorTensorHook {
        private Tensor gradient;

        Replacement() {
            retainReference(); // as TensorHook
        }

        /** What the next call gives. */
        void put(Tensor made) {
            forget();
            made.retainReference();
            gradient = made;
        }

        @Override
        public TensorBase call(TensorBase nothing) {
            nothing.close();
            return gradient;
        }

        private void forget() {
            if (gradient != null) {
                gradient.releaseReference();
                gradient = null;
            }
        }

        @Override
        public void close() {
            forget();
            super.close();
        }
    }
}
