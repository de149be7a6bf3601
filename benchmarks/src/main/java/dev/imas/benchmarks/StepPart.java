package dev.imas.benchmarks;

/** What a step spends its time on. */
enum StepPart {
    /** Normalising the images that came from the loader. */
    INPUT,
    /** The teacher's and the student's predictions for the unlabelled images. */
    PREDICT,
    /** Pseudo-labels, gamma and the composed batch; then the losses. */
    KERNELS,
    /** The student's pass over the batch; then its way back. */
    LEARN,
    /** Optimizer and teacher. */
    UPDATE
}
