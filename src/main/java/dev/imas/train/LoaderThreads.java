package dev.imas.train;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Data;

/** How many threads prepare samples when {@code data.workers} leaves it open. */
final class LoaderThreads {
    private static final int BESIDE_A_CPU = 2;

    private LoaderThreads() {
    }

    /**
     * Threads of each of the two loaders. Beside a network on the CPU few, since it wants the cores itself. Beside a
     * GPU three quarters of the cores for each: the unlabelled loader needs more than half of them, the labelled one
     * rests while its batches wait, and the thread that feeds the GPU must find a core.
     */
    static int automatic(boolean cuda, int cores) {
        return cuda ? Math.max(BESIDE_A_CPU, cores * 3 / 4) : BESIDE_A_CPU;
    }

    /** The configuration with that number settled. */
    static ImasConfig settled(ImasConfig config, boolean cuda) {
        Data d = config.data();
        if (d.workers() != null) {
            return config;
        }
        int workers = automatic(cuda, Runtime.getRuntime().availableProcessors());
        Data data = new Data(d.layout(), d.root(), d.labeled(), d.unlabeled(), d.validation(), d.classes(), d.classNames(), d.palette(), d.epochLength(), workers, d.prefetch(), d.embedded());
        return new ImasConfig(config.name(), config.method(), config.seed(), config.device(), config.precision(), data, config.network(), config.augment(), config.training(), config.supervised(),
            config.unsupervised(), config.evaluation());
    }
}
