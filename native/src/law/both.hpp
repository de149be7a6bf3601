// The laws: what CPU and CUDA both mean, written once and compiled by both. Here stands what must not differ between
// them: formulas, orders, which numbers count. How they are computed fast (vectors, tiles, tables) is each backend's
// own affair.
#pragma once

/**
 * Marks a law: callable on the host and on the device, and always inlined. The CPU kernels are compiled for several
 * instruction sets, and a copy left for the linker could be one that the machine does not understand.
 */
#ifdef __CUDACC__
#define IMAS_BOTH __host__ __device__ __forceinline__
#else
#define IMAS_BOTH [[gnu::always_inline]] inline
#endif
