package dev.imas.nn;

import dev.imas.device.Convolutions;
import dev.imas.device.Torch;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * A convolution of 3x3 taps and stride 1 by the kernels, and both its gradients, as autograd sees it: a result that
 * hangs on a stand-in for the images, whose gradient is put in the place of what autograd makes for it.
 */
final class FilteredConvolution extends WeightHook {
    private final int dilation;
    private final ReplacedGradient replaced;

    /**
     * @param arriving told of the weights before their gradient is added
     * @param replaced the network's
     */
    FilteredConvolution(Tensor weight, int dilation, Consumer<Tensor> arriving, ReplacedGradient replaced) {
        super(weight, 1, dilation, dilation, arriving);
        this.dilation = dilation;
        this.replaced = replaced;
    }

    /** The convolution of images that need a gradient, as the weights do. */
    Tensor forward(Tensor x) {
        replaced.forget();
        Tensor standIn = x.view_as(x); // and nothing recorded before the result: ReplacedGradient
        Tensor result = shaped(standIn, weight.size(0));
        Torch.withoutGradient(() -> result.set_data(Convolutions.result(x, weight.detach(), null, dilation, false)));
        standIn.register_hook(replaced);
        expect(x, result);
        return result;
    }

    /**
     * What depends on the stand-in and has so many planes; its values are not looked at. Where these are as many as the
     * stand-in's, autograd passes a gradient on as it is; else it sums one and fills another, both in vain.
     */
    private static Tensor shaped(Tensor standIn, long planes) {
        return standIn.size(1) == planes
                ? standIn.view_as(standIn)
                : standIn.narrow(1, 0, 1).expand(standIn.size(0), planes, standIn.size(2), standIn.size(3));
    }

    @Override
    void arrived(Tensor gradient) {
        super.arrived(gradient);
        replaced.put(Convolutions.imagesGradient(gradient, weight.detach(), dilation));
    }
}
