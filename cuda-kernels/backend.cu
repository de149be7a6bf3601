// What libimas_cuda.so exports: the table of its functions, and whether a device is there.
#include <cstdio>

#include "backend.hpp"
#include "kernels.cuh"

namespace imas::cuda {
namespace {

imas_set_error set_error = nullptr;

int32_t refuse(int32_t status, const char* what, cudaError_t error) {
    char text[256];
    std::snprintf(text, sizeof text, "%s: %s", what, cudaGetErrorString(error));
    set_error(text);
    return status;
}

int32_t available() {
    int devices = 0;
    const cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess) {
        cudaGetLastError();  // the failure must not show up at the next launch
        refuse(0, "no usable CUDA device", error);
        return 0;
    }
    if (devices == 0) set_error("no CUDA device is visible");
    return devices > 0;
}

const imas_backend_table table = {"cuda", available,
#define IMAS_ENTRY(name) name,
                                  IMAS_EACH_FUNCTION(IMAS_ENTRY)
#undef IMAS_ENTRY
};

}  // namespace

int32_t launched(const char* kernel) {
    const cudaError_t error = cudaGetLastError();
    if (error == cudaSuccess) return IMAS_OK;
    char what[96];
    std::snprintf(what, sizeof what, "the CUDA kernel %s could not be launched", kernel);
    return refuse(IMAS_ERROR_DEVICE, what, error);
}

int32_t no_device(int device, cudaError_t error) {
    cudaGetLastError();
    char what[64];
    std::snprintf(what, sizeof what, "the CUDA device %d cannot be used", device);
    return refuse(IMAS_ERROR_BACKEND, what, error);
}

int32_t check_images(const char* kernel, int64_t images) {
    if (images <= kMostImages) return IMAS_OK;
    char text[128];
    std::snprintf(text, sizeof text, "imas_%s: %lld images, on CUDA expected at most %lld", kernel,
                  static_cast<long long>(images), static_cast<long long>(kMostImages));
    set_error(text);
    return IMAS_ERROR_ARGUMENT;
}

}  // namespace imas::cuda

extern "C" __attribute__((visibility("default"))) const imas_backend_table* imas_cuda_backend(
    int32_t table_version, imas_set_error set_error) {
    if (table_version != IMAS_BACKEND_TABLE_VERSION) return nullptr;
    imas::cuda::set_error = set_error;
    return &imas::cuda::table;
}
