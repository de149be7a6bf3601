/**
 * Weights that others publish, fetched once and kept: {@link dev.imas.weights.fetch.PretrainedWeights}. Knows HTTP and
 * files, no tensors.
 */
package dev.imas.weights.fetch;
