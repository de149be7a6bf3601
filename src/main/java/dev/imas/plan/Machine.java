package dev.imas.plan;

/**
 * What a plan needs to know of the machine.
 *
 * @param gpu    whether the network is computed on a GPU
 * @param cores  that the processes may use together
 * @param memory bytes that the training of one process may take: of its GPU, else of its share of the machine
 * @param processes that train together, each with an equal part of every batch
 */
public record Machine(boolean gpu, int cores, long memory, int processes) {
    /** A process alone. */
    public Machine(boolean gpu, int cores, long memory) {
        this(gpu, cores, memory, 1);
    }
}
