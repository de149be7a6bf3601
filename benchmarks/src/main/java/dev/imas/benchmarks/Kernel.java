package dev.imas.benchmarks;

/** The kernels that are compared, in the order of a training step. */
enum Kernel {
    PSEUDO_LABEL("pseudo_label + gamma", 10, PseudoLabelBenchmark.class, null),
    COMPOSE_BATCH("compose_batch", 3, ComposeBatchBenchmark.class, null),
    CONSISTENCY_LOSS("consistency_loss with gradient", 6, ConsistencyLossBenchmark.class, null),
    CROSS_ENTROPY("supervised_loss CE with gradient", 6, SupervisedLossBenchmark.class, "CE"),
    HARD_EXAMPLES("supervised_loss OHEM with gradient", 6, SupervisedLossBenchmark.class, "OHEM"),
    HARDEST_EXAMPLES("supervised_loss OHEM, selecting, with gradient", 6, SupervisedLossBenchmark.class, "OHEM_SELECT"),
    EMA_UPDATE("ema_update against one foreach operation", 1.5, EmaUpdateBenchmark.class, "FOREACH"),
    EMA_UPDATE_IN_PLACE("ema_update against two operations a tensor", 1.5, EmaUpdateBenchmark.class, "IN_PLACE"),
    CONFUSION("confusion", 10, ConfusionBenchmark.class, null);

    final String title;
    /** How many times as fast as the composition it has to be. */
    final double floor;

    final Class<? extends KernelBenchmark> benchmark;
    /** Value of the parameter {@code kind}, or null. */
    final String kind;

    Kernel(String title, double floor, Class<? extends KernelBenchmark> benchmark, String kind) {
        this.title = title;
        this.floor = floor;
        this.benchmark = benchmark;
        this.kind = kind;
    }
}
