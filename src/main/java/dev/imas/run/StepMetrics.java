package dev.imas.run;

/**
 * One row of metrics.csv. Quantities that a step did not have are NaN.
 *
 * @param epoch           from 1
 * @param step            steps finished since the start
 * @param lr              base learning rate of the step
 * @param lossSup         supervised loss
 * @param lossUnsup       consistency loss times lambda
 * @param gammaMean       mean gamma of the batch
 * @param confidentRatio  share of pixels at which the teacher is confident, by tau for every class
 * @param imagesPerSecond labelled + unlabelled images a second since the last row
 * @param dataWaitShare   share of that time that the device waited for the loader
 * @param lossDice        the Dice part of the supervised loss
 */
public record StepMetrics(
        int epoch,
        long step,
        double lr,
        double lossSup,
        double lossUnsup,
        double gammaMean,
        double confidentRatio,
        double imagesPerSecond,
        double dataWaitShare,
        double lossDice) {}
