package dev.imas.nn;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import dev.imas.device.Torch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * A convolution by the kernels, and its gradients, as autograd sees it: a result that hangs on a stand-in for the
 * images, whose gradient is put in the place of what autograd makes for it.
 */
final class KernelConvolution extends WeightHook {
    private final Tensor bias;
    private final ReplacedGradient replaced;

    /**
     * @param weight [O,C,k,k], or [O,C] for a single tap
     * @param bias   [O], or null
     */
    KernelConvolution(StateBuilder state, Tensor weight, Tensor bias, Window window) {
        super(weight, window, state::arriving);
        this.bias = bias;
        this.replaced = state.replacedGradient();
    }

    /** The convolution of images that need a gradient, as weights and bias do. */
    Tensor forward(Tensor x) {
        replaced.forget();
        Tensor standIn = x.view_as(x); // and nothing recorded before the result: ReplacedGradient
        Tensor made = Torch.withoutGradient(
                () -> Convolutions.result(x, taps(), bias == null ? null : bias.detach(), window, false));
        Tensor result = shaped(standIn, made.shape());
        result.set_data(made);
        standIn.register_hook(replaced);
        expect(x, result);
        return result;
    }

    /**
     * What depends on the stand-in and has such a shape; its values are not looked at. Where this is the stand-in's,
     * autograd passes a gradient on as it is; else it sums one and fills another, both in vain.
     */
    private static Tensor shaped(Tensor standIn, long[] shape) {
        if (standIn.size(1) == shape[1] && standIn.size(2) == shape[2] && standIn.size(3) == shape[3]) {
            return standIn.view_as(standIn);
        }
        Tensor plane = standIn.narrow(1, 0, 1);
        boolean sameSize = standIn.size(2) == shape[2] && standIn.size(3) == shape[3];
        return (sameSize ? plane : plane.narrow(2, 0, 1).narrow(3, 0, 1)).expand(shape);
    }

    @Override
    void arrived(Tensor gradient) {
        Tensor placed = gradient.contiguous(MemoryFormat.ChannelsLast);
        super.arrived(placed);
        if (bias != null) {
            add(bias, placed.sum(0, 2, 3));
        }
        replaced.put(Convolutions.imagesGradient(placed, taps(), window, images.size(2), images.size(3)));
    }
}
