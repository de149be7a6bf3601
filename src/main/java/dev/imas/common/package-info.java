/**
 * What every package may use: the errors that people read ({@link dev.imas.common.UserException}, {@link
 * dev.imas.common.FileProblem}), random numbers addressed by seed and purpose ({@link dev.imas.common.Rng}),
 * messages of protocol buffers ({@link dev.imas.common.ProtoMessage}), and the constants of a picture's normalisation.
 */
package dev.imas.common;
