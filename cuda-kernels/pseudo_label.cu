// Pseudo-labels, confidences and the counts behind gamma.
//
// A thread owns one output column and kRows rows: it walks the classes once for the student and once for the teacher.
// A warp is 32 neighbouring columns, so its loads fall into the same few cache lines and its labels are stored side
// by side. Counts are integers: added in shared memory, then one atomic a class and block, so the order of blocks
// changes no bit (run-to-run and GPU-to-GPU).
#include "kernels.cuh"
#include "softmax.cuh"

namespace imas::cuda {
namespace {

constexpr int kColumns = 32, kGroups = 8;

template <typename T>
__device__ __forceinline__ void predict(const View<const T>& logits, int image, int classes, const Axis& row_axis, int first_row, const Axis& column_axis, int x, Softmax* result) {
    const Rows rows(row_axis, first_row, logits.sh);
    const Tap column = tap(column_axis, x, logits.sw);
    for_each_logit(logits.at(image, 0, 0, 0), logits.sc, 0, classes, rows, column, [&](int c, int r, float logit) { result[r].add(logit, c); });
}

template <typename S, typename T>
__global__ void __launch_bounds__(256) pseudo_label_kernel(View<const S> student, View<const T> teacher, bool same, int classes, Axis row_axis, Axis column_axis, float threshold, View<uint8_t> labels, View<float> confidence, int* counts) {
    IMAS_SHARED(memory);
    int* const block_counts = reinterpret_cast<int*>(memory);
    const int thread = threadIdx.x + kColumns * threadIdx.y;
    const int bins = 3 * classes + 2;
    for (int i = thread; i < bins; i += kColumns * kGroups) block_counts[i] = 0;
    __syncthreads();

    const int image = blockIdx.z;
    const int x = blockIdx.x * kColumns + threadIdx.x;
    const int first_row = (blockIdx.y * kGroups + threadIdx.y) * kRows;
    if (x < column_axis.out && first_row < row_axis.out) {
        Softmax of_teacher[kRows], of_student[kRows];
        predict(teacher, image, classes, row_axis, first_row, column_axis, x, of_teacher);
        if (!same) predict(student, image, classes, row_axis, first_row, column_axis, x, of_student);
#pragma unroll
        for (int r = 0; r < kRows; r++) {
            const int y = first_row + r;
            if (y >= row_axis.out) continue;
            const Softmax& t = of_teacher[r];
            const Softmax& s = same ? of_teacher[r] : of_student[r];
            *labels.at(image, 0, y, x) = static_cast<uint8_t>(t.label());
            *confidence.at(image, 0, y, x) = t.confidence();
            atomicAdd(&block_counts[s.label()], 1);
            atomicAdd(&block_counts[classes + t.label()], 1);
            if (s.label() == t.label()) atomicAdd(&block_counts[2 * classes + s.label()], 1);
            if (s.confidence() >= threshold) atomicAdd(&block_counts[3 * classes], 1);
            if (t.confidence() >= threshold) atomicAdd(&block_counts[3 * classes + 1], 1);
        }
    }
    __syncthreads();
    for (int i = thread; i < bins; i += kColumns * kGroups) {
        if (block_counts[i]) atomicAdd(&counts[static_cast<int64_t>(image) * bins + i], block_counts[i]);
    }
}

}  // namespace

int32_t pseudo_label(const imas_backend* backend, const imas_tensor* student, const imas_tensor* teacher, float threshold, const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* counts, void*, size_t) {
    const DeviceScope scope(backend);
    const int64_t *n = student->shape, *size = labels->shape;
    const int classes = static_cast<int>(n[1]);
    const size_t count_bytes = sizeof(int) * static_cast<size_t>(3 * classes + 2);
    const cudaStream_t stream = stream_of(backend);
    cudaMemsetAsync(counts->data, 0, count_bytes * static_cast<size_t>(n[0]), stream);
    const bool same = student->data == teacher->data && student->dtype == teacher->dtype && same_strides(*student, *teacher);
    const dim3 grid(blocks_for(size[3], kColumns), blocks_for(size[2], kGroups * kRows), static_cast<unsigned>(n[0]));
    with_float_type(student->dtype, [&](auto s) {
        with_float_type(teacher->dtype, [&](auto t) {
            using S = decltype(s);
            using T = decltype(t);
            IMAS_LAUNCH((pseudo_label_kernel<S, T>), grid, dim3(kColumns, kGroups), count_bytes, stream, view<const S>(student), view<const T>(teacher), same, classes, axis(n[2], size[2]), axis(n[3], size[3]), threshold, view<uint8_t>(labels), view<float>(confidence), static_cast<int*>(counts->data));
        });
    });
    return launched("pseudo_label");
}

size_t pseudo_label_workspace(const imas_backend*, const imas_tensor*, const imas_tensor*) { return 0; }

}  // namespace imas::cuda
