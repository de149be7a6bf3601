package dev.imas.verify.memory;

import dev.imas.device.OpenBlas;
import org.bytedeco.pytorch.global.torch;

/**
 * While it is open, libtorch, its OpenBLAS and the kernels compute on the calling thread alone, whatever the
 * environment
 * says: sums are then taken in the same order on every machine with the same instructions. Open and close it on one
 * thread, after libtorch was loaded.
 */
public final class OneThread implements AutoCloseable {
    private final int before;
    private final int blasBefore;

    public OneThread() {
        // Asked first: on a thread's first question libtorch sets its own number, which would undo ours.
        before = torch.get_num_threads();
        torch.set_num_threads(1);
        blasBefore = OpenBlas.threads();
        OpenBlas.useThreads(1);
    }

    @Override
    public void close() {
        torch.set_num_threads(before);
        OpenBlas.useThreads(blasBefore);
    }
}
