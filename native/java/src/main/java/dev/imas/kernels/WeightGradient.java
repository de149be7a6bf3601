package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Pointer;

/**
 * The gradient of a convolution with respect to its weights: {@code imas_weight_gradient}, on the CPU alone. No part of
 * the method, so no {@link Operation}; on processors with AVX2 or AVX-512 it is faster than libtorch's, and there a
 * training step spends its time.
 *
 * @param images   f32 [N,C,H,W], any strides; fastest channels-last
 * @param gradient f32 [N,O,H',W'], of the loss with respect to what the convolution gave
 * @param stride   on both axes, from 1
 * @param padding  zeros on all sides, from 0
 * @param dilation distance of the taps, from 1
 * @param weights  output f32 [O,C,kh,kw], any strides
 */
public record WeightGradient(
        TensorView images, TensorView gradient, int stride, int padding, int dilation, TensorView weights) {
    private static final Checks CHECKS = new Checks("imas_weight_gradient");

    public WeightGradient {
        CHECKS.type(DType.F32, "images", images);
        CHECKS.type(DType.F32, "gradient", gradient);
        CHECKS.type(DType.F32, "weights", weights);
    }

    /**
     * Bytes of workspace that {@link #run} needs: about what images and gradient take together; where minimal filtering
     * pays, four times the weights and 144 tiles, if that is more.
     *
     * @throws IllegalArgumentException for shapes that are refused, in one line
     */
    public long workspaceBytes() {
        Arguments a = Kernels.cpu().arguments(CHECKS);
        return a.bytes(Imas.imas_weight_gradient_workspace(a.view("images", images), a.view("gradient", gradient)));
    }

    /**
     * Computes; returns when it is done.
     *
     * @param workspace      memory at a multiple of 64 bytes, with any content
     * @param workspaceBytes its size, at least {@link #workspaceBytes}
     * @throws IllegalArgumentException for arguments or a workspace that are refused, in one line
     */
    public void run(Pointer workspace, long workspaceBytes) {
        Arguments a = Kernels.cpu().arguments(CHECKS);
        a.check(Imas.imas_weight_gradient(
                a.view("images", images),
                a.view("gradient", gradient),
                stride,
                padding,
                dilation,
                a.view("weights", weights),
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }
}
