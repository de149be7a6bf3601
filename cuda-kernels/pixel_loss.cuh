// The core of both losses: sum of coefficient * cross-entropy over chosen pixels, and its gradient with respect to the
// low-resolution logits, in one kernel.
//
// A block owns a tile of low-resolution elements, kTileRows high and `tile_width` wide, of one image, for all classes.
// It visits the output pixels that touch the tile, one interval between two input rows after the other; a thread owns
// one output column and kRows rows at a time:
//   1. softmax of its pixels (one exponential a class);
//   2. per class: gradient of its pixels, summed down to the interval's upper and lower input row;
//   3. per class and tile column: the block gathers these sums along the columns, weighted by the transposed
//      enlargement, into shared memory; a finished row is stored.
// Pixels between two tiles are computed by both; the tile that holds the pixel's upper left input counts its loss. No
// atomics, fixed orders: GPU-to-GPU identical. Limits: 2 exponentials a pixel and class; bytes are the logits, the
// labels and the gradient once each (neighbouring tiles meet in the caches).
#pragma once

#include "kernels.cuh"
#include "reduce.cuh"
#include "softmax.cuh"

namespace imas::cuda {

constexpr int kLossThreads = 256;
constexpr int kTileRows = 4;
constexpr int kTileElements = 3072;  // classes * tile_width at most: 2 carries of 12 KB
constexpr int kClassChunk = 4;

/** One pixel's part in the loss: its label and coefficient; label -1: none. */
struct PixelTarget {
    int label;
    float coefficient;
};

struct LossTiles {
    int width;       // low-resolution columns a tile
    int across;      // tiles along a row
    int down;        // tiles along a column
    size_t shared_bytes;

