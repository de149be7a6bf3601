package dev.imas.benchmarks;

/**
 * What a kernel cannot do without, and the time that takes where nothing else does: the least memory traffic (every
 * input
 * read once, every output written once; a gradient's workspace does not count), and for each pixel and class
 * exponentials and multiply-adds. Enlarging one logit takes 2.5 multiply-adds: 2 between two rows, and 2 horizontally,
 * which four output rows share; spreading a gradient back takes as many. Finding the largest class and all work for
 * whole
 * pixels are left out, so these are lower bounds.
 *
 * @param bytes        read and written
 * @param exponentials of float32
 * @param multiplyAdds of float32
 */
record Work(double bytes, double exponentials, double multiplyAdds) {
    private static final double ENLARGE = 2.5;
    private static final double SPREAD = 2.5;

    /** @param logitBytes bytes of one logit, 2 or 4; or of one batch element for compose_batch */
    static Work of(Kernel kernel, ProblemSize size, int logitBytes) {
        double pixels = size.pixels();
        double scores = pixels * size.classes;
        double logits = (double) size.images * size.classes * size.low * size.low * logitBytes;
        double label = 1;
        double confidence = 4;
        return switch (kernel) {
            case PSEUDO_LABEL -> new Work(2 * logits + pixels * (label + confidence), 2 * scores, 2 * scores * ENLARGE);
            case CONSISTENCY_LOSS ->
                new Work(2 * logits + pixels * (label + confidence), scores, scores * (ENLARGE + SPREAD));
            case CROSS_ENTROPY -> new Work(2 * logits + pixels * label, scores, scores * (ENLARGE + SPREAD));
            // All probabilities are needed before the first gradient.
            case HARD_EXAMPLES, HARDEST_EXAMPLES ->
                new Work(3 * logits + pixels * 2 * label, 2 * scores, scores * (2 * ENLARGE + SPREAD));
            case CONFUSION -> new Work(logits + pixels * label, 0, scores * ENLARGE);
            // Labelled, weak and strong float32 images in, four parts out; labels and confidences in and out.
            case COMPOSE_BATCH ->
                new Work(pixels * (3 * 3 * 4 + 4 * 3 * logitBytes + 2 * (label + confidence)), 0, pixels * 3 * 2);
            case EMA_UPDATE, EMA_UPDATE_IN_PLACE ->
                throw new IllegalArgumentException("the size of ema_update is that of its network");
        };
    }

    /** Two arrays read and one written. */
    static Work ofEmaUpdate(double parameters) {
        return new Work(parameters * 3 * 4, 0, parameters * 2);
    }

    /** Milliseconds of the slower of memory and arithmetic. */
    double limit(Limits machine) {
        return Math.max(memoryMillis(machine), arithmeticMillis(machine));
    }

    double memoryMillis(Limits machine) {
        return bytes / machine.bytesPerSecond() * 1e3;
    }

    double arithmeticMillis(Limits machine) {
        return (exponentials / machine.exponentialsPerSecond() + multiplyAdds / machine.multiplyAddsPerSecond()) * 1e3;
    }
}
