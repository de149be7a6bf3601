/**
 * Where and how tensors are computed: the device and its precision ({@link dev.imas.device.Compute}), libtorch's
 * first load, lifetimes and gradient mode ({@link dev.imas.device.Torch}), queues, staging of bytes, and the kernels
 * on libtorch's tensors ({@link dev.imas.device.TensorKernels}). The only package that turns a tensor into a view for
 * the kernels.
 */
package dev.imas.device;
