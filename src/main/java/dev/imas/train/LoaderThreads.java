package dev.imas.train;

import dev.imas.config.ImasConfig;

/** How many threads prepare samples when {@code data.workers} leaves it open. */
public final class LoaderThreads {
    private static final int BESIDE_A_CPU = 2;

    private LoaderThreads() {}

    /**
     * Threads of each of the two loaders. Beside a network on the CPU few, since it wants the cores itself. Beside a
     * GPU three quarters of the cores for each: the unlabelled loader needs more than half of them, the labelled one
     * rests while its batches wait, and the thread that feeds the GPU must find a core.
     */
    static int automatic(boolean cuda, int cores) {
        return cuda ? Math.max(BESIDE_A_CPU, cores * 3 / 4) : BESIDE_A_CPU;
    }

    /** The configuration with that number settled, of a process that has all cores. */
    public static ImasConfig settled(ImasConfig config, boolean cuda) {
        return settled(config, cuda, 1);
    }

    /** @param processes that share the cores */
    static ImasConfig settled(ImasConfig config, boolean cuda, int processes) {
        if (config.data().workers() != null) {
            return config;
        }
        int workers = automatic(cuda, Math.max(1, Runtime.getRuntime().availableProcessors() / processes));
        return config.withData(config.data().withWorkers(workers));
    }
}
