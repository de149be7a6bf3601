// The core of both losses: sum of coefficient * cross-entropy over chosen pixels, and its gradient with respect to the
// low-resolution logits.
//
// pixel_loss_kernel is the fast path (window.cuh). A block owns a tile of low-resolution elements, all classes, and
// walks down the intervals that touch it; a thread owns one output column. For a pixel it computes the exponentials
// once, keeps them in registers, and adds them, scaled, to the sums of the low-resolution row above and below (two FMA
// a class). When a row is complete the threads lay these column sums side by side in shared memory, subtract the
// one-hot part (a label is an index there, not a compare a class), and gather each low-resolution element from the at
// most kTerms columns that reach it. Pixels between two tiles are computed by both; the tile that holds the pixel's
// upper left element counts its loss.
//
// exact_loss_kernel finishes: it recomputes the tiles that met a logit or coefficient which the fast path cannot take
// (all tiles where the fast path does not apply), exactly as imas.h says, and its last block adds up the losses. It
// gathers four classes at a time through shared memory, one logit at a time: several times slower, any shape.
//
// No float atomics and fixed orders. The heights of tiles follow the device's number of multiprocessors, so losses are
// summed up a tile column and interval at a time, whatever tile these are in: run-to-run identical, and between GPUs
// whose ex2 agrees (one architecture), however many multiprocessors they have. Floor at B=4, C=21, 129x129 -> 513x513
// on an H100, all pixels chosen: 22 million exponentials, 6 us; 16.4 MB of fp32 (10.9 of bf16), 5.5 us
// (benchmarks/gpu/LIMITS.md).
#pragma once

#include "kernels.cuh"
#include "reduce.cuh"
#include "window.cuh"

namespace imas::cuda {

constexpr int kTerms = 2 * kRows;                        // output columns that reach a low-resolution one, at most
constexpr int kSumPitch = kThreads + kThreads / 32 + 1;  // odd, for gathering along the classes
constexpr int kClassChunk = 4;
constexpr float kLargestScale = 1e30f;  // of a gradient, so that sums of some pixels stay finite
constexpr int kCarryElements = 2048;    // classes * width of a tile on the exact path: 2 rows of 16 KB
constexpr int kColumnsOfSum = 16;       // added up on the exact path before their sum goes to that of all
constexpr int kLossesTogether = 8;      // partial losses a thread loads before it adds them
constexpr int kLeastHeight = 4;         // of a loss's tile: the interval above it is computed twice

/** Where a column's sums lie: one slot skipped every 32, so that strides of 2 to 16 columns meet different banks. */
__device__ __forceinline__ int sum_slot(int column) { return column + column / 32; }

/**
 * What both kernels need; Target::coefficient(image, scratch) and Target::column(image, x)(y) -> label or -1 choose the
 * pixels. Coefficients are asked for by all threads of a block, with 64 bytes of shared memory that nobody else uses.
 * Target::leaves_out(image): none of its pixels is. Target::kNeedsNumbers: where all logits are NaN so is the loss,
 * whatever is chosen.
 */
template <typename Target>
struct PixelLoss {
    Logits logits;
    Tiles tiles;
    Target target;
    float grad_scale;
    FloatOutput grad;        // data NULL: not wanted
    double* partial_losses;  // fast: one a tile column and interval, the intervals of a column in order; else a block
    int* unfinished;         // one a block: 1 where the exact path must take over
    unsigned* finished_blocks;
    bool fast;  // the fast path has run and filled `unfinished`

    __device__ __forceinline__ int64_t partial_count() const {
        const int64_t images = gridDim.y;
        return images * (fast ? int64_t{tiles.across} * logits.rows.in : int64_t{gridDim.x});
    }
};

/** The tile of a block: rows and columns of low-resolution elements, and the first interval of each that reaches it. */
struct Tile {
    int image, x_begin, x_end, y_begin, y_end, first_interval, left_interval;

