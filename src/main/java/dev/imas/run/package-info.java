/**
 * The run directory: what its files are called, what is in them, and the records that travel between a run and who
 * looks at it. Each format is written and read in one class ({@link dev.imas.run.Metrics},
 * {@link dev.imas.run.Hardness}, {@link dev.imas.run.PseudoLabels}, {@link dev.imas.run.ClassIou},
 * {@link dev.imas.run.Summary}); readers take whatever a killed run left and say in a note what they could not use.
 * {@link dev.imas.run.RunDirectory} knows all names; {@link dev.imas.run.RunLock} keeps a second process out.
 *
 * <p>Training, the report, prediction and the command line use it; it knows none of them, and no libtorch.
 */
package dev.imas.run;
