/*
 * A CUDA runtime that pretends one GPU: its memory is host memory, copies are made at once, streams and events are
 * numbers, kernels do nothing. What kernels would have computed is therefore zero; a single byte is read back as 1, the
 * answer to "is everything finite?". Calls that matter are written to the file PRETEND_TRACE, one line each.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda_runtime_api.h"

enum { HOST = 0, PINNED = 1, DEVICE = 2, MOST = 1 << 16, ALIGNMENT = 512 };
static const char* const kNames[] = {"host", "pinned", "device"};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char* begin;
    size_t size;
    int kind;
} blocks[MOST];
static int used = 0;
static long handles = 0x1000;

static void trace(const char* what, const char* from, const char* to, size_t bytes) {
    static FILE* file;
    pthread_mutex_lock(&lock);
    if (!file && getenv("PRETEND_TRACE")) file = fopen(getenv("PRETEND_TRACE"), "a");
    if (file) {
        fprintf(file, "%s %s %s %zu\n", what, from, to, bytes);
        fflush(file);
    }
    pthread_mutex_unlock(&lock);
}

static cudaError_t allocate(void** out, size_t size, int kind) {
    if (posix_memalign(out, ALIGNMENT, size ? size : 1)) return cudaErrorMemoryAllocation;
    memset(*out, 0, size);
    pthread_mutex_lock(&lock);
    int k = 0;
    while (k < used && blocks[k].begin) k++;
    if (k == used && used < MOST) used++;
    blocks[k].begin = *out;
    blocks[k].size = size;
    blocks[k].kind = kind;
    pthread_mutex_unlock(&lock);
    return cudaSuccess;
}

static cudaError_t release(void* begin) {
    pthread_mutex_lock(&lock);
    for (int k = 0; k < used; k++) {
        if (blocks[k].begin == begin) blocks[k].begin = NULL;
    }
    pthread_mutex_unlock(&lock);
    free(begin);
    return cudaSuccess;
}

static int kind_of(const void* address) {
    int kind = HOST;
    pthread_mutex_lock(&lock);
    for (int k = 0; k < used; k++) {
        const char* begin = blocks[k].begin;
        if (begin && (const char*)address >= begin && (const char*)address < begin + blocks[k].size)
            kind = blocks[k].kind;
    }
    pthread_mutex_unlock(&lock);
    return kind;
}

static long handle(void) { return __atomic_add_fetch(&handles, 0x100, __ATOMIC_RELAXED); }

cudaError_t cudaGetDeviceCount(int* count) { return *count = 1, cudaSuccess; }
cudaError_t cudaGetDevice(int* device) { return *device = 0, cudaSuccess; }
cudaError_t cudaSetDevice(int device) { return device ? cudaErrorInvalidDevice : cudaSuccess; }
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    return *least = 0, *greatest = -5, cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) { return *version = 13000, cudaSuccess; }
cudaError_t cudaRuntimeGetVersion(int* version) { return *version = 13000, cudaSuccess; }
cudaError_t cudaMemGetInfo(size_t* available, size_t* total) {
    return *available = 7ull << 30, *total = 8ull << 30, cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp* p, int device) {
    (void)device;
    memset(p, 0, sizeof *p);
    strcpy(p->name, "pretended GPU");
    const char* capability = getenv("PRETEND_CAPABILITY");
    p->major = capability ? atoi(capability) / 10 : 9;
    p->minor = capability ? atoi(capability) % 10 : 0;
    p->multiProcessorCount = 132;
    p->warpSize = 32;
    p->maxThreadsPerBlock = 1024;
    p->maxThreadsPerMultiProcessor = 2048;
    p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
    p->maxThreadsDim[2] = 64;
    p->maxGridSize[0] = 2147483647;
    p->maxGridSize[1] = p->maxGridSize[2] = 65535;
    p->sharedMemPerBlock = 48 << 10;
    p->sharedMemPerBlockOptin = p->sharedMemPerMultiprocessor = 227 << 10;
    p->regsPerBlock = p->regsPerMultiprocessor = 65536;
    p->textureAlignment = ALIGNMENT;
    p->totalGlobalMem = 8ull << 30;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, enum cudaDeviceAttr attribute, int device) {
    struct cudaDeviceProp p;
    cudaGetDeviceProperties(&p, device);
    *value = attribute == cudaDevAttrComputeCapabilityMajor    ? p.major
             : attribute == cudaDevAttrComputeCapabilityMinor  ? p.minor
             : attribute == cudaDevAttrMultiProcessorCount     ? p.multiProcessorCount
             : attribute == cudaDevAttrClockRate               ? 1755000
             : attribute == cudaDevAttrMaxThreadsPerBlock      ? p.maxThreadsPerBlock
             : attribute == cudaDevAttrMaxGridDimX             ? p.maxGridSize[0]
             : attribute == cudaDevAttrMaxSharedMemoryPerBlock ? (int)p.sharedMemPerBlock
                                                               : 0;
    return cudaSuccess;
}

cudaError_t cudaMalloc(void** out, size_t size) {
    return trace("allocate", "-", "device", size), allocate(out, size, DEVICE);
}
cudaError_t cudaHostAlloc(void** out, size_t size, unsigned flags) {
    return (void)flags, trace("allocate", "-", "pinned", size), allocate(out, size, PINNED);
}
cudaError_t cudaFree(void* begin) { return begin ? release(begin) : cudaSuccess; }
cudaError_t cudaFreeHost(void* begin) { return begin ? release(begin) : cudaSuccess; }

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t size, enum cudaMemcpyKind kind, cudaStream_t stream) {
    (void)kind;
    trace(stream ? "copy-beside" : "copy", kNames[kind_of(from)], kNames[kind_of(to)], size);
    memcpy(to, from, size);
    if (size == 1 && kind_of(to) != DEVICE) *(char*)to = 1;
    return cudaSuccess;
}
cudaError_t cudaMemcpy(void* to, const void* from, size_t size, enum cudaMemcpyKind kind) {
    trace("sync-copy", kNames[kind_of(from)], kNames[kind_of(to)], size);
    return cudaMemcpyAsync(to, from, size, kind, NULL);
}
cudaError_t cudaMemset(void* to, int value, size_t size) { return memset(to, value, size), cudaSuccess; }
cudaError_t cudaMemsetAsync(void* to, int value, size_t size, cudaStream_t stream) {
    return (void)stream, memset(to, value, size), cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(struct cudaPointerAttributes* a, const void* address) {
    static const enum cudaMemoryType kTypes[] = {cudaMemoryTypeUnregistered, cudaMemoryTypeHost, cudaMemoryTypeDevice};
    memset(a, 0, sizeof *a);
    a->type = kTypes[kind_of(address)];
    a->hostPointer = a->devicePointer = (void*)address;
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* out, unsigned flags, int priority) {
    return (void)flags, (void)priority, *out = (cudaStream_t)handle(), cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    return (void)stream, trace("sync-stream", "-", "-", 0), cudaSuccess;
}
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, enum cudaStreamCaptureStatus* out) {
    return (void)stream, *out = cudaStreamCaptureStatusNone, cudaSuccess;
}
cudaError_t cudaDeviceSynchronize(void) { return trace("sync-device", "-", "-", 0), cudaSuccess; }
cudaError_t cudaEventCreate(cudaEvent_t* out) { return *out = (cudaEvent_t)handle(), cudaSuccess; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* out, unsigned flags) { return (void)flags, cudaEventCreate(out); }
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    return (void)event, trace("sync-event", "-", "-", 0), cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* out, cudaEvent_t from, cudaEvent_t to) {
    return (void)from, (void)to, *out = 1.0f, cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t error) { return (void)error, "pretended"; }
const char* cudaGetErrorName(cudaError_t error) { return (void)error, "pretended"; }

cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes* a, const void* function) {
    (void)function;
    memset(a, 0, sizeof *a);
    a->maxThreadsPerBlock = 1024;
    a->binaryVersion = a->ptxVersion = 90;
    return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* out, const void* f, int threads, size_t shared,
                                                                   unsigned flags) {
    return (void)f, (void)threads, (void)shared, (void)flags, *out = 2, cudaSuccess;
}

/* What the compiler puts around kernels. */
cudaError_t __cudaLaunchKernel(void* f, dim3 g, dim3 b, void** a, size_t s, cudaStream_t t) {
    return (void)f, (void)g, (void)b, (void)a, (void)s, (void)t, trace("launch", "-", "-", 0), cudaSuccess;
}
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* c, const void* f, void** a) {
    return (void)c, (void)f, (void)a, trace("launch", "-", "-", 0), cudaSuccess;
}
cudaError_t __cudaGetKernel(void** out, const void* f) { return *out = (void*)f, cudaSuccess; }
cudaError_t __cudaPopCallConfiguration(dim3* g, dim3* b, size_t* s, void* t) {
    return (void)g, (void)b, *s = 0, *(void**)t = NULL, cudaSuccess;
}
void** __cudaRegisterFatBinary(void* p) {
    static void* registered[2];
    (void)p;
    return registered;
}
