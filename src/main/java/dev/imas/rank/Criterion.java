package dev.imas.rank;

/** What pictures are ordered by; the larger, the sooner they are worth a mask. */
public enum Criterion {
    /** 1 - gamma as a run measured it while it trained, over its last epochs (method 4). */
    HARDNESS,
    /** 1 - weighted IoU of what two networks, or one in several positions, see in the picture. */
    DISAGREEMENT,
    /** Mean entropy of the network's probabilities over the picture, as a share of the largest possible. */
    ENTROPY,
    /** How much nearer the others' looks come to an annotated one's; no network looks at them. */
    COVERAGE
}
