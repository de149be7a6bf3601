// Adds one batch to the per-class counts behind mIoU.
//
// Tiles, columns and paths as in pseudo_label.cu, without exponentials: the prediction is the first class with the
// largest enlarged logit, one FMA, one maximum, a compare and a select a class and pixel: at B=4, C=21, 129x129 ->
// 513x513 3 us of an H100's instructions, above 2.2 us for 6.6 MB (benchmarks/gpu/LIMITS.md). Integer counts through
// shared memory and one atomic a counter and block: GPU-to-GPU identical.
#include "kernels.cuh"
#include "window.cuh"

namespace imas::cuda {
namespace {

/** A block's share of intersection, predicted and true area, in shared memory. */
struct BlockCounts {
    int* bins;
    int classes;

    /** Before a barrier. */
    __device__ __forceinline__ BlockCounts(unsigned char* memory, int classes_)
        : bins(reinterpret_cast<int*>(memory)), classes(classes_) {
        for (int i = threadIdx.x; i < 3 * classes; i += blockDim.x) bins[i] = 0;
    }

    /** A label beyond the classes is a wrong prediction of no class. */
    __device__ __forceinline__ void add(int prediction, int label) const {
        if (label == IMAS_IGNORE) return;
        atomicAdd(&bins[classes + prediction], 1);
        if (label >= classes) return;
        atomicAdd(&bins[2 * classes + label], 1);
        if (prediction == label) atomicAdd(&bins[label], 1);
    }

    /** All threads, after their last add. */
    __device__ __forceinline__ void flush(unsigned long long* counts) const {
        __syncthreads();
        for (int i = threadIdx.x; i < 3 * classes; i += blockDim.x) {
            if (bins[i]) atomicAdd(&counts[i], static_cast<unsigned long long>(bins[i]));
        }
    }
};

inline size_t count_bytes(int classes) { return (sizeof(int) * static_cast<size_t>(3 * classes) + 15) / 16 * 16; }

/** One pixel for any logits: class 0 where one is NaN. */
__device__ __forceinline__ int predict_exactly(const Logits& logits, int image, int y, int x) {
    const Tap row = tap(logits.rows, y, logits.sh), column = tap(logits.columns, x, logits.sw);
    float largest = logits.at(image, 0, row, column);
    if (largest != largest) return 0;
    int best = 0;
    for (int c = 1; c < logits.classes; c++) {
        const float logit = logits.at(image, c, row, column);
        if (logit != logit) return 0;
        if (logit > largest) {
            largest = logit;
            best = c;
        }
    }
    return best;
}

template <int K>
__global__ void __launch_bounds__(kThreads, blocks_per_multiprocessor(K))
    confusion_kernel(Logits logits, Tiles tiles, View<const uint8_t> truth, unsigned long long* counts) {
    IMAS_SHARED(memory);
    const Window<K> window{reinterpret_cast<float*>(memory)};
    const BlockCounts block_counts(memory + Window<K>::kBytes + RowTable::kBytes, logits.classes);
    const int image = blockIdx.y;
    const int x_begin = static_cast<int>(blockIdx.x) % tiles.across * tiles.width,
              x_end = min_int(x_begin + tiles.width, logits.columns.in);
    const int begin = static_cast<int>(blockIdx.x) / tiles.across * tiles.height,
              end = min_int(begin + tiles.height, logits.rows.in);
    const RowTable rows(memory + Window<K>::kBytes, logits.rows, begin, end);
    const int x = logits.columns.first(x_begin) + static_cast<int>(threadIdx.x);
    const bool active = x < logits.columns.first(x_end);
    const int left = active ? logits.columns.lower(x) - x_begin : 0;
    const float fraction = active ? logits.columns.fraction(x) : 0.0f;

    window.clear(logits.classes);
    __syncthreads();
    bool bad_above = false;
    for (int row = begin; row <= end; row++) {
        const bool bad = window.load(logits, image, row, x_begin, x_end - x_begin + 1);
        const bool exactly = __syncthreads_or(bad || bad_above);
        bad_above = bad;
        const int interval = row - 1;
        if (interval >= begin && active) {
            const int first_y = rows.first_of(interval), last_y = rows.first_of(interval + 1);
            if (exactly) {
#pragma unroll 1
                for (int y = first_y; y < last_y; y++)
                    block_counts.add(predict_exactly(logits, image, y, x), *truth.at(image, 0, y, x));
            } else {
                Column<K> column;
                column.load(window, interval, left, fraction);
#pragma unroll 1
                for (int y = first_y; y < last_y; y++) {
                    float logit[K];
                    column.enlarge(rows.fraction_of(y), logit);
                    block_counts.add(first_of<K>(logit, largest_of<K>(logit)), *truth.at(image, 0, y, x));
                }
            }
        }
        __syncthreads();  // the window's older row is free
    }
    block_counts.flush(counts);
}

/** Any shape and class count: a thread a pixel. */
__global__ void __launch_bounds__(256)
    confusion_exact_kernel(Logits logits, View<const uint8_t> truth, unsigned long long* counts) {
    IMAS_SHARED(memory);
    const BlockCounts block_counts(memory, logits.classes);
    __syncthreads();
    const PixelOfThread at(logits);
    if (at.x < logits.columns.out && at.y < logits.rows.out)
        block_counts.add(predict_exactly(logits, at.image, at.y, at.x), *truth.at(at.image, 0, at.y, at.x));
    block_counts.flush(counts);
}

}  // namespace

int32_t confusion(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* truth,
                  const imas_tensor* counts, void*, size_t) {
    if (const int32_t refused = check_images("confusion", logits->shape[0])) return refused;
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
    const Logits of_network = logits_of(logits, truth);
    const unsigned images = static_cast<unsigned>(logits->shape[0]);
    const size_t block_counts = count_bytes(of_network.classes);
    unsigned long long* const totals = static_cast<unsigned long long*>(counts->data);
    const Tiles fast = fast_tiles(of_network, 0);
    if (fast.threads) {
        with_class_count(of_network.classes, [&](auto k) {
            constexpr int K = decltype(k)::value;
            const size_t shared_bytes = Window<K>::kBytes + RowTable::kBytes + block_counts;
            const Tiles tiles = with_height(fast, of_network.rows.in, images,
                                            blocks_at_once(confusion_kernel<K>, fast.threads, shared_bytes), 2);
            IMAS_LAUNCH(confusion_kernel<K>, dim3(tiles.blocks_per_image(), images),
                        dim3(static_cast<unsigned>(tiles.threads)), shared_bytes, stream_of(backend), of_network, tiles,
                        view<const uint8_t>(truth), totals);
        });
    } else {
        IMAS_LAUNCH(confusion_exact_kernel, grid_of_pixels(of_network, images), dim3(256), block_counts,
                    stream_of(backend), of_network, view<const uint8_t>(truth), totals);
    }
    return launched("confusion");
}

size_t confusion_workspace(const imas_backend*, const imas_tensor*, const imas_tensor*) { return 0; }

}  // namespace imas::cuda
