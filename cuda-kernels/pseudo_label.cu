// Pseudo-labels, confidences and the counts behind gamma.
//
// Fast path (window.cuh): a block owns a tile of a few intervals; a thread owns one output column, enlarges teacher and
// student into registers and spends, a class and pixel, one FMA, one maximum, a compare and select for the label, one
// FMA and ex2 for the exponential and one addition. Floor at B=4, C=21, 129x129 -> 513x513 on an H100: 44 million
// exponentials, 12 us; 16.4 MB of fp32 (10.9 of bf16), 5.5 us (benchmarks/gpu/LIMITS.md). Labels and
// confidences of a warp lie side by side, 32 and 128 bytes. A tile with NaN, infinite or huge logits, and shapes
// that the fast path does not take, go pixel by pixel through logits.cuh.
//
// Counts are integers: added in shared memory (the hardware adds up the lanes of a warp that hit one counter), then
// one atomic a counter and block. So no order changes a bit: run-to-run identical, and between GPUs whose ex2 agrees
// (one architecture).
#include "kernels.cuh"
#include "law/gamma.hpp"
#include "law/pixels.hpp"
#include "window.cuh"

namespace imas::cuda {
namespace {

struct Outputs {
    View<uint8_t> labels;
    View<float> confidence;
    int* counts;
    float threshold;
};

struct Prediction {
    int label;
    float confidence;
};

/** A block's share of n_S, n_T, n_ST, in shared memory, and its confident pixels. */
struct BlockCounts {
    int* bins;
    int classes, confident_student = 0, confident_teacher = 0;

    /** Before a barrier. */
    __device__ __forceinline__ BlockCounts(unsigned char* memory, int classes_)
        : bins(reinterpret_cast<int*>(memory)), classes(classes_) {
        for (int i = threadIdx.x; i < law::counts_of_image(classes); i += blockDim.x) bins[i] = 0;
    }

    __device__ __forceinline__ void add(int student, int teacher) const {
        atomicAdd(&bins[student], 1);
        atomicAdd(&bins[classes + teacher], 1);
        if (student == teacher) atomicAdd(&bins[2 * classes + student], 1);
    }

    /** All threads, after their last add. */
    __device__ __forceinline__ void flush(int* counts) {
        for (int mask = 16; mask > 0; mask /= 2) {
            confident_student += __shfl_xor_sync(0xffffffffu, confident_student, mask);
            confident_teacher += __shfl_xor_sync(0xffffffffu, confident_teacher, mask);
        }
        if (threadIdx.x % 32 == 0) {
            atomicAdd(&bins[3 * classes], confident_student);
            atomicAdd(&bins[3 * classes + 1], confident_teacher);
        }
        __syncthreads();
        for (int i = threadIdx.x; i < law::counts_of_image(classes); i += blockDim.x) {
            if (bins[i]) atomicAdd(&counts[i], bins[i]);
        }
    }
};

inline size_t count_bytes(int classes) {
    return (sizeof(int) * static_cast<size_t>(law::counts_of_image(classes)) + 15) / 16 * 16;
}

struct Networks {
    Logits of[2];  // teacher, student
    int count;     // 1: they are the same

    __host__ __device__ __forceinline__ const Logits& teacher() const { return of[0]; }
};

/** One pixel as imas.h defines it, for any logits. */
__device__ __forceinline__ Prediction predict_exactly(const Logits& logits, int image, int y, int x) {
    const Softmax softmax =
        softmax_of(logits, image, tap(logits.rows, y, logits.sh), tap(logits.columns, x, logits.sw));
    return Prediction{softmax.label(), softmax.confidence()};
}

template <int K>
__device__ __forceinline__ Prediction predict(const Column<K>& column, float row_fraction) {
    float x[K];
    column.enlarge(row_fraction, x);
    const float largest = largest_of<K>(x);
    const int label = first_of<K>(x, largest);
    const float sum = exponentials<K>(x, largest);
    return Prediction{label, ratio(exp2_approx(excess_of(largest)), sum)};
}

/** A thread's labels of the rows of one interval. */
struct PackedLabels {
    unsigned bits = 0;

