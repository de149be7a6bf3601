// teacher = decay * teacher + (1 - decay) * student, all tensors in one parallel region: one pass over memory.
#include "law/ema_update.hpp"
#include "cpu/kernels.hpp"
#include "cpu/numbers.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** Elements a task: small enough to share the largest convolution among threads, large enough to stream. */
const int64_t kChunk = 1 << 16;

void average(float* teacher, const float* student, int64_t n, float decay) {
    if (law::copies_student(decay)) {
        std::memcpy(teacher, student, static_cast<size_t>(n) * sizeof(float));
        return;
    }
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) teacher[i] = law::average(teacher[i], student[i], decay);
}

}  // namespace

int32_t ema_update(const imas_backend*, int64_t count, void* const* teacher, const void* const* student,
                   const int64_t* numel, float decay, void*, size_t) {
    int64_t next_task = 0;  // chunks of all tensors, numbered through; threads take the next one when they are free
#pragma omp parallel
    {
        int64_t mine = __atomic_fetch_add(&next_task, 1, __ATOMIC_RELAXED);
        int64_t task = 0;
        for (int64_t k = 0; k < count; ++k) {
            for (int64_t begin = 0; begin < numel[k]; begin += kChunk, ++task) {
                if (task != mine) continue;
                const int64_t left = numel[k] - begin;
                average(static_cast<float*>(teacher[k]) + begin, static_cast<const float*>(student[k]) + begin,
                        left < kChunk ? left : kChunk, decay);
                mine = __atomic_fetch_add(&next_task, 1, __ATOMIC_RELAXED);
            }
        }
    }
    return IMAS_OK;
}

size_t ema_update_workspace(const imas_backend*, int64_t, const int64_t*) { return 0; }

}  // namespace imas::cpu::IMAS_ISA
