// teacher = decay * teacher + (1 - decay) * student over all tensors in one launch.
//
// The table of tensors travels as a kernel parameter (up to 32 KB), so nothing is copied to the device beforehand. A
// block owns one chunk of one tensor, found by bisection; its threads read and write 16 bytes at a time where the
// pointers allow. Element-wise: GPU-to-GPU identical.
#include "kernels.cuh"

namespace imas::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kChunk = kThreads * 4 * 4;
constexpr int kTensors = 1000;

struct Table {
    float* teacher[kTensors];
    const float* student[kTensors];
    int64_t numel[kTensors];
    unsigned first_chunk[kTensors + 1];
    int count;
};

struct alignas(16) Four {
    float x, y, z, w;
};

__device__ __forceinline__ float blend(float teacher, float student, float decay) { return decay * teacher + (1.0f - decay) * student; }

__global__ void __launch_bounds__(kThreads) ema_kernel(const Table table, float decay) {
    int low = 0, high = table.count;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (table.first_chunk[middle] <= blockIdx.x) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const int64_t begin = static_cast<int64_t>(blockIdx.x - table.first_chunk[low]) * kChunk;
    const int64_t left = table.numel[low] - begin;
    const int n = static_cast<int>(left < kChunk ? left : kChunk);
    float* teacher = table.teacher[low] + begin;
    const float* student = table.student[low] + begin;
    const bool copy = decay == 0.0f;  // not a product with 0, which would keep a teacher's NaN
    int done = 0;
    if ((reinterpret_cast<uintptr_t>(teacher) | reinterpret_cast<uintptr_t>(student)) % 16 == 0) {
        done = n / 4 * 4;
        for (int i = threadIdx.x; i < n / 4; i += kThreads) {
            const Four s = reinterpret_cast<const Four*>(student)[i];
            if (copy) {
                reinterpret_cast<Four*>(teacher)[i] = s;
            } else {
                const Four t = reinterpret_cast<const Four*>(teacher)[i];
                reinterpret_cast<Four*>(teacher)[i] = Four{blend(t.x, s.x, decay), blend(t.y, s.y, decay), blend(t.z, s.z, decay), blend(t.w, s.w, decay)};
            }
        }
    }
    for (int i = done + threadIdx.x; i < n; i += kThreads) teacher[i] = copy ? student[i] : blend(teacher[i], student[i], decay);
}

}  // namespace

int32_t ema_update(const imas_backend* backend, int64_t count, void* const* teacher, const void* const* student, const int64_t* numel, float decay, void*, size_t) {
    const DeviceScope scope(backend);
    Table table;
    table.count = 0;
    unsigned chunks = 0;
    const auto flush = [&] {
        table.first_chunk[table.count] = chunks;
        if (chunks) IMAS_LAUNCH(ema_kernel, dim3(chunks), dim3(kThreads), 0, stream_of(backend), table, decay);
        table.count = 0;
        chunks = 0;
    };
    for (int64_t k = 0; k < count; k++) {
        if (numel[k] == 0) continue;
        table.teacher[table.count] = static_cast<float*>(teacher[k]);
        table.student[table.count] = static_cast<const float*>(student[k]);
        table.numel[table.count] = numel[k];
        table.first_chunk[table.count++] = chunks;
        chunks += blocks_for(numel[k], kChunk);
        if (table.count == kTensors) flush();
    }
    flush();
    return launched("ema_update");
}

size_t ema_update_workspace(const imas_backend*, int64_t, const int64_t*) { return 0; }

}  // namespace imas::cuda