    __device__ __forceinline__ void set(int row, int label) { bits |= static_cast<unsigned>(label) << 8 * row; }
    __device__ __forceinline__ int get(int row) const { return static_cast<int>(bits >> 8 * row & 0xffu); }
};

template <int K>
__global__ void __launch_bounds__(kThreads, blocks_per_multiprocessor(K))
    pseudo_label_kernel(const __grid_constant__ Networks networks, Tiles tiles, Outputs out) {
    IMAS_SHARED(memory);
    unsigned char* const behind = memory + 2 * Window<K>::kBytes;
    const Axis row_axis = networks.teacher().rows, column_axis = networks.teacher().columns;
    const int classes = networks.teacher().classes;
    BlockCounts counts(behind + RowTable::kBytes, classes);
    const int image = blockIdx.y;
    const int x_begin = static_cast<int>(blockIdx.x) % tiles.across * tiles.width,
              x_end = min_int(x_begin + tiles.width, column_axis.in);
    const int begin = static_cast<int>(blockIdx.x) / tiles.across * tiles.height,
              end = min_int(begin + tiles.height, row_axis.in);
    const RowTable rows(behind, row_axis, begin, end);
    const int x = column_axis.first(x_begin) + static_cast<int>(threadIdx.x);
    const bool active = x < column_axis.first(x_end);
    const int left = active ? column_axis.lower(x) - x_begin : 0;
    const float fraction = active ? column_axis.fraction(x) : 0.0f;
    uint8_t* const labels = out.labels.at(image, 0, 0, x);
    float* const confidence = out.confidence.at(image, 0, 0, x);

    const auto window = [&](int network) {
        return Window<K>{reinterpret_cast<float*>(memory + network * Window<K>::kBytes)};
    };
    for (int network = 0; network < networks.count; network++) window(network).clear(classes);
    __syncthreads();
    bool bad_above = false;
    for (int row = begin; row <= end; row++) {
        bool bad = false;
#pragma unroll 1
        for (int network = 0; network < networks.count; network++)
            bad |= window(network).load(networks.of[network], image, row, x_begin, x_end - x_begin + 1);
        const bool exactly = __syncthreads_or(bad || bad_above);
        bad_above = bad;
        const int interval = row - 1;
        if (interval >= begin && active) {
            const int first_y = rows.first_of(interval), n = rows.first_of(interval + 1) - first_y;
            uint8_t* label_at = labels + first_y * out.labels.sh;
            float* confidence_at = confidence + first_y * out.confidence.sh;
            PackedLabels of_teacher;
            const auto take = [&](int network, int r, const Prediction& p) {
                if (network == 0) {
                    *label_at = static_cast<uint8_t>(p.label);
                    *confidence_at = p.confidence;
                    label_at += out.labels.sh;
                    confidence_at += out.confidence.sh;
                    of_teacher.set(r, p.label);
                    counts.confident_teacher += law::is_confident(p.confidence, out.threshold);
                }
                if (network == networks.count - 1) {
                    counts.add(p.label, of_teacher.get(r));
                    counts.confident_student += law::is_confident(p.confidence, out.threshold);
                }
            };
#pragma unroll 1
            for (int network = 0; network < networks.count; network++) {
                if (exactly) {
#pragma unroll 1
                    for (int r = 0; r < n; r++)
                        take(network, r, predict_exactly(networks.of[network], image, first_y + r, x));
                } else {
                    Column<K> column;
                    column.load(window(network), interval, left, fraction);
#pragma unroll 1
                    for (int r = 0; r < n; r++) take(network, r, predict<K>(column, rows.fraction_of(first_y + r)));
                }
            }
        }
        __syncthreads();  // the window's older row is free
    }
    counts.flush(out.counts + static_cast<int64_t>(image) * law::counts_of_image(classes));
}

/** Any shape and class count: a thread a pixel. */
__global__ void __launch_bounds__(256)
    pseudo_label_exact_kernel(const __grid_constant__ Networks networks, Outputs out) {
    IMAS_SHARED(memory);
    const Logits& teacher = networks.teacher();
    BlockCounts counts(memory, teacher.classes);
    __syncthreads();
    const PixelOfThread at(teacher);
    const int image = at.image, y = at.y, x = at.x;
    if (x < teacher.columns.out && y < teacher.rows.out) {
        const Prediction t = predict_exactly(teacher, image, y, x),
                         s = networks.count == 1 ? t : predict_exactly(networks.of[1], image, y, x);
        *out.labels.at(image, 0, y, x) = static_cast<uint8_t>(t.label);
        *out.confidence.at(image, 0, y, x) = t.confidence;
        counts.add(s.label, t.label);
        counts.confident_teacher += law::is_confident(t.confidence, out.threshold);
        counts.confident_student += law::is_confident(s.confidence, out.threshold);
    }
    counts.flush(out.counts + static_cast<int64_t>(image) * law::counts_of_image(teacher.classes));
}

}  // namespace

int32_t pseudo_label(const imas_backend* backend, const imas_tensor* student, const imas_tensor* teacher,
                     float threshold, const imas_tensor* labels, const imas_tensor* confidence,
                     const imas_tensor* counts, void*, size_t) {
    if (const int32_t refused = check_images("pseudo_label", student->shape[0])) return refused;
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
    const cudaStream_t stream = stream_of(backend);
    const bool same =
        student->data == teacher->data && student->dtype == teacher->dtype && same_strides(*student, *teacher);
    const Networks networks{{logits_of(teacher, labels), logits_of(student, labels)}, same ? 1 : 2};
    const unsigned images = static_cast<unsigned>(student->shape[0]);
    const size_t block_counts = count_bytes(networks.teacher().classes);
    const Outputs out{view<uint8_t>(labels), view<float>(confidence), static_cast<int*>(counts->data), threshold};
    cudaMemsetAsync(counts->data, 0, sizeof(int) * static_cast<size_t>(counts->shape[3] * images), stream);
    const Tiles fast = fast_tiles(networks.of[0], 0);
    if (fast.threads && fits_window(networks.of[1])) {
        with_class_count(networks.teacher().classes, [&](auto k) {
            constexpr int K = decltype(k)::value;
            const size_t shared_bytes = 2 * Window<K>::kBytes + RowTable::kBytes + block_counts;
            const Tiles tiles = with_height(fast, networks.teacher().rows.in, images,
                                            blocks_at_once(pseudo_label_kernel<K>, fast.threads, shared_bytes), 2);
            IMAS_LAUNCH(pseudo_label_kernel<K>, dim3(tiles.blocks_per_image(), images),
                        dim3(static_cast<unsigned>(tiles.threads)), shared_bytes, stream, networks, tiles, out);
        });
    } else {
        IMAS_LAUNCH(pseudo_label_exact_kernel, grid_of_pixels(networks.teacher(), images), dim3(256), block_counts,
                    stream, networks, out);
    }
    return launched("pseudo_label");
}

size_t pseudo_label_workspace(const imas_backend*, const imas_tensor*, const imas_tensor*) { return 0; }

}  // namespace imas::cuda
