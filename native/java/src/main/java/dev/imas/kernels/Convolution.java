package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;

/**
 * A convolution of 3x3 taps, stride 1 and as much padding as dilation: {@code imas_convolution}, on the CPU alone. No
 * part of the method, so no {@link Operation}; it takes a quarter of the multiply-adds of the plain way, and there a
 * training step spends its time. Rounding is up to some 4e-6 of the largest result.
 *
 * @param images   f32 [N,C,H,W], any strides; fastest channels-last
 * @param weights  f32 [O,C,3,3], any strides; [C,O,3,3] for the transposed convolution
 * @param bias     f32 [1,O,1,1], any stride; or null
 * @param dilation distance of the taps, from 1
 * @param flags    what it does besides
 * @param result   output f32 [N,O,H,W], any strides; null where only {@link #pays} is asked
 */
public record Convolution(
        TensorView images, TensorView weights, TensorView bias, int dilation, Set<Flag> flags, TensorView result) {
    private static final Checks CHECKS = new Checks("imas_convolution");

    /** What a convolution does besides. */
    public enum Flag {
        /** The transposed convolution, which makes the gradient of images from that of what the convolution gave. */
        TRANSPOSED(Imas.IMAS_CONVOLUTION_TRANSPOSED),
        /** Adds to what result holds. */
        ADD(Imas.IMAS_CONVOLUTION_ADD),
        /** max(x, 0) at the end; NaN stays. */
        RELU(Imas.IMAS_CONVOLUTION_RELU);

        private final int bit;

        Flag(int bit) {
            this.bit = bit;
        }

        static int bits(Set<Flag> flags) {
            return flags.stream().mapToInt(flag -> flag.bit).sum();
        }
    }

    public Convolution {
        CHECKS.type(DType.F32, "images", images);
        CHECKS.type(DType.F32, "weights", weights);
        if (bias != null) {
            CHECKS.type(DType.F32, "bias", bias);
        }
        if (result != null) {
            CHECKS.type(DType.F32, "result", result);
        }
        flags = Set.copyOf(flags);
    }

    /**
     * Whether it takes three fifths of the plain way's work or less: for 16 channels or more on both sides and images
     * that fall into few tiles of 4x4 places beside these.
     */
    public boolean pays() {
        Arguments a = Kernels.cpu().arguments(CHECKS);
        return Imas.imas_convolution_pays(
                        a.view("images", images), a.view("weights", weights), dilation, Flag.bits(flags))
                == 1;
    }

    /**
     * Bytes of workspace that {@link #run} needs: the weights four times, and 144 tiles.
     *
     * @throws IllegalArgumentException for arguments that are refused, in one line
     */
    public long workspaceBytes() {
        Arguments a = Kernels.cpu().arguments(CHECKS);
        return a.bytes(Imas.imas_convolution_workspace(
                a.view("images", images), a.view("weights", weights), dilation, Flag.bits(flags)));
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
        a.check(Imas.imas_convolution(
                a.view("images", images),
                a.view("weights", weights),
                a.view("bias", bias),
                dilation,
                Flag.bits(flags),
                a.view("result", result),
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }
}
