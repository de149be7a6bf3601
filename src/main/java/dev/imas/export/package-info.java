/**
 * Trained networks in other programs' formats: {@link dev.imas.export.Exporter} writes a network's pass and what stands
 * before and after it down as a graph of a few operations, in TorchScript or in ONNX, reads it back and compares it
 * with the network itself.
 *
 * <p>Knows networks and how they are used, but neither training nor the command line.
 */
package dev.imas.export;
