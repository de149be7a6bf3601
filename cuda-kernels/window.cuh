// The fast path over low-resolution logits, shared by the kernels that enlarge them.
//
// A block works on a tile: some neighbouring low-resolution columns and, one after the other, the intervals between
// two low-resolution rows. It keeps these two rows of all classes in shared memory as floats (the window), whatever
// the type and layout of the logits, and goes on by loading one row. A thread owns one output column; for an interval
// it enlarges the two rows at its column once, into registers (Column), and every output row then costs one FMA a
// class. K is the number of classes in registers; the C <= K real ones come first, the others hold kPad.
//
// Enlarged values are u + f*(l-u), which turns an infinity into NaN. So a window that holds anything but numbers up
// to kLargest in magnitude is reported, and its block takes the exact path (logits.cuh) instead.
//
// The path needs 2 <= C <= 32 (one class alone has probability 1, exactly), an enlargement with at most kRows output
// rows an interval, tiles of at most kThreads output columns (1x to 4x, which the networks have), and no more than
// kMaxColumns columns of logits; otherwise the kernels take the exact path throughout.
#pragma once

#include "logits.cuh"

namespace imas::cuda {

constexpr int kThreads = 192;   // of a block, at most
constexpr int kRows = 4;        // output rows an interval, at most
constexpr int kPitch = 67;      // low-resolution columns of a window, at most; odd: classes fall into different banks
constexpr int kMaxHeight = 16;  // intervals a tile owns, at most
constexpr int kMaxColumns = 1 << 16;  // of the logits: the host walks along their tiles before every launch
constexpr float kLargest =
    1e6f;  // of a logit: rounding largest * log2e then costs 2^(1/16) at most, see exponentials()
constexpr float kPad = -1e37f;
constexpr float kLog2e = 1.4426950408889634f;
constexpr float kLn2 = 0.6931471805599453f;

/**
 * How the low-resolution grid is cut. Widths depend on the sizes alone; heights also on how many blocks the device runs
 * at once. What a kernel computes for a pixel or an element is the same whatever the heights are, so no device changes
 * a bit; only where the losses meet something that the fast path cannot take, the tile around it is computed exactly.
 */
struct Tiles {
    int width, across;  // low-resolution columns a tile owns; tiles along a row
    int height, down;   // low-resolution rows a tile owns; tiles along a column
    int threads;        // of a block, a multiple of 32; 0: the fast path does not apply

    __host__ __device__ unsigned blocks_per_image() const { return static_cast<unsigned>(across * down); }
};

/** Output columns of the widest tile, which also visits the `overlap` intervals to its left. */
inline int columns_of_widest(const Axis& columns, int width, int overlap) {
    int widest = 0;
    for (int begin = 0; begin < columns.in; begin += width) {
        const int end = begin + width < columns.in ? begin + width : columns.in;
        const int n = columns.first(end) - columns.first(begin - overlap);
        if (n > widest) widest = n;
    }
    return widest;
}

/** The classes fit registers, and offsets within a row 32 bits. */
inline bool fits_window(const Logits& logits) {
    return logits.classes > 1 && logits.classes <= 32 &&
           (logits.classes - 1) * logits.sc + (logits.columns.in - 1) * logits.sw <= INT32_MAX;
}

/** How many blocks of a kernel the current device runs at once; 0 after an error, which the next launch tells. */
template <typename Kernel>
int64_t blocks_at_once(Kernel* kernel, int threads, size_t shared_bytes) {
    int device = 0, multiprocessors = 0, blocks = 0;
    if (cudaGetDevice(&device) != cudaSuccess ||
        cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device) != cudaSuccess ||
        cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, shared_bytes) != cudaSuccess)
        return 0;
    return int64_t{multiprocessors} * blocks;
}

/** Tiles of the fast path, still without height: the width that leaves the fewest threads idle. */
inline Tiles fast_tiles(const Logits& logits, int overlap) {
    const Axis &rows = logits.rows, &columns = logits.columns;
    Tiles tiles{};
    if (!fits_window(logits) || rows.in < 2 || columns.in < 2 || rows.out < 2 || columns.out < 2 ||
        columns.in > kMaxColumns || rows.out - 1 > int64_t{kRows} * (rows.in - 1) ||
        columns.out - 1 > int64_t{kRows} * (columns.in - 1))
        return tiles;
    double best = 0.0;
    int tried = 0;
    for (int across = (columns.in + kPitch - 4) / (kPitch - 3); tried < 8 && across <= columns.in; across++) {
        const int width = (columns.in + across - 1) / across;
        const int widest = columns_of_widest(columns, width, overlap);
        if (widest > kThreads) {  // on to the next width that is smaller
            across = (columns.in + width - 2) / (width - 1) - 1;
            continue;
        }
        tried++;
        const int threads = ((widest > width ? widest : width) + 31) / 32 * 32;
        const int really_across = (columns.in + width - 1) / width;
        const double busy = static_cast<double>(columns.out) / (static_cast<double>(really_across) * threads);
        if (busy <= best) continue;
        best = busy;
        tiles.width = width;
        tiles.across = really_across;
        tiles.threads = threads;
    }
    return tiles;
}

