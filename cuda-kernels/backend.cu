// What libimas_cuda.so exports: the table of its functions, and whether a device is there that they have code for.
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

/** The number of devices; 0 with the reason. */
int count_devices() {
    int devices = 0;
    const cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess) {
        cudaGetLastError();  // the failure must not show up at the next launch
        refuse(0, "no usable CUDA device", error);
        return 0;
    }
    if (devices == 0) set_error("no CUDA device is visible");
    return devices;
}

/** Whether there is a device of this number; else the reason. */
bool exists(int device) {
    const int devices = count_devices();
    if (device < devices) return true;
    if (devices > 0) {
        char text[96];
        std::snprintf(text, sizeof text, "there is no CUDA device %d, but %d, counted from 0", device, devices);
        set_error(text);
    }
    return false;
}

/** Compiled like every kernel, for the same architectures; never launched. */
__global__ void image_kernel() {}

#define IMAS_TEXT(token) #token
#define IMAS_TEXT_OF(macro) IMAS_TEXT(macro)

int32_t capability(int32_t device) {
    if (!exists(device)) return 0;
    int major = 0, minor = 0;
    cudaError_t error = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (error == cudaSuccess) error = cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device);
    if (error == cudaSuccess) return 10 * major + minor;
    no_device(device, error);
    return 0;
}

/** Says why the device cannot run the kernels, and what these were built for. */
void no_image(int device, cudaError_t error) {
    const int found = capability(device);
    char text[320];
    std::snprintf(text, sizeof text,
                  "the CUDA kernels do not run on device %d, of compute capability %d.%d: %s (they were built for %s)",
                  device, found / 10, found % 10, cudaGetErrorString(error), IMAS_TEXT_OF(IMAS_CUDA_IMAGES));
    set_error(text);
}

bool has_image(int device) {
    const imas_backend backend = {IMAS_CUDA, device, nullptr};
    const DeviceScope scope(&backend);
    if (scope.status() != IMAS_OK) return false;  // the text is there
    cudaFuncAttributes attributes;
    const cudaError_t error = cudaFuncGetAttributes(&attributes, image_kernel);
    if (error == cudaSuccess) return true;
    cudaGetLastError();
    no_image(device, error);
    return false;
}

int32_t available(int32_t device) {
    if (device >= 0) return exists(device) && has_image(device);
    const int devices = count_devices();
    for (int k = 0; k < devices; k++) {
        if (has_image(k)) return 1;
    }
    return 0;
}

const imas_backend_table table = {"cuda", available, capability,
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
