package dev.imas.kernels;

import dev.imas.kernels.Convolution.Flag;
import dev.imas.kernels.capi.Imas;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;

/**
 * Any convolution, and with taps of 1x1 a layer that is linear in its channels: {@code imas_plain_convolution}, on the
 * CPU alone. No part of the method, so no {@link Operation}; a training step spends its time there in networks that
 * {@link Convolution} is not for.
 *
 * @param images   f32 [N,C,H,W], any strides; fastest channels-last
 * @param weights  f32 [O,C,kh,kw], any strides; [C,O,kh,kw] for the transposed convolution
 * @param bias     f32 [1,O,1,1], any stride; or null
 * @param stride   on both axes, from 1
 * @param padding  zeros on all sides, from 0
 * @param dilation distance of the taps, from 1
 * @param flags    what it does besides
 * @param result   output f32 [N,O,H',W'], any strides, where H' = (H + 2 padding - dilation (kh-1) - 1) / stride + 1
 *                 and W' likewise; transposed H' and W' of which the same makes H and W
 */
public record PlainConvolution(
        TensorView images,
        TensorView weights,
        TensorView bias,
        int stride,
        int padding,
        int dilation,
        Set<Flag> flags,
        TensorView result) {
    private static final Checks CHECKS = new Checks("imas_plain_convolution");

    public PlainConvolution {
        CHECKS.type(DType.F32, "images", images);
        CHECKS.type(DType.F32, "weights", weights);
        if (bias != null) {
            CHECKS.type(DType.F32, "bias", bias);
        }
        CHECKS.type(DType.F32, "result", result);
        flags = Set.copyOf(flags);
    }

    /**
     * Bytes of workspace that {@link #run} needs: the weights, and two megabytes or less for what taps see, more where
     * the taps of 48 places see more.
     *
     * @throws IllegalArgumentException for arguments that are refused, in one line
     */
    public long workspaceBytes() {
        Arguments a = Kernels.cpu().arguments(CHECKS);
        return a.bytes(Imas.imas_plain_convolution_workspace(
                a.view("weights", weights), a.view("result", result), Flag.bits(flags)));
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
        a.check(Imas.imas_plain_convolution(
                a.view("images", images),
                a.view("weights", weights),
                a.view("bias", bias),
                stride,
                padding,
                dilation,
                Flag.bits(flags),
                a.view("result", result),
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }
}
