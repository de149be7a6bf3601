/**
 * Training in several processes: who they are ({@link dev.imas.distributed.Environment}), how they find each other
 * ({@link dev.imas.distributed.Group}), what they do together ({@link dev.imas.distributed.Ranks}), and how each learns
 * that another is gone ({@link dev.imas.distributed.Watch}). What goes over the wire is libtorch's (c10d): a TCP store
 * for texts, Gloo for tensors in host memory, NCCL for tensors on GPUs. See docs/distributed.md.
 */
package dev.imas.distributed;
