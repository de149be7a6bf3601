// Sums over the threads of a block in a fixed order.
#pragma once

#include "platform.cuh"

namespace imas::cuda {

/** Sum over a block of a multiple of 32 threads, at most 1024; the result is thread 0's. `scratch` holds one T a warp.
 */
template <typename T>
__device__ __forceinline__ T block_sum(T value, T* scratch) {
    const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    const unsigned warps = blockDim.x * blockDim.y * blockDim.z / 32;
    for (unsigned delta = 16; delta > 0; delta /= 2) value += __shfl_down_sync(0xffffffffu, value, delta);
    if (thread % 32 == 0) scratch[thread / 32] = value;
    __syncthreads();
    T total = T(0);
    if (thread == 0) {
        for (unsigned warp = 0; warp < warps; warp++) total += scratch[warp];
    }
    __syncthreads();
    return total;
}

}  // namespace imas::cuda
