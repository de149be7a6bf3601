package dev.imas.plan;

/**
 * What a plan needs to know of the machine.
 *
 * @param gpu    whether the network is computed on a GPU
 * @param cores  that this process may use
 * @param memory bytes that a training may take: of the GPU, else of the machine
 */
public record Machine(boolean gpu, int cores, long memory) {}
