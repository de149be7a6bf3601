/**
 * Where recorded values lie while they are computed with: {@link dev.imas.verify.memory.Place} is the device,
 * {@link dev.imas.verify.memory.ArrayKernels} calls the kernels on Java arrays through a
 * {@link dev.imas.verify.memory.KernelMemory} of the host or of a GPU, and {@link dev.imas.verify.memory.Tensors} turns
 * arrays into libtorch tensors and back.
 */
package dev.imas.verify.memory;