    __device__ __forceinline__ Tile(const Tiles& tiles, const Logits& logits)
        : image(blockIdx.y),
          x_begin(static_cast<int>(blockIdx.x) % tiles.across * tiles.width),
          x_end(min_int(x_begin + tiles.width, logits.columns.in)),
          y_begin(static_cast<int>(blockIdx.x) / tiles.across * tiles.height),
          y_end(min_int(y_begin + tiles.height, logits.rows.in)),
          first_interval(max_int(y_begin - 1, 0)),
          left_interval(max_int(x_begin - 1, 0)) {}
};

__device__ __forceinline__ int64_t block_number() { return blockIdx.x + static_cast<int64_t>(gridDim.x) * blockIdx.y; }

/** Where the losses of a tile's own intervals go, on the fast path. */
template <typename Target>
__device__ __forceinline__ double* losses_of(const PixelLoss<Target>& loss, const Tile& tile) {
    const int64_t column = tile.image * int64_t{loss.tiles.across} + static_cast<int>(blockIdx.x) % loss.tiles.across;
    return loss.partial_losses + column * loss.logits.rows.in + tile.y_begin;
}

/** The labels of the rows of one interval at a thread's column; kNone where a pixel does not count. */
struct RowLabels {
    static constexpr int kNone = 0xff;
    unsigned bits = 0xffffffffu;

    RowLabels() = default;

    /** Of `n` rows from `first` on, whose loads do not wait for each other. */
    template <typename LabelAt>
    __device__ __forceinline__ RowLabels(const LabelAt& label_at, int first, int n) : bits(0) {
        int label[kRows];
#pragma unroll
        for (int r = 0; r < kRows; r++) label[r] = r < n ? label_at(first + r) : -1;
#pragma unroll
        for (int r = 0; r < kRows; r++) bits |= (label[r] < 0 ? unsigned{kNone} : unsigned(label[r])) << 8 * r;
    }

    __device__ __forceinline__ int get(int row) const { return static_cast<int>(bits >> 8 * row & 0xffu); }
};

/**
 * For each low-resolution column of a tile the output columns that reach it: their slots and weights,
 * [kTerms][kPitch].
 */
struct GatherTable {
    static constexpr size_t kBytes = 2 * sizeof(float) * kTerms * kPitch;

    float* weight;
    int* slot;

