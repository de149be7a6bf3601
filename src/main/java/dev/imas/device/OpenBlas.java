package dev.imas.device;

import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;

/** The threads of libtorch's OpenBLAS, which libtorch does not govern. To be asked once libtorch is loaded. */
public final class OpenBlas {
    private OpenBlas() {}

    /** How many it uses, read where it counts them, since its binding tells only what was set; 0 without it. */
    public static int threads() {
        Pointer counter = Loader.addressof("blas_cpu_number");
        return counter == null ? 0 : new IntPointer(counter).get();
    }

    /** From now on it uses so many; nothing without it. */
    public static void useThreads(int count) {
        if (threads() > 0) {
            openblas.blas_set_num_threads(count);
        }
    }
}
