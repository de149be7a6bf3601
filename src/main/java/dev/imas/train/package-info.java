/**
 * A training run around the step of {@link dev.imas.semi}: what is fed to it, how long it goes on, what is measured and
 * kept. To be read in this order:
 *
 * <ol>
 *   <li>{@link dev.imas.train.Trainer}, the entry, and {@code ResumePoint}, where a run goes on;
 *   <li>{@code TrainingRun}, the loop, over a {@code Plan} of epochs and a {@code RunState}; {@code RunParts}, which
 *       makes and closes what it works with, the rest of this list;
 *   <li>{@code Models}, the networks and their optimizer, with {@code Checkpoints} and {@code CheckpointStore};
 *   <li>{@code Loaders} and {@link dev.imas.train.BatchFeed}, how batches come to the device;
 *   <li>{@code MetricRows} (with {@code StepFigures}) and {@code HardnessRows} (with {@code HardnessTable}), what a run
 *       writes as it goes; {@code Divergence}, {@code Evaluations} and {@code SettledMemory}, what it watches;
 *   <li>{@code LiveView} with {@code PseudoLabelLook} and {@code TensorBoard}, what is seen of it while it goes on;
 *   <li>{@code Results}, {@code FinalEvaluation} and {@code SamplePictures}, what it leaves.
 * </ol>
 *
 * <p>One thread trains. All tensors but the networks' belong to the PointerScope of the run, or of the step; what else
 * is to be closed is {@code Opened}.
 */
package dev.imas.train;
