/**
 * What this computer has, found without loading libtorch: the processor's instructions, NVIDIA's driver and the
 * libraries of CUDA. Files are looked at through {@link dev.imas.machine.FileView}, so that tests can pretend another
 * machine.
 */
package dev.imas.machine;
