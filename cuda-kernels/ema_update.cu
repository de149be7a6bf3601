// teacher = decay * teacher + (1 - decay) * student over all tensors in one launch.
//
// The table of tensors travels as a kernel parameter (up to 32 KB), so nothing is copied to the device beforehand. A
// block owns one chunk of one tensor, found by bisection. In a whole chunk a thread first issues all its loads, 16
// bytes each (kRuns of teacher and of student), then blends and stores; ends and tensors that do not lie on 16-byte
// borders go element by element. Element-wise: GPU-to-GPU identical. Floor: 12 bytes an element, 8 when decay is 0: 160
// us for 40 million at 3 TB/s (benchmarks/gpu/LIMITS.md).
#include "kernels.cuh"
#include "law/ema_update.hpp"

namespace imas::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kRuns = 4;
constexpr int kChunk = kThreads * kRuns * 4;
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

__global__ void __launch_bounds__(kThreads) ema_kernel(const __grid_constant__ Table table, float decay) {
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
    const bool copy = law::copies_student(decay);
    if (n == kChunk && (reinterpret_cast<uintptr_t>(teacher) | reinterpret_cast<uintptr_t>(student)) % 16 == 0) {
        Four* const to = reinterpret_cast<Four*>(teacher) + threadIdx.x;
        const Four* const from = reinterpret_cast<const Four*>(student) + threadIdx.x;
        Four s[kRuns], t[kRuns];
#pragma unroll
        for (int k = 0; k < kRuns; k++) s[k] = from[k * kThreads];
        if (!copy) {
#pragma unroll
            for (int k = 0; k < kRuns; k++) t[k] = to[k * kThreads];
#pragma unroll
            for (int k = 0; k < kRuns; k++)
                s[k] = Four{law::average(t[k].x, s[k].x, decay), law::average(t[k].y, s[k].y, decay),
                            law::average(t[k].z, s[k].z, decay), law::average(t[k].w, s[k].w, decay)};
        }
#pragma unroll
        for (int k = 0; k < kRuns; k++) to[k * kThreads] = s[k];
    } else {
#pragma unroll 4
        for (int i = threadIdx.x; i < n; i += kThreads)
            teacher[i] = copy ? student[i] : law::average(teacher[i], student[i], decay);
    }
}

}  // namespace

int32_t ema_update(const imas_backend* backend, int64_t count, void* const* teacher, const void* const* student,
                   const int64_t* numel, float decay, void*, size_t) {
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
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
