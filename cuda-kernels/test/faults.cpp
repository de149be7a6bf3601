// Kernels with a fault each: emulation_faults race|shuffle|overflow|barrier must fail, else the emulation is blind.
#include <cstring>

#include "emulation/simt.hpp"

namespace {

void race_kernel(int* sum) {
    IMAS_SHARED(memory);
    int* const value = reinterpret_cast<int*>(memory);
    value[threadIdx.x] = static_cast<int>(threadIdx.x);  // the barrier that belongs here is missing
    if (threadIdx.x == 0) {
        unsigned total = 0;
        for (unsigned i = 0; i < blockDim.x; i++) total += static_cast<unsigned>(value[i]);
        *sum = static_cast<int>(total);
    }
}

/** Of one warp. The shuffle is passed by all, and yet lane 0 need not see what the others wrote before. */
void shuffle_kernel(int* sum) {
    IMAS_SHARED(memory);
    int* const value = reinterpret_cast<int*>(memory);
    value[threadIdx.x] = static_cast<int>(threadIdx.x);
    const int handed_on = __shfl_xor_sync(0xffffffffu, 1, 1);  // __syncwarp() belongs here
    if (threadIdx.x == 0) {
        unsigned total = 0;
        for (unsigned i = 0; i < blockDim.x; i++) total += static_cast<unsigned>(value[i]);
        *sum = static_cast<int>(total) * handed_on;
    }
}

void overflow_kernel() {
    IMAS_SHARED(memory);
    memory[threadIdx.x + 1] = 1;
}

void barrier_kernel() {
    if (threadIdx.x % 2) __syncthreads();
}

/** 1 where the fault shows in a result; others end the process. */
int plant(const char* fault) {
    const cudaStream_t stream = nullptr;
    int wrong = 0;
    for (uint64_t seed : {1, 2, 3}) {
        simt::set_seed(seed);
        if (!std::strcmp(fault, "race")) {
            int sum = 0;
            IMAS_LAUNCH(race_kernel, dim3(1), dim3(64), 64 * sizeof(int), stream, &sum);
            wrong += sum != 64 * 63 / 2;
        } else if (!std::strcmp(fault, "shuffle")) {
            int sum = 0;
            simt::set_weak_memory(true);
            IMAS_LAUNCH(shuffle_kernel, dim3(1), dim3(32), 32 * sizeof(int), stream, &sum);
            wrong += sum != 32 * 31 / 2;
        } else if (!std::strcmp(fault, "overflow")) {
            IMAS_LAUNCH(overflow_kernel, dim3(1), dim3(64), 64, stream);
        } else if (!std::strcmp(fault, "barrier")) {
            IMAS_LAUNCH(barrier_kernel, dim3(1), dim3(64), 0, stream);
        }
    }
    return wrong ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) { return count == 2 ? plant(arguments[1]) : 0; }
