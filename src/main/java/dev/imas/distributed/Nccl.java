package dev.imas.distributed;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/** The one class that touches NCCL, whose libraries only the CUDA build has. */
final class Nccl {
    private static final long PATIENCE_MILLISECONDS = 6 * 3_600_000L;

    private Nccl() {}

    /** Why it does not load, in a part of a sentence; null when it does. */
    static String problem() {
        try {
            Loader.load(org.bytedeco.pytorch.global.torch_nccl.class);
            return null;
        } catch (LinkageError e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse("for no known reason");
        }
    }

    /** A group of the processes' GPUs, each the current one of its process. */
    static Backend open(Store store, int rank, int size) {
        Loader.load(org.bytedeco.pytorch.global.torch_nccl.class);
        ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
        options.timeout(new Milliseconds(PATIENCE_MILLISECONDS));
        ProcessGroupNCCL group = new ProcessGroupNCCL(store, rank, size, options);
        group.retainReference();
        return group;
    }
}
