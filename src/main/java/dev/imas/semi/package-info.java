/**
 * The method: one training step and what it is made of, as docs/method.md 3 and 4 tell it. To be read in this order:
 *
 * <ol>
 *   <li>{@link dev.imas.semi.SemiSupervisedStep}: the nine lines, each with its paragraph; and what goes in and comes
 *       out, {@link dev.imas.semi.StepInput} and {@link dev.imas.semi.StepResult};
 *   <li>the rules that follow from gamma, one a setting of the method, bound when the step is built:
 *       {@link dev.imas.semi.ThresholdRule} and {@link dev.imas.semi.GammaRule} (3.2, 4),
 *       {@link dev.imas.semi.IntensityRule} (3.3), {@link dev.imas.semi.CutMixRule} (3.4),
 *       {@link dev.imas.semi.WeightRule} (3.7);
 *   <li>the batch and its losses: {@link dev.imas.semi.StudentBatch} (3.5), {@link dev.imas.semi.SupervisedLoss} (3.6),
 *       {@link dev.imas.semi.ConsistencyLoss} (3.7);
 *   <li>the networks as a step uses them: {@link dev.imas.semi.Networks} and
 *       {@link dev.imas.semi.StudentAndTeacher}, with {@link dev.imas.semi.Sgd} and {@link dev.imas.semi.Teacher}
 *       (3.8), whose rates and decays come from {@link dev.imas.semi.Schedule} (3.8, 3.9);
 *   <li>several processes and pieces of a batch: {@link dev.imas.semi.PartOfBatch},
 *       {@link dev.imas.semi.SharedGradients};
 *   <li>{@link dev.imas.semi.StepAssembly}, which puts all of it together, for every user alike.
 * </ol>
 *
 * <p>All random choices are {@link dev.imas.semi.StepDraws}. What is counted and summed over pixels is done by the
 * kernels ({@link dev.imas.device.TensorKernels}). Letters: B images, C classes, (h,w) logits, (H,W) pixels. Tensors
 * belong to the caller's PointerScope; nobody waits for the device but the adaptive trigger of CutMix.
 */
package dev.imas.semi;
