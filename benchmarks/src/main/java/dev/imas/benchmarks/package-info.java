/**
 * Measurements, not published: JMH benchmarks of every kernel against the best composition of libtorch's operations,
 * of the loader, and whole training steps. benchmarks/README.md says how to run them; results stand in
 * benchmarks/results.
 */
package dev.imas.benchmarks;
