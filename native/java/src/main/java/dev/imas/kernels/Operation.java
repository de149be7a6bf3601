package dev.imas.kernels;

import org.bytedeco.javacpp.Pointer;

/**
 * One kernel with the arguments of one call. The records that implement it bear the names of
 * {@code native/include/imas.h}, which defines what they compute; a record holds views and numbers, no memory.
 *
 * <p>What holds for all of them:
 * <ul>
 * <li>Axes are (N, C, H, W). Letters: B images, C classes (up to 256), (h,w) the size of the network's logits, (H,W)
 *     the size of the images. Where logits meet pixels, they are enlarged bilinearly with aligned corners on the fly.
 * <li>An argument is an input unless it is called an output. Outputs and workspace belong to the caller and overlap
 *     neither each other nor the inputs.
 * <li>A constructor refuses what is missing or has the wrong element type, with an {@link IllegalArgumentException};
 *     {@link #run} refuses all else that is wrong (shapes, strides, ranges, overlaps) before anything is written.
 * <li>Where C allows NULL, a {@code with} method adds the argument to a record made without it.
 * <li>Same inputs and same backend: same bits, whatever the number of threads.
 * </ul>
 */
public sealed interface Operation
        permits PseudoLabel, Gamma, ComposeBatch, ConsistencyLoss, SupervisedLoss, EmaUpdate, Confusion {

    /**
     * Bytes of workspace that {@link #run} needs where these kernels run; 0: none.
     *
     * @throws IllegalArgumentException for shapes that the operation refuses, in one line
     */
    default long workspaceBytes(Kernels kernels) {
        return 0;
    }

    /**
     * Computes. On the CPU it returns when it is done, on CUDA when the work is queued on the stream of the kernels.
     *
     * @param workspace      memory of the backend at a multiple of 64 bytes, with any content; may be null where
     *                       none is needed
     * @param workspaceBytes its size, at least {@link #workspaceBytes}
     * @throws IllegalArgumentException for arguments or a workspace that are refused, in one line
     * @throws IllegalStateException    when the backend or the device fails
     */
    void run(Kernels kernels, Pointer workspace, long workspaceBytes);

    /** {@link #run(Kernels, Pointer, long)} for an operation that needs no workspace. */
    default void run(Kernels kernels) {
        run(kernels, null, 0);
    }
}
