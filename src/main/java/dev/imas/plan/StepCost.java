package dev.imas.plan;

/**
 * What steps of a configuration cost in one of the processes that share them, without the loading of pictures and
 * what the processes exchange.
 *
 * @param supervised     seconds of a step with labelled pictures alone
 * @param semiSupervised seconds of a step with unlabelled ones
 * @param pixel          seconds of an evaluation a pixel that the network sees, of one network
 * @param bytes          that a training takes at its height
 */
public record StepCost(double supervised, double semiSupervised, double pixel, long bytes) {}