    __device__ __forceinline__ GatherTable(unsigned char* memory, const Tile& tile, const Axis& columns, int first_x)
        : weight(reinterpret_cast<float*>(memory)), slot(reinterpret_cast<int*>(weight + kTerms * kPitch)) {
        const int width = tile.x_end - tile.x_begin;
        for (int i = threadIdx.x; i < kTerms * width; i += blockDim.x) {
            const int term = i / width, x = i % width, element = tile.x_begin + x;
            const int column = columns.first(element - 1) + term;
            const bool reaches = column < columns.first(element + 1);
            const float fraction = reaches ? columns.fraction(column) : 1.0f;
            weight[term * kPitch + x] = column < columns.first(element) ? fraction : 1.0f - fraction;
            slot[term * kPitch + x] = reaches ? sum_slot(column - first_x) : 0;
        }
    }
};

/**
 * Gathers a finished row of the gradient from the column sums, [classes][kSumPitch]; neighbouring threads along the
 * axis that lies contiguous in the gradient. A thread keeps its place on that axis and walks along the other.
 */
__device__ __forceinline__ void gather_row(const FloatOutput& grad, const GatherTable& gather, const float* sums,
                                           const Tile& tile, int y, int classes) {
    const int width = tile.x_end - tile.x_begin, threads = blockDim.x, thread = threadIdx.x;
    const bool by_class = grad.sc == 1;
    const int along = by_class ? classes : width, step = threads / along, place = thread % along;
    if (thread >= step * along) return;
    const int64_t row = grad.offset(tile.image, 0, y, tile.x_begin);
    if (by_class) {
        for (int x = thread / along; x < width; x += step) {
            float g = 0.0f;
#pragma unroll
            for (int term = 0; term < kTerms; term++)
                g = fmaf(gather.weight[term * kPitch + x], sums[place * kSumPitch + gather.slot[term * kPitch + x]], g);
            grad.store_at(row + place + x * grad.sw, g);
        }
    } else {
        const float* column[kTerms];
        float weight[kTerms];
#pragma unroll
        for (int term = 0; term < kTerms; term++) {
            column[term] = sums + gather.slot[term * kPitch + place];
            weight[term] = gather.weight[term * kPitch + place];
        }
        for (int c = thread / along; c < classes; c += step) {
            float g = 0.0f;
#pragma unroll
            for (int term = 0; term < kTerms; term++) g = fmaf(weight[term], column[term][c * kSumPitch], g);
            grad.store_at(row + place * grad.sw + c * grad.sc, g);
        }
    }
}

template <int K>
constexpr size_t fast_loss_bytes() {
    return Window<K>::kBytes + sizeof(float) * K * kSumPitch + GatherTable::kBytes + RowTable::kBytes +
           8 * sizeof(double);
}

template <int K, typename Target>
__global__ void __launch_bounds__(kThreads, K <= 8    ? 4
                                            : K <= 21 ? 2
                                                      : 1)
    pixel_loss_kernel(const __grid_constant__ PixelLoss<Target> loss) {
    IMAS_SHARED(memory);
    const Logits& logits = loss.logits;
    const Axis columns = logits.columns;
    const Tile tile(loss.tiles, logits);
    const Window<K> window{reinterpret_cast<float*>(memory + 8 * sizeof(double))};
    float* const sums = window.values + 2 * K * kPitch;  // [K][kSumPitch]
    unsigned char* const behind = reinterpret_cast<unsigned char*>(sums + K * kSumPitch);
    const int first_x = columns.first(tile.left_interval), x = first_x + static_cast<int>(threadIdx.x);
    const GatherTable gather(behind, tile, columns, first_x);
    const RowTable rows(behind + GatherTable::kBytes, logits.rows, tile.first_interval, tile.y_end);
    window.clear(logits.classes);
    __syncthreads();

    const bool active = x < columns.first(tile.x_end) && !loss.target.leaves_out(tile.image);
    const int lower = active ? columns.lower(x) : tile.left_interval, left = lower - tile.left_interval;
    const float column_fraction = active ? columns.fraction(x) : 0.0f;
    const float coefficient = loss.target.coefficient(tile.image, memory), scale = loss.grad_scale * coefficient;
    const auto label_at = loss.target.column(tile.image, active ? x : first_x);
    float* const own_sums = sums + sum_slot(threadIdx.x);
    const bool wants_grad = loss.grad.data != nullptr, owns_column = lower >= tile.x_begin;
    bool bad = !(fabsf(scale) <= kLargestScale) || !(fabsf(coefficient) <= kLargestScale);
    double* const losses = losses_of(loss, tile);
    float* const warp_losses = reinterpret_cast<float*>(memory);
    float upper_sum[K] = {}, lower_sum[K] = {};
    RowLabels previous;
    for (int row = tile.first_interval; row <= tile.y_end; row++) {
        const int interval = row - 1;
        const bool complete = interval >= tile.first_interval;  // both rows of the interval are there
        const int first_y = complete ? rows.first_of(interval) : 0,
                  n = complete ? rows.first_of(interval + 1) - first_y : 0;
        RowLabels labels;
        if (active) labels = RowLabels(label_at, first_y, n);  // on their way while the window's row is
        bad |= window.load(logits, tile.image, row, tile.left_interval, tile.x_end - tile.left_interval + 1);
        if (__syncthreads_or(bad)) break;
        if (!complete) continue;
        float own_loss = 0.0f;
        if (active) {
            Column<K> column;
            column.load(window, interval, left, column_fraction);
            float loss_sum = 0.0f, product = 1.0f;  // of the softmax denominators: one logarithm an interval
#pragma unroll 1
            for (int r = 0; r < n; r++) {
                const int label = labels.get(r);
                if (label == RowLabels::kNone) continue;
                const float fraction = rows.fraction_of(first_y + r);
                float e[K];
                column.enlarge(fraction, e);
                const float largest = largest_of<K>(e);
                const float sum = exponentials<K>(e, largest);
                loss_sum += largest - window_logit(window, interval, label, left, column_fraction, fraction) -
                            kLn2 * excess_of(largest);
                product *= sum;
                const float share = scale * reciprocal_approx(sum), to_lower = share * fraction,
                            to_upper = share - to_lower;
#pragma unroll
                for (int k = 0; k < K; k++) {
                    upper_sum[k] = fmaf(to_upper, e[k], upper_sum[k]);
                    lower_sum[k] = fmaf(to_lower, e[k], lower_sum[k]);
                }
            }
            if (owns_column) own_loss = loss_sum + logf(product);
        }
        for (int delta = 16; delta > 0; delta /= 2) own_loss += __shfl_down_sync(0xffffffffu, own_loss, delta);
        if (threadIdx.x % 32 == 0) warp_losses[threadIdx.x / 32] = own_loss;
        if (wants_grad && interval >= tile.y_begin) {
#pragma unroll
            for (int k = 0; k < K; k++) own_sums[k * kSumPitch] = upper_sum[k];
            for (int r = 0; r < kRows; r++) {
                const int label = labels.get(r), above = previous.get(r);
                if (label != RowLabels::kNone)
                    own_sums[label * kSumPitch] -= scale * (1.0f - rows.fraction_of(first_y + r));
                if (above != RowLabels::kNone)
                    own_sums[above * kSumPitch] -= scale * rows.fraction_of(rows.first_of(interval - 1) + r);
            }
        }
#pragma unroll
        for (int k = 0; k < K; k++) {
            upper_sum[k] = lower_sum[k];
            lower_sum[k] = 0.0f;
        }
        previous = labels;
        __syncthreads();  // the sums are there, and the window's older row is free
        if (threadIdx.x == 0 && interval >= tile.y_begin) {
            double sum = 0.0;
            for (unsigned warp = 0; warp < blockDim.x / 32; warp++) sum += static_cast<double>(warp_losses[warp]);
            losses[interval - tile.y_begin] = sum * static_cast<double>(coefficient);
        }
        if (wants_grad && interval >= tile.y_begin) gather_row(loss.grad, gather, sums, tile, interval, logits.classes);
    }
    bad = __syncthreads_or(bad);
    if (threadIdx.x == 0) {
        loss.unfinished[block_number()] = bad;
        if (block_number() == 0) *loss.finished_blocks = 0;
    }
}

inline size_t exact_loss_bytes(const Tiles& tiles, int classes) {
    return sizeof(double) * static_cast<size_t>(8 + 2 * classes * tiles.width) +
           sizeof(float) * static_cast<size_t>(2 * kClassChunk * kThreads + 2 * kThreads);
}

/**
 * Loss and gradient of one tile for any shape and any numbers; the block's loss is thread 0's. An element may be
 * reached by thousands of pixels: they are added up some at a time, and these sums in double.
 */
template <typename Target>
__device__ __forceinline__ double exact_tile(const PixelLoss<Target>& loss, unsigned char* memory) {
    const Logits& logits = loss.logits;
    const Axis row_axis = logits.rows, column_axis = logits.columns;
    const Tile tile(loss.tiles, logits);
    const int classes = logits.classes, width = loss.tiles.width, plane = classes * width, threads = blockDim.x;
    double* const carry =
        reinterpret_cast<double*>(memory) + 8;  // [2][classes][width]: the interval's upper and lower row
    float* const sums = reinterpret_cast<float*>(carry + 2 * plane);  // [2][kClassChunk][threads]
    float* const fractions = sums + 2 * kClassChunk * kThreads;       // of the chunk's columns
    int* const lowers = reinterpret_cast<int*>(fractions + kThreads);
    const int first_x = column_axis.first(tile.left_interval), last_x = column_axis.first(tile.x_end);
    const bool wants_grad = loss.grad.data != nullptr, leaves_out = loss.target.leaves_out(tile.image);
    const float coefficient = loss.target.coefficient(tile.image, memory);
    double total = 0.0;

    for (int i = threadIdx.x; i < 2 * plane; i += threads) carry[i] = 0.0;
    __syncthreads();
    for (int interval = tile.first_interval; interval < tile.y_end; interval++) {
        const int last_y = row_axis.first(interval + 1);
        for (int y = row_axis.first(interval); y < last_y; y += kRows) {
            for (int chunk_x = first_x; chunk_x < last_x; chunk_x += threads) {
                const int x = chunk_x + static_cast<int>(threadIdx.x),
                          last_chunk_x = min_int(chunk_x + threads, last_x);
                const Tap column = tap(column_axis, min_int(x, column_axis.out - 1), logits.sw);
                const auto label_at = loss.target.column(tile.image, min_int(x, column_axis.out - 1));
                Softmax softmax[kRows];
                int labels[kRows];
#pragma unroll
                for (int r = 0; r < kRows; r++) {
                    labels[r] = x < last_x && y + r < last_y && !leaves_out ? label_at(y + r) : -1;
                    if (labels[r] < 0) continue;
                    const Tap row = tap(row_axis, y + r, logits.sh);
                    softmax[r] = softmax_of(logits, tile.image, row, column);
                    if (interval >= tile.y_begin && column.lower >= tile.x_begin)
                        total += static_cast<double>(coefficient *
                                                     softmax[r].loss(logits.at(tile.image, labels[r], row, column)));
                }
                if (!wants_grad) continue;
                fractions[threadIdx.x] = column.fraction;
                lowers[threadIdx.x] = column.lower;
                for (int first_class = 0; first_class < classes; first_class += kClassChunk) {
                    for (int k = 0; k < kClassChunk; k++) {
                        const int c = first_class + k;
                        float upper = 0.0f, lower = 0.0f;
#pragma unroll
                        for (int r = 0; r < kRows; r++) {
                            if (c >= classes || labels[r] < 0) continue;
                            const Tap row = tap(row_axis, y + r, logits.sh);
                            const float p = softmax[r].probability(logits.at(tile.image, c, row, column));
                            const float g = loss.grad_scale * coefficient * (p - (c == labels[r] ? 1.0f : 0.0f));
                            upper += row.fraction > 0.0f ? (1.0f - row.fraction) * g : g;
                            if (row.fraction > 0.0f) lower += row.fraction * g;
                        }
                        sums[k * threads + threadIdx.x] = upper;
                        sums[(kClassChunk + k) * threads + threadIdx.x] = lower;
                    }
                    __syncthreads();
                    for (int e = threadIdx.x; e < min_int(kClassChunk, classes - first_class) * width; e += threads) {
                        const int k = e / width, element = e % width + tile.x_begin;
                        if (element >= tile.x_end) continue;
                        const int from = max_int(column_axis.first(element - 1), chunk_x),
                                  to = min_int(column_axis.first(element + 1), last_chunk_x);
                        const int slot = (first_class + k) * width + e % width;
                        for (int begin = from - chunk_x; begin < to - chunk_x; begin += kColumnsOfSum) {
                            float to_upper = 0.0f, to_lower = 0.0f;
                            for (int o = begin; o < min_int(begin + kColumnsOfSum, to - chunk_x); o++) {
                                const float weight = lowers[o] == element ? 1.0f - fractions[o] : fractions[o];
                                if (weight > 0.0f) {  // a NaN must not reach an element whose weight is 0
                                    to_upper += weight * sums[k * threads + o];
                                    to_lower += weight * sums[(kClassChunk + k) * threads + o];
                                }
                            }
                            carry[slot] += static_cast<double>(to_upper);
                            carry[plane + slot] += static_cast<double>(to_lower);
                        }
                    }
                    __syncthreads();
                }
            }
        }
        if (!wants_grad) continue;
        for (int e = threadIdx.x; e < plane; e += threads) {
            const int x = e % width + tile.x_begin;
            if (interval >= tile.y_begin && x < tile.x_end)
                loss.grad.store(tile.image, e / width, interval, x, static_cast<float>(carry[e]));
            carry[e] = carry[plane + e];
            carry[plane + e] = 0.0;
        }
        __syncthreads();
    }
    return block_sum(total, reinterpret_cast<double*>(memory));
}

/** Is no logit a number? All threads; looks at one, and goes on only while it finds none. */
__device__ __forceinline__ bool all_nan(const Logits& logits, int images) {
    const float first = logits.at(0);
    if (first == first) return false;
    const int64_t width = logits.columns.in, plane = width * logits.rows.in;
    bool number = false;
    for (int image = 0; image < images; image++)
        for (int c = 0; c < logits.classes; c++)
            for (int64_t i = threadIdx.x; i < plane && !number; i += blockDim.x) {
                const float value =
                    logits.at(image * logits.sn + c * logits.sc + i / width * logits.sh + i % width * logits.sw);
                number = value == value;
            }
    return !__syncthreads_or(number);
}

/** Finishes what the fast path left, then the last block writes the loss (and for `kept`, the number of pixels). */
template <typename Target>
__global__ void __launch_bounds__(kThreads, 2)
    exact_loss_kernel(const __grid_constant__ PixelLoss<Target> loss, float* result, int64_t* kept) {
    IMAS_SHARED(memory);
    if (!loss.fast || loss.unfinished[block_number()]) {
        const double total = exact_tile(loss, memory);
        if (threadIdx.x == 0) {
            const Tile tile(loss.tiles, loss.logits);
            double* const losses = loss.fast ? losses_of(loss, tile) : loss.partial_losses + block_number();
            losses[0] = total;
            for (int i = 1; loss.fast && i < tile.y_end - tile.y_begin; i++) losses[i] = 0.0;
        }
    }
    bool last = false;
    if (threadIdx.x == 0) {
        __threadfence();
        last = atomicAdd(loss.finished_blocks, 1u) == gridDim.x * gridDim.y - 1;
        __threadfence();
    }
    if (!__syncthreads_or(last)) return;
    double sum = 0.0;
    const int64_t count = loss.partial_count();
    for (int64_t first = threadIdx.x; first < count; first += int64_t{kLossesTogether} * blockDim.x) {
        double some[kLossesTogether];
#pragma unroll
        for (int k = 0; k < kLossesTogether; k++) {
            const int64_t i = first + k * int64_t{blockDim.x};
            some[k] = i < count ? load_fresh(loss.partial_losses + i) : 0.0;
        }
#pragma unroll
        for (int k = 0; k < kLossesTogether; k++) sum += some[k];
    }
    sum = block_sum(sum, reinterpret_cast<double*>(memory));
    const int64_t count_kept = loss.target.kept(memory);
    const bool broken = Target::kNeedsNumbers && all_nan(loss.logits, static_cast<int>(gridDim.y));
    if (threadIdx.x == 0) {
        *result = broken ? __uint_as_float(0x7fc00000u) : static_cast<float>(sum);
        if (kept) *kept = count_kept;
    }
}

/** The least height stands for those of fast tiles: launch_pixel_loss() asks the device. */
inline Tiles loss_tiles(const Logits& logits) {
    Tiles tiles = fast_tiles(logits, 1);
    if (tiles.threads) return with_height(tiles, logits.rows.in, 1, INT32_MAX, kLeastHeight);
    int64_t width = logits.columns.out > 1 ? kThreads * int64_t{logits.columns.in - 1} / (logits.columns.out - 1) - 1
                                           : logits.columns.in;  // its pixels fill the block once
    width = width < kCarryElements / logits.classes ? width : kCarryElements / logits.classes;
    width = width < logits.columns.in ? width : logits.columns.in;
    tiles.width = static_cast<int>(width > 1 ? width : 1);
    tiles.across = static_cast<int>(blocks_for(logits.columns.in, tiles.width));
    tiles.height = kLeastHeight;
    tiles.down = static_cast<int>(blocks_for(logits.rows.in, tiles.height));
    return tiles;
}

/** The workspace of a loss on any device; `base` may be NULL to learn its size. */
struct LossWorkspace {
    double* partial_losses;
    int* unfinished;
    unsigned* finished_blocks;
    size_t bytes;

