// Adds one batch to the per-class counts behind mIoU.
//
// Threads and columns as in pseudo_label.cu, without exponentials: the prediction is the first class with the largest
// enlarged logit. Integer counts through shared memory and one atomic a class and block: GPU-to-GPU identical.
#include "kernels.cuh"
#include "softmax.cuh"

namespace imas::cuda {
namespace {

constexpr int kColumns = 32, kGroups = 8;

template <typename T>
__global__ void __launch_bounds__(256) confusion_kernel(View<const T> logits, int classes, Axis row_axis, Axis column_axis, View<const uint8_t> truth, unsigned long long* counts) {
    IMAS_SHARED(memory);
    int* const block_counts = reinterpret_cast<int*>(memory);
    const int thread = threadIdx.x + kColumns * threadIdx.y;
    for (int i = thread; i < 3 * classes; i += kColumns * kGroups) block_counts[i] = 0;
    __syncthreads();

    const int image = blockIdx.z;
    const int x = blockIdx.x * kColumns + threadIdx.x;
    const int first_row = (blockIdx.y * kGroups + threadIdx.y) * kRows;
    if (x < column_axis.out && first_row < row_axis.out) {
        const Rows rows(row_axis, first_row, logits.sh);
        float largest[kRows] = {};
        int best[kRows] = {};
        bool nan[kRows] = {};
        for_each_logit(logits.at(image, 0, 0, 0), logits.sc, 0, classes, rows, tap(column_axis, x, logits.sw), [&](int c, int r, float logit) {
            nan[r] |= logit != logit;
            if (c == 0 || logit > largest[r]) {
                largest[r] = logit;
                best[r] = c;
            }
        });
#pragma unroll
        for (int r = 0; r < kRows; r++) {
            if (first_row + r >= row_axis.out) continue;
            const int label = *truth.at(image, 0, first_row + r, x);
            if (label == IMAS_IGNORE || label >= classes) continue;
            const int prediction = nan[r] ? 0 : best[r];
            if (prediction == label) atomicAdd(&block_counts[label], 1);
            atomicAdd(&block_counts[classes + prediction], 1);
            atomicAdd(&block_counts[2 * classes + label], 1);
        }
    }
    __syncthreads();
    for (int i = thread; i < 3 * classes; i += kColumns * kGroups) {
        if (block_counts[i]) atomicAdd(&counts[i], static_cast<unsigned long long>(block_counts[i]));
    }
}

}  // namespace

int32_t confusion(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* truth, const imas_tensor* counts, void*, size_t) {
    const DeviceScope scope(backend);
    const int64_t *n = logits->shape, *size = truth->shape;
    const int classes = static_cast<int>(n[1]);
    const dim3 grid(blocks_for(size[3], kColumns), blocks_for(size[2], kGroups * kRows), static_cast<unsigned>(n[0]));
    with_float_type(logits->dtype, [&](auto t) {
        using T = decltype(t);
        IMAS_LAUNCH(confusion_kernel<T>, grid, dim3(kColumns, kGroups), sizeof(int) * static_cast<size_t>(3 * classes), stream_of(backend), view<const T>(logits), classes, axis(n[2], size[2]), axis(n[3], size[3]), view<const uint8_t>(truth), static_cast<unsigned long long*>(counts->data));
    });
    return launched("confusion");
}

size_t confusion_workspace(const imas_backend*, const imas_tensor*, const imas_tensor*) { return 0; }

}  // namespace imas::cuda