/**
 * The same tiles in one wave of `blocks` blocks. Where they would have to be higher than kMaxHeight, in as few waves as
 * they can be, and these full: a second wave of a few high tiles would take as long as the first.
 */
inline Tiles with_height(Tiles tiles, int rows, int64_t images, int64_t blocks, int least_height) {
    const int64_t side_by_side = tiles.across * images, at_once = blocks > 0 ? blocks : 1;
    const int64_t least_strips = (rows + kMaxHeight - 1) / kMaxHeight;
    const int64_t waves = (least_strips * side_by_side + at_once - 1) / at_once;
    const int64_t strips = waves * at_once / side_by_side, height = (rows + strips - 1) / strips;
    tiles.height = static_cast<int>(height < least_height ? least_height : height);
    tiles.down = (rows + tiles.height - 1) / tiles.height;
    return tiles;
}

/** How many blocks should share a multiprocessor: as many as the registers of K classes allow without spilling. */
constexpr int blocks_per_multiprocessor(int classes) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 860
    const int three = 19;  // with 21, sm_80 would spill a few bytes
#else
    const int three = 21;
#endif
    return classes <= 8 ? 4 : classes <= three ? 3 : 2;
}

/** Calls f with the number of classes to keep in registers; 19 and 21 are those of the published settings. */
template <typename F>
void with_class_count(int classes, F f) {
    if (classes <= 4) {
        f(std::integral_constant<int, 4>{});
    } else if (classes <= 8) {
        f(std::integral_constant<int, 8>{});
    } else if (classes <= 16) {
        f(std::integral_constant<int, 16>{});
    } else if (classes <= 19) {
        f(std::integral_constant<int, 19>{});
    } else if (classes <= 21) {
        f(std::integral_constant<int, 21>{});
    } else {
        f(std::integral_constant<int, 32>{});
    }
}

/** Two rows of the logits in shared memory, [2][K][kPitch]; row y lies in slot y % 2. */
template <int K>
struct Window {
    static constexpr size_t kBytes = sizeof(float) * 2 * K * kPitch;

    float* values;

    /** Gives what load() never writes a harmless value. A barrier must follow. */
    __device__ __forceinline__ void clear(int classes) const {
        for (int i = threadIdx.x; i < 2 * K * kPitch; i += blockDim.x)
            values[i] = i / kPitch % K < classes ? 0.0f : kPad;
    }

    /**
     * Loads up to `columns` columns from `first` on of row y; what lies beyond the last row repeats it, and what lies
     * beyond the last column has no weight. Lanes go along the axis that lies contiguous in memory. True when this
     * thread met something that the fast path cannot take.
     */
    __device__ __forceinline__ bool load(const Logits& logits, int image, int y, int first, int columns) const {
        const int64_t from = image * logits.sn + min_int(y, logits.rows.in - 1) * logits.sh;
        if (logits.dtype == IMAS_F32)
            return load_row(static_cast<const float*>(logits.data) + from, logits, y, first, columns);
        if (logits.dtype == IMAS_BF16)
            return load_row(static_cast<const Bf16*>(logits.data) + from, logits, y, first, columns);
        return load_row(static_cast<const F16*>(logits.data) + from, logits, y, first, columns);
    }

    __device__ __forceinline__ const float* row(int y) const { return values + (y & 1) * (K * kPitch); }

private:
    /** Offsets within a row fit 32 bits: fits_window() has looked. */
    template <typename T>
    __device__ __forceinline__ bool load_row(const T* from, const Logits& logits, int y, int first, int columns) const {
        const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
        const bool by_class = logits.sc < logits.sw;
        const int there = min_int(columns, logits.columns.in - first);
        const int lanes = by_class ? logits.classes : there, turns = by_class ? there : logits.classes;
        const int by_lane = static_cast<int>(by_class ? logits.sc : logits.sw),
                  by_turn = static_cast<int>(by_class ? logits.sw : logits.sc) * warps;
        const int to_by_turn = (by_class ? 1 : kPitch) * warps;
        from += first * logits.sw + warp * (by_class ? logits.sw : logits.sc);
        float* const to = values + (y & 1) * (K * kPitch) + warp * (by_class ? 1 : kPitch);
        bool bad = false;
        for (int i = lane; i < lanes; i += 32) {
            int offset = i * by_lane, to_offset = by_class ? i * kPitch : i;
#pragma unroll 4
            for (int j = warp; j < turns; j += warps) {
                bad |= put(to + to_offset, from[offset]);
                offset += by_turn;
                to_offset += to_by_turn;
            }
        }
        return bad;
    }

