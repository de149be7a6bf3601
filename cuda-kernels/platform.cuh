// What the kernels need of the platform: CUDA itself, or with IMAS_EMULATION the host emulation that runs the same
// source under sanitizers. Kernels use the names below instead of <<<>>> and __shared__, so no line differs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#ifdef IMAS_EMULATION
#include "emulation/simt.hpp"
#else
#include <cuda_fp16.h>
#include <cuda_runtime.h>

/** Launches on a stream; errors are read by launched(). */
#define IMAS_LAUNCH(kernel, grid, block, shared_bytes, stream, ...) \
    kernel<<<grid, block, shared_bytes, stream>>>(__VA_ARGS__)

/** The block's dynamic shared memory, 16-byte aligned. All shared memory is dynamic: the emulation hands it out fresh.
 */
#define IMAS_SHARED(name) extern __shared__ __align__(16) unsigned char name[]

/** 2^x in one instruction: relative error 2^-22 at most, results below 2^-126 are 0. */
__device__ __forceinline__ float exp2_approx(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/** 1/x in one instruction: relative error 2^-23 at most. */
__device__ __forceinline__ float reciprocal_approx(float x) {
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/** What other blocks have written: not from the multiprocessor's own cache. */
__device__ __forceinline__ double load_fresh(const double* from) { return __ldcg(from); }
#endif

#include "imas.h"

namespace imas::cuda {

#ifdef IMAS_EMULATION
inline bool has_primary_context(int device) { return simt::has_context(device); }
#else
/**
 * Whether this process uses the device already. The driver is asked through the runtime, so that the library needs
 * none to load; where it does not answer, yes: then a context too many costs memory, and a wrong device results.
 */
inline bool has_primary_context(int device) {
    typedef int (*GetState)(int device, unsigned* flags, int* active);  // cuDevicePrimaryCtxGetState, a CUresult
    static const GetState get_state = [] {
        void* entry = nullptr;
#if CUDART_VERSION >= 12050
        const cudaError_t error =
            cudaGetDriverEntryPointByVersion("cuDevicePrimaryCtxGetState", &entry, 7000, cudaEnableDefault);
#else
        const cudaError_t error = cudaGetDriverEntryPoint("cuDevicePrimaryCtxGetState", &entry, cudaEnableDefault);
#endif
        if (error != cudaSuccess) cudaGetLastError();
        return error == cudaSuccess ? reinterpret_cast<GetState>(entry) : nullptr;
    }();
    unsigned flags = 0;
    int active = 1;
    if (get_state && get_state(device, &flags, &active) != 0) return true;
    return active != 0;
}
#endif

/** IMAS_OK, or IMAS_ERROR_DEVICE with the text of the last launch's failure on this thread. */
int32_t launched(const char* kernel);

inline cudaStream_t stream_of(const imas_backend* backend) { return static_cast<cudaStream_t>(backend->stream); }

/** IMAS_ERROR_BACKEND; the error is cleared, so that the next launch does not meet it. */
int32_t no_device(int device, cudaError_t error);

/** Grid axis y, which counts the images, ends here. */
constexpr int64_t kMostImages = 65535;

/** IMAS_OK, or IMAS_ERROR_ARGUMENT where there are more images than a launch can count. */
int32_t check_images(const char* kernel, int64_t images);

/**
 * Makes the backend's device current for a scope and puts the caller's back, if that is in use: going back to a device
 * that nobody has used would make a context there, some hundred MB on another's GPU. Only with the status IMAS_OK may
 * anything be queued.
 */
class DeviceScope {
public:
    explicit DeviceScope(const imas_backend* backend) {
        cudaError_t error = cudaGetDevice(&previous_);
        if (error == cudaSuccess && previous_ != backend->device) {
            error = cudaSetDevice(backend->device);
            switched_ = error == cudaSuccess;
        }
        if (error != cudaSuccess) status_ = no_device(backend->device, error);
    }
    ~DeviceScope() {
        if (switched_ && has_primary_context(previous_)) cudaSetDevice(previous_);
    }
    DeviceScope(const DeviceScope&) = delete;
    DeviceScope& operator=(const DeviceScope&) = delete;

    int32_t status() const { return status_; }

private:
    int previous_ = 0;
    bool switched_ = false;
    int32_t status_ = IMAS_OK;
};

__host__ __device__ inline unsigned blocks_for(int64_t items, int64_t per_block) {
    return static_cast<unsigned>((items + per_block - 1) / per_block);
}

}  // namespace imas::cuda
