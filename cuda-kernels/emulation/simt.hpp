// A thin SIMT machine on the host: blocks run one after the other, the threads of a block are fibers that switch at
// barriers, and both orders are shuffled by a seed, so that a result which depends on an order differs between seeds.
// Shared memory is a fresh heap block per thread block, filled with NaN patterns: under AddressSanitizer a write
// beyond it is caught, and reading what nobody wrote shows in the results. In its weak mode a thread's writes to shared
// memory reach other threads at barriers alone, as CUDA promises it: a shuffle orders no memory. It tests logic, never
// speed, and refuses launches of more threads than it runs in some seconds.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__

struct dim3 {
    unsigned x, y, z;
    dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

namespace simt {

/** Seed of the orders of the following launches. */
void set_seed(uint64_t seed);

/** Whether the following launches have a weak shared memory; slow, for small blocks. Global memory is never weak. */
void set_weak_memory(bool weak);

/**
 * Runs the body once for every thread of every block. Ends the process with a message and status 3 when threads of a
 * block part at a barrier. More than kMostThreads are a launch that fails.
 */
constexpr uint64_t kMostThreads = uint64_t{1} << 24;
void launch(dim3 grid, dim3 block, size_t shared_bytes, const std::function<void()>& body);

/** Waits for all threads of the block. */
void barrier();

/** Waits for all threads of the block and tells all of them whether any came with `value`. */
bool barrier_or(bool value);

/** Waits for the 32 threads of the warp (the last warp may have fewer). */
void warp_barrier();

/** Waits for them as a shuffle does: it hands on a value and orders no memory. */
void shuffle_barrier();

/** Tells that an atomic operation has written here: in weak memory, too, all threads see it at once. */
void publish(const void* address, size_t bytes);

/** One 8-byte mailbox per lane of the current warp, for one exchange; those of two exchanges in a row differ. */
uint64_t* mailboxes();

unsigned lane();
unsigned lanes();
unsigned char* shared();

template <typename T>
T exchange(T value, unsigned source) {
    static_assert(sizeof(T) <= 8, "a mailbox holds 8 bytes");
    uint64_t* const boxes = mailboxes();
    std::memcpy(boxes + lane(), &value, sizeof(T));
    shuffle_barrier();
    T received = value;
    if (source < lanes()) std::memcpy(&received, boxes + source, sizeof(T));
    return received;
}

}  // namespace simt

extern dim3 gridDim, blockDim, blockIdx, threadIdx;

#define IMAS_LAUNCH(kernel, grid, block, shared_bytes, stream, ...) \
    simt::launch(grid, block, shared_bytes, [&] {                   \
        (void)(stream);                                             \
        kernel(__VA_ARGS__);                                        \
    })
#define IMAS_SHARED(name) unsigned char* const name = simt::shared()

inline void __syncthreads() { simt::barrier(); }
inline int __syncthreads_or(int value) { return simt::barrier_or(value != 0); }
inline void __threadfence() {}
inline void __syncwarp(unsigned = 0xffffffffu) { simt::warp_barrier(); }

template <typename T>
T __shfl_down_sync(unsigned, T value, unsigned delta) {
    return simt::exchange(value, simt::lane() + delta);
}
template <typename T>
T __shfl_xor_sync(unsigned, T value, int mask) {
    return simt::exchange(value, simt::lane() ^ static_cast<unsigned>(mask));
}

template <typename T>
T atomicAdd(T* address, T value) {
    const T old = *address;
    *address = old + value;
    simt::publish(address, sizeof(T));
    return old;
}

inline float exp2_approx(float x) { return std::exp2(x); }
inline float reciprocal_approx(float x) { return 1.0f / x; }
inline double load_fresh(const double* from) { return *from; }

inline unsigned __float_as_uint(float value) {
    unsigned bits;
    std::memcpy(&bits, &value, 4);
    return bits;
}
inline float __uint_as_float(unsigned bits) {
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

// The few calls of the CUDA runtime that launchers make; memory is the host's.
typedef struct simt_stream* cudaStream_t;
enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidDevice = 101,
    cudaErrorNoKernelImageForDevice = 209,
    cudaErrorLaunchFailure = 719
};
enum cudaDeviceAttr {
    cudaDevAttrMultiProcessorCount = 16,
    cudaDevAttrComputeCapabilityMajor = 75,
    cudaDevAttrComputeCapabilityMinor = 76
};
struct cudaFuncAttributes {};
namespace simt {
constexpr int kDevices = 2;
inline thread_local cudaError_t last_error = cudaSuccess;
inline thread_local int device = 0;
inline int multiprocessors = 132;          // of the emulated GPU, each with two blocks at once
inline std::atomic<unsigned> contexts{0};  // a bit for every device that was made current
inline bool has_context(int which) { return contexts >> which & 1u; }

/** The emulated GPU's compute capability, 90; the environment variable SIMT_CAPABILITY pretends another. */
inline int capability() {
    const char* const pretended = std::getenv("SIMT_CAPABILITY");
    return pretended ? std::atoi(pretended) : 90;
}
constexpr int kOldest = 75;  // there is no image for older ones
}  // namespace simt
inline cudaError_t cudaGetLastError() {
    const cudaError_t error = simt::last_error;
    simt::last_error = cudaSuccess;
    return error;
}
inline const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
        case cudaSuccess: return "no error";
        case cudaErrorInvalidDevice: return "invalid device ordinal";
        case cudaErrorNoKernelImageForDevice: return "no kernel image is available for execution on the device";
        default: return "more threads than the emulation runs in a reasonable time";
    }
}
inline cudaError_t cudaGetDevice(int* device) {
    *device = simt::device;
    return cudaSuccess;
}
inline cudaError_t cudaSetDevice(int device) {
    if (device < 0 || device >= simt::kDevices) return simt::last_error = cudaErrorInvalidDevice;
    simt::device = device;
    simt::contexts |= 1u << device;
    return cudaSuccess;
}
inline cudaError_t cudaGetDeviceCount(int* count) {
    *count = simt::kDevices;
    return cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
    *value = attribute == cudaDevAttrMultiProcessorCount      ? simt::multiprocessors
             : attribute == cudaDevAttrComputeCapabilityMajor ? simt::capability() / 10
                                                              : simt::capability() % 10;
    return cudaSuccess;
}
template <typename Kernel>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Kernel*, int, size_t) {
    *blocks = 2;
    return cudaSuccess;
}
template <typename Kernel>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, Kernel*) {
    return simt::capability() >= simt::kOldest ? cudaSuccess : simt::last_error = cudaErrorNoKernelImageForDevice;
}
inline cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t) {
    std::memset(data, value, bytes);
    return cudaSuccess;
}