    template <typename T>
    static __device__ __forceinline__ bool put(float* to, T from) {
        const float value = to_float(from);
        *to = value;
        return !(fabsf(value) <= kLargest);
    }
};

/** The two rows of an interval at one output column. */
template <int K>
struct Column {
    float upper[K], step[K];

    /** `x` is the window's column left of the output column, `fraction` how far to the right it lies. */
    __device__ __forceinline__ void load(const Window<K>& window, int interval, int x, float fraction) {
        const float *above = window.row(interval) + x, *below = window.row(interval + 1) + x;
#pragma unroll
        for (int k = 0; k < K; k++) {
            upper[k] = fmaf(fraction, above[k * kPitch + 1] - above[k * kPitch], above[k * kPitch]);
            step[k] = fmaf(fraction, below[k * kPitch + 1] - below[k * kPitch], below[k * kPitch]) - upper[k];
        }
    }

    __device__ __forceinline__ void enlarge(float fraction, float* x) const {
#pragma unroll
        for (int k = 0; k < K; k++) x[k] = fmaf(fraction, step[k], upper[k]);
    }
};

/** One class of a window's interval at an output position, in the same arithmetic as Column. */
template <int K>
__device__ __forceinline__ float window_logit(const Window<K>& window, int interval, int c, int x,
                                              float column_fraction, float row_fraction) {
    const float *above = window.row(interval) + c * kPitch + x, *below = window.row(interval + 1) + c * kPitch + x;
    const float upper = fmaf(column_fraction, above[1] - above[0], above[0]);
    return fmaf(row_fraction, fmaf(column_fraction, below[1] - below[0], below[0]) - upper, upper);
}

template <int K>
__device__ __forceinline__ float largest_of(const float* x) {
    float a = x[0], b = x[K / 2];
#pragma unroll
    for (int k = 1; k < K / 2; k++) a = fmaxf(a, x[k]);
#pragma unroll
    for (int k = K / 2 + 1; k < K; k++) b = fmaxf(b, x[k]);
    return fmaxf(a, b);
}

/** The first class that reaches the largest logit. */
template <int K>
__device__ __forceinline__ int first_of(const float* x, float largest) {
    int first = 0;
#pragma unroll
    for (int k = K - 1; k > 0; k--) first = x[k] == largest ? k : first;
    return x[0] == largest ? 0 : first;
}

/**
 * Turns x into exp(x - largest) times a factor near 1 that all of them share, and returns their sum. The factor is
 * what rounding the scaled largest logit costs; excess_of() is its base-2 logarithm.
 */
template <int K>
__device__ __forceinline__ float exponentials(float* x, float largest) {
    const float shift = -largest * kLog2e;
    float a = 0.0f, b = 0.0f;
#pragma unroll
    for (int k = 0; k < K; k++) {
        x[k] = exp2_approx(fmaf(x[k], kLog2e, shift));
        if (k < K / 2) {
            a += x[k];
        } else {
            b += x[k];
        }
    }
    return a + b;
}

/** a/b for a near 1 and b from about 1 on, rounded correctly but for rare last bits; exactly 1 for equal ones. */
__device__ __forceinline__ float ratio(float a, float b) {
    const float r = reciprocal_approx(b), q = a * r;
    return fmaf(fmaf(-q, b, a), r, q);
}

__device__ __forceinline__ float excess_of(float largest) { return fmaf(largest, kLog2e, -largest * kLog2e); }

/**
 * What a tile's threads look up: where its intervals begin and how far its output rows lie below their interval.
 * Computed once a block, because the exact integer arithmetic behind it costs more than a row of pixels.
 */
struct RowTable {
    static constexpr int kIntervals = kMaxHeight + 2;
    static constexpr size_t kBytes = 4 * (kIntervals + kRows * kIntervals) / 16 * 16 + 16;

    int* first;       // [intervals + 1] first output row of each interval
    float* fraction;  // [rows]
    int begin;        // the first interval

    __device__ __forceinline__ RowTable(unsigned char* memory, const Axis& rows, int begin_, int end)
        : first(reinterpret_cast<int*>(memory)), fraction(reinterpret_cast<float*>(first + kIntervals)), begin(begin_) {
        const int first_row = rows.first(begin), n = rows.first(end) - first_row;
        for (int i = threadIdx.x; i <= end - begin; i += blockDim.x) first[i] = rows.first(begin + i);
        for (int i = threadIdx.x; i < n; i += blockDim.x) fraction[i] = rows.fraction(first_row + i);
    }

    __device__ __forceinline__ int first_of(int interval) const { return first[interval - begin]; }
    __device__ __forceinline__ float fraction_of(int y) const { return fraction[y - first[0]]; }
};

}  // namespace imas::cuda