    unsigned blocks_per_image() const { return static_cast<unsigned>(across * down); }
};

inline LossTiles loss_tiles(const imas_tensor& logits, const imas_tensor& labels) {
    const int64_t classes = logits.shape[1], w = logits.shape[3], out = labels.shape[3];
    int64_t width = out > 1 ? kLossThreads * (w - 1) / (out - 1) - 1 : w;  // its pixels fill the block once
    if (width > kTileElements / classes) width = kTileElements / classes;
    if (width > w) width = w;
    if (width < 1) width = 1;
    const size_t floats = static_cast<size_t>(2 * classes * width + 2 * kClassChunk * kLossThreads);
    return LossTiles{static_cast<int>(width), static_cast<int>((w + width - 1) / width), static_cast<int>((logits.shape[2] + kTileRows - 1) / kTileRows), floats * sizeof(float) + 8 * sizeof(double)};
}

/** Weight with which output column x reaches low-resolution column i. */
__device__ __forceinline__ float reach(const Axis& columns, int x, int i) {
    const int lower = columns.lower(x);
    const float fraction = columns.fraction(x);
    return lower == i ? 1.0f - fraction : lower + 1 == i ? fraction : 0.0f;
}

template <typename T, typename Target>
__global__ void __launch_bounds__(kLossThreads) pixel_loss_kernel(View<const T> logits, int classes, Axis row_axis, Axis column_axis, LossTiles tiles, Target target, float grad_scale, FloatOutput grad, double* partial_losses) {
    IMAS_SHARED(memory);
    double* const scratch = reinterpret_cast<double*>(memory);             // one a warp
    float* const carry = reinterpret_cast<float*>(scratch + 8);            // [2][classes][width]: the interval's upper and lower row
    float* const sums = carry + 2 * classes * tiles.width;                 // [2][kClassChunk][kLossThreads]
    const int plane = classes * tiles.width;
    const int image = blockIdx.y;
    const int x_begin = static_cast<int>(blockIdx.x) % tiles.across * tiles.width;
    const int x_end = x_begin + tiles.width < column_axis.in ? x_begin + tiles.width : column_axis.in;
    const int y_begin = static_cast<int>(blockIdx.x) / tiles.across * kTileRows;
    const int y_end = y_begin + kTileRows < row_axis.in ? y_begin + kTileRows : row_axis.in;
    const int first_x = column_axis.first(x_begin - 1), last_x = column_axis.first(x_end);
    const T* const image_logits = logits.at(image, 0, 0, 0);
    const bool wants_grad = grad.data != nullptr;
    double loss = 0.0;

    for (int i = threadIdx.x; i < 2 * plane; i += kLossThreads) carry[i] = 0.0f;
    __syncthreads();
    for (int interval = y_begin > 0 ? y_begin - 1 : 0; interval < y_end; interval++) {
        const int last_y = row_axis.first(interval + 1);
        for (int y = row_axis.first(interval); y < last_y; y += kRows) {
            const Rows rows(row_axis, y, logits.sh);
            for (int chunk_x = first_x; chunk_x < last_x; chunk_x += kLossThreads) {
                const int x = chunk_x + static_cast<int>(threadIdx.x);
                const int last_chunk_x = chunk_x + kLossThreads < last_x ? chunk_x + kLossThreads : last_x;
                Softmax softmax[kRows];
                PixelTarget pixels[kRows];
                Tap column{};
                bool any = false;
#pragma unroll
                for (int r = 0; r < kRows; r++) {
                    pixels[r] = x < last_x && y + r < last_y ? target(image, y + r, x) : PixelTarget{-1, 0.0f};
                    any |= pixels[r].label >= 0;
                }
                if (any) {
                    column = tap(column_axis, x, logits.sw);
                    float of_label[kRows] = {};
                    for_each_logit(image_logits, logits.sc, 0, classes, rows, column, [&](int c, int r, float logit) {
                        softmax[r].add(logit, c);
                        if (c == pixels[r].label) of_label[r] = logit;
                    });
                    if (interval >= y_begin && column.lower >= x_begin) {
#pragma unroll
                        for (int r = 0; r < kRows; r++) {
                            if (pixels[r].label >= 0) loss += static_cast<double>(pixels[r].coefficient * softmax[r].loss(of_label[r]));
                        }
                    }
                }
                if (!wants_grad) continue;
                for (int first_class = 0; first_class < classes; first_class += kClassChunk) {
                    const int last_class = first_class + kClassChunk < classes ? first_class + kClassChunk : classes;
#pragma unroll
                    for (int k = 0; k < kClassChunk; k++) {
                        float upper = 0.0f, lower = 0.0f;
                        if (any && first_class + k < classes) {
                            for_each_logit(image_logits, logits.sc, first_class + k, first_class + k + 1, rows, column, [&](int c, int r, float logit) {
                                if (pixels[r].label < 0) return;
                                const float fraction = rows.taps[r].fraction;
                                const float g = grad_scale * pixels[r].coefficient * (softmax[r].probability(logit) - (c == pixels[r].label ? 1.0f : 0.0f));
                                upper += fraction > 0.0f ? (1.0f - fraction) * g : g;
                                if (fraction > 0.0f) lower += fraction * g;
                            });
                        }
                        sums[k * kLossThreads + threadIdx.x] = upper;
                        sums[(kClassChunk + k) * kLossThreads + threadIdx.x] = lower;
                    }
                    __syncthreads();
                    const int elements = (last_class - first_class) * tiles.width;
                    for (int e = threadIdx.x; e < elements; e += kLossThreads) {
                        const int k = e / tiles.width, i = e % tiles.width + x_begin;
                        if (i >= x_end) continue;
                        const int from = max_int(column_axis.first(i - 1), chunk_x), to = min_int(column_axis.first(i + 1), last_chunk_x);
                        float to_upper = 0.0f, to_lower = 0.0f;
                        for (int o = from; o < to; o++) {
                            const float weight = reach(column_axis, o, i);
                            if (weight > 0.0f) {
                                to_upper += weight * sums[k * kLossThreads + o - chunk_x];
                                to_lower += weight * sums[(kClassChunk + k) * kLossThreads + o - chunk_x];
                            }
                        }
                        const int slot = (first_class + k) * tiles.width + e % tiles.width;
                        carry[slot] += to_upper;
                        carry[plane + slot] += to_lower;
                    }
                    __syncthreads();
                }
            }
        }
        if (!wants_grad) continue;
        for (int e = threadIdx.x; e < plane; e += kLossThreads) {
            const int x = e % tiles.width + x_begin;
            if (interval >= y_begin && x < x_end) grad.store(image, e / tiles.width, interval, x, carry[e]);
            carry[e] = carry[plane + e];
            carry[plane + e] = 0.0f;
        }
        __syncthreads();
    }
    const double total = block_sum(loss, scratch);
    if (threadIdx.x == 0) partial_losses[blockIdx.x + static_cast<int64_t>(gridDim.x) * blockIdx.y] = total;
}

/** Adds up the blocks' losses in their order. One block. */
static __global__ void __launch_bounds__(kLossThreads) sum_losses_kernel(const double* partial_losses, int64_t count, float* loss) {
    IMAS_SHARED(memory);
    double sum = 0.0;
    for (int64_t i = threadIdx.x; i < count; i += kLossThreads) sum += partial_losses[i];
    sum = block_sum(sum, reinterpret_cast<double*>(memory));
    if (threadIdx.x == 0) *loss = static_cast<float>(sum);
}

inline size_t partial_loss_bytes(const imas_tensor& logits, const imas_tensor& labels) {
    const size_t blocks = loss_tiles(logits, labels).blocks_per_image() * static_cast<size_t>(logits.shape[0]);
    return (blocks * sizeof(double) + 63) / 64 * 64;
}

/** Loss and gradient; `target(image, y, x)` tells each pixel's part. */
template <typename Target>
void launch_pixel_loss(cudaStream_t stream, const imas_tensor* logits, const imas_tensor* labels, Target target, float grad_scale, const imas_tensor* loss, const imas_tensor* grad, double* partial_losses) {
    const int64_t *n = logits->shape, *size = labels->shape;
    const LossTiles tiles = loss_tiles(*logits, *labels);
    const dim3 grid(tiles.blocks_per_image(), static_cast<unsigned>(n[0]));
    with_float_type(logits->dtype, [&](auto t) {
        using T = decltype(t);
        IMAS_LAUNCH((pixel_loss_kernel<T, Target>), grid, dim3(kLossThreads), tiles.shared_bytes, stream, view<const T>(logits), static_cast<int>(n[1]), axis(n[2], size[2]), axis(n[3], size[3]), tiles, target, grad_scale, float_output(grad), partial_losses);
    });
    IMAS_LAUNCH(sum_losses_kernel, dim3(1), dim3(kLossThreads), 8 * sizeof(double), stream, partial_losses, static_cast<int64_t>(grid.x) * grid.y, static_cast<float*>(loss->data));
}

}  // namespace imas::cuda
