/**
 * Hardness, losses, CutMix, moving average and confusion counts of iMAS as kernels for the CPU and for CUDA, on memory
 * that the caller owns. Needs JavaCPP and nothing else. Three things make a call:
 *
 * <ul>
 * <li>{@link dev.imas.kernels.TensorView}: memory with a type, a shape and strides;
 * <li>{@link dev.imas.kernels.Operation}: a record with the arguments, by name; one record for each kernel;
 * <li>{@link dev.imas.kernels.Kernels}: where it runs.
 * </ul>
 *
 * <p>A cross-entropy of two pixels with its gradient:
 *
 * <pre>{@code
 * Kernels kernels = Kernels.cpu();
 * // One image of two pixels side by side, two classes: the first class's plane, then the second's.
 * TensorView logits = TensorView.contiguous(new FloatPointer(1, 0, 0, 3), DType.F32, 1, 2, 1, 2);
 * TensorView labels = TensorView.contiguous(new BytePointer(new byte[] {0, 1}), DType.U8, 1, 1, 1, 2);
 * FloatPointer loss = new FloatPointer(1);
 * FloatPointer grad = new FloatPointer(4);
 * Operation operation = SupervisedLoss.crossEntropy(
 *                 logits, labels, TensorView.contiguous(loss, DType.F32, 1, 1, 1, 1))
 *         .withGradient(TensorView.contiguous(grad, DType.F32, 1, 2, 1, 2), 1);
 *
 * long bytes = operation.workspaceBytes(kernels);
 * BytePointer memory = new BytePointer(bytes + 64);
 * BytePointer workspace = memory.position(-memory.address() & 63); // starts at a multiple of 64 bytes
 * operation.run(kernels, workspace, bytes);
 * System.out.println("loss " + loss.get() + ", its gradient at the first logit " + grad.get(0));
 * }</pre>
 *
 * <p>The C functions behind the records are defined in {@code native/include/imas.h}, and {@code docs/kernels.md} says
 * what holds for all of them: views, streams, workspace, numbers.
 */
package dev.imas.kernels;