    LossWorkspace(void* base, const imas_tensor& logits, const imas_tensor& labels) {
        const Tiles tiles = loss_tiles(logits_of(&logits, &labels));
        const size_t images = static_cast<size_t>(logits.shape[0]), blocks = tiles.blocks_per_image() * images,
                     losses = tiles.threads ? static_cast<size_t>(tiles.across * logits.shape[2]) * images : blocks;
        char* const at = static_cast<char*>(base);
        partial_losses = reinterpret_cast<double*>(at);
        unfinished = reinterpret_cast<int*>(at + losses * sizeof(double));
        finished_blocks = reinterpret_cast<unsigned*>(unfinished + blocks);
        bytes = (losses * sizeof(double) + blocks * sizeof(int) + sizeof(unsigned) + 63) / 64 * 64;
    }
};

/** Loss and gradient of the target's pixels; `kept` may be NULL. */
template <typename Target>
void launch_pixel_loss(cudaStream_t stream, const imas_tensor* logits, const imas_tensor* labels, const Target& target,
                       float grad_scale, const imas_tensor* result, const imas_tensor* kept, const imas_tensor* grad,
                       const LossWorkspace& workspace) {
    const Logits low = logits_of(logits, labels);
    Tiles tiles = loss_tiles(low);
    if (tiles.threads) {
        with_class_count(low.classes, [&](auto k) {
            constexpr int K = decltype(k)::value;
            const int64_t blocks = blocks_at_once(pixel_loss_kernel<K, Target>, tiles.threads, fast_loss_bytes<K>());
            tiles = with_height(tiles, low.rows.in, logits->shape[0], blocks, kLeastHeight);
        });
    }
    const PixelLoss<Target> loss{low,
                                 tiles,
                                 target,
                                 grad_scale,
                                 float_output(grad),
                                 workspace.partial_losses,
                                 workspace.unfinished,
                                 workspace.finished_blocks,
                                 tiles.threads > 0};
    const dim3 grid(tiles.blocks_per_image(), static_cast<unsigned>(logits->shape[0]));
    const dim3 block(static_cast<unsigned>(loss.fast ? tiles.threads : kThreads));
    if (loss.fast) {
        with_class_count(low.classes, [&](auto k) {
            constexpr int K = decltype(k)::value;
            IMAS_LAUNCH((pixel_loss_kernel<K, Target>), grid, block, fast_loss_bytes<K>(), stream, loss);
        });
    } else {
        cudaMemsetAsync(workspace.finished_blocks, 0, sizeof(unsigned), stream);
    }
    IMAS_LAUNCH(exact_loss_kernel<Target>, grid, block, exact_loss_bytes(tiles, low.classes), stream, loss,
                static_cast<float*>(result->data), kept ? static_cast<int64_t*>(kept->data) : nullptr);
}

}  // namespace imas::cuda
