package dev.imas.verify.memory;

import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
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
        // OpenBLAS has threads of its own, which libtorch does not govern.
        blasBefore = blasThreads();
        if (blasBefore > 0) {
            openblas.blas_set_num_threads(1);
        }
    }

    /**
     * How many threads OpenBLAS uses, read where it counts them, since its binding tells only what was set; 0 without
     * it.
     */
    static int blasThreads() {
        Pointer counter = Loader.addressof("blas_cpu_number");
        return counter == null ? 0 : new IntPointer(counter).get();
    }

    @Override
    public void close() {
        torch.set_num_threads(before);
        if (blasBefore > 0) {
            openblas.blas_set_num_threads(blasBefore);
        }
    }
}
