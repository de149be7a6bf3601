// A convolution of any taps as a product of matrices: weights in panels once, then some places of the result at a time
// as rows of what their taps see, and these rows by each panel.
#include "cpu/plain_convolution.hpp"

#include "cpu/numbers.hpp"
#include "cpu/simd.hpp"
#include "cpu/workspace.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** Planes of the result that lie side by side in a panel: two registers. */
const int kPanel = 2 * kLanes;
/** Rows whose sums are held in registers, each over one panel. */
const int kRows = kLanes == 16 ? 12 : 6;
/** Products summed in registers before they are added to the result: a panel's lie in the nearest cache. */
const int64_t kDepth = 256;
/** Rows that are multiplied by a panel in a row. */
const int64_t kRowsOfTask = 4 * kRows;
/** Of rows under way at once: near when each panel reads them again. */
const int64_t kBytesAtOnce = 2 << 20;

int64_t parts(int64_t n, int64_t size) { return (n + size - 1) / size; }

/** How taps lie over images. */
struct Window {
    int64_t stride, padding, dilation;
    bool transposed;

    /** The place that a tap of a place of the result sees on one axis of `size` places; -1 for none. */
    int64_t seen(int64_t place, int64_t tap, int64_t size) const {
        int64_t at = transposed ? place + padding - tap * dilation : place * stride + tap * dilation - padding;
        if (transposed) {
            if (at % stride != 0) return -1;
            at /= stride;
        }
        return at >= 0 && at < size ? at : -1;
    }
};

/** Weights [O,C,kh,kw]; transposed, O comes in and C goes out. */
struct Weights {
    const imas_tensor& all;
    bool transposed;

    int64_t out() const { return all.shape[transposed ? 1 : 0]; }
    int64_t in() const { return all.shape[transposed ? 0 : 1]; }
    int64_t taps() const { return all.shape[2] * all.shape[3]; }
    /** Products of a sum: tap after tap, each of all channels that come in. */
    int64_t depth() const { return taps() * in(); }
    int64_t panels() const { return parts(out(), kPanel); }
    int64_t out_step() const { return all.stride[transposed ? 1 : 0]; }
    int64_t in_step() const { return all.stride[transposed ? 0 : 1]; }
    const float* at(int64_t o, int64_t c, int64_t tap) const {
        return static_cast<const float*>(all.data) + o * out_step() + c * in_step() +
               tap / all.shape[3] * all.stride[2] + tap % all.shape[3] * all.stride[3];
    }
};

/** Turns kLanes rows of kLanes numbers into columns. */
inline void turn(Floats (&rows)[kLanes]) {
#pragma GCC unroll 4
    for (int half = kLanes / 2; half > 0; half /= 2) {
#if !defined(__clang__)
        const Ints lane = lanes(), low = (lane & half) != 0 ? lane + (kLanes - half) : lane,
                   high = (lane & half) != 0 ? lane + kLanes : lane + half;
#endif
#pragma GCC unroll 16
        for (int i = 0; i < kLanes; ++i) {
            if (i & half) continue;
            const Floats a = rows[i], b = rows[i + half];
#if defined(__clang__)  // compiles these files for ThreadSanitizer and clang-tidy
            for (int k = 0; k < kLanes; ++k) {
                rows[i][k] = k & half ? b[k - half] : a[k];
                rows[i + half][k] = k & half ? b[k] : a[k + half];
            }
#else
            rows[i] = __builtin_shuffle(a, b, low);
            rows[i + half] = __builtin_shuffle(a, b, high);
#endif
        }
    }
}

/** One tap of a panel, [channel that comes in][kPanel]; 0 beyond the last plane. */
void pack_tap(const Weights& weights, int64_t first, int64_t tap, float* to) {
    const int64_t left = weights.out() - first, in = weights.in();
    const bool whole = left >= kPanel;
    int64_t c = 0;
    if (whole && weights.out_step() == 1) {
        for (; c < in; ++c) std::memcpy(to + c * kPanel, weights.at(first, c, tap), sizeof(float) * kPanel);
    } else if (whole && weights.in_step() == 1) {
        for (; c + kLanes <= in; c += kLanes)
            for (int half = 0; half < kPanel; half += kLanes) {
                Floats block[kLanes];
                for (int o = 0; o < kLanes; ++o) block[o] = load(weights.at(first + half + o, c, tap));
                turn(block);
                for (int k = 0; k < kLanes; ++k) store(to + (c + k) * kPanel + half, block[k]);
            }
    }
    for (; c < in; ++c)
        for (int64_t o = 0; o < kPanel; ++o) to[c * kPanel + o] = o < left ? *weights.at(first + o, c, tap) : 0;
}

/** What is in the workspace: weights as [panel][depth][kPanel], rows of `distance`, and where their results go. */
struct Room {
    Carver carver;
    int64_t depth, distance, rows_at_once;
    float* panels;
    float* rows;
    float** places;

    Room(const Weights& weights, const imas_tensor& result, void* workspace)
        : carver(workspace), depth(weights.depth()), distance(parts(depth, 16) * 16 + 16) {
        // Rows begin on other lines of the cache, else those of a power of two would share its few places.
        const int64_t fitting = kBytesAtOnce / static_cast<int64_t>(sizeof(float)) / distance,
                      few = fitting < kRowsOfTask ? kRowsOfTask : fitting / kRowsOfTask * kRowsOfTask,
                      all = parts(result.shape[0] * result.shape[2] * result.shape[3], kRows) * kRows;
        rows_at_once = all < few ? all : few;
        panels = carver.take<float>(weights.panels(), depth, kPanel);
        rows = carver.take<float>(rows_at_once, distance);
        places = carver.take<float*>(rows_at_once);
    }
};

/** A place of the result. */
struct Place {
    int64_t image, y, x;

    Place(const imas_tensor& result, int64_t index)
        : image(index / (result.shape[3] * result.shape[2])),
          y(index / result.shape[3] % result.shape[2]),
          x(index % result.shape[3]) {}
};

/** What the taps see from a place, 0 outside the images. */
void bring(const imas_tensor& images, const Window& window, const Weights& weights, const Place& place, float* row) {
    const int64_t channels = images.shape[1], step = images.stride[1];
    for (int64_t i = 0; i < weights.all.shape[2]; ++i)
        for (int64_t j = 0; j < weights.all.shape[3]; ++j, row += channels) {
            const int64_t y = window.seen(place.y, i, images.shape[2]), x = window.seen(place.x, j, images.shape[3]);
            if (y < 0 || x < 0) {
                std::memset(row, 0, sizeof(float) * static_cast<size_t>(channels));
                continue;
            }
            const float* const from = static_cast<const float*>(images.data) + offset(images, place.image, 0, y, x);
            if (step == 1) std::memcpy(row, from, sizeof(float) * static_cast<size_t>(channels));
            else
                for (int64_t c = 0; c < channels; ++c) row[c] = from[c * step];
        }
}

/** What becomes of the sums, and where they go. */
struct Results {
    const imas_tensor& to;
    const imas_tensor* bias;
    bool adds, relu;

    /** Adds kLanes planes of one place: over the first products, beside what belongs there; ReLU behind the last. */
    void put(float* place, int64_t plane, Floats sum, bool first, bool last) const {
        const int64_t step = to.stride[1], left = to.shape[1] - plane;
        if (left <= 0) return;
        float* const at = place + plane * step;
        const bool side_by_side = step == 1 && left >= kLanes;
        if (first && bias)
            sum += some(static_cast<const float*>(bias->data) + plane * bias->stride[1], bias->stride[1], left);
        if (!first || adds) sum += side_by_side ? load(at) : some(at, step, left);
        if (last && relu) sum = sum < 0.0f ? Floats{} : sum;
        if (side_by_side) {
            store(at, sum);
            return;
        }
        for (int64_t k = 0; k < kLanes && k < left; ++k) at[k * step] = sum[k];
    }

private:
    static Floats some(const float* from, int64_t step, int64_t left) {
        if (step == 1 && left >= kLanes) return load(from);
        Floats v = {};
        for (int64_t k = 0; k < kLanes && k < left; ++k) v[k] = from[k * step];
        return v;
    }
};

/** Some of the products of kRows rows and a panel. */
inline void multiply(const float* rows, int64_t distance, const float* factors, int64_t depth,
                     Floats (&sum)[kRows][2]) {
    for (int64_t k = 0; k < depth; ++k, factors += kPanel) {
        const Floats low = load(factors), high = load(factors + kLanes);
#pragma GCC unroll 12
        for (int r = 0; r < kRows; ++r) {
            const Floats factor = splat(rows[r * distance + k]);
            sum[r][0] += factor * low;
            sum[r][1] += factor * high;
        }
    }
}

/** Rows [begin, end) of those under way by one panel. */
void multiply_all(const Room& room, const Results& results, int64_t panel, int64_t begin, int64_t end) {
    const float* const factors = room.panels + panel * room.depth * kPanel;
    for (int64_t k = 0; k < room.depth; k += kDepth) {
        const int64_t left = room.depth - k, depth = left < kDepth ? left : kDepth;
        for (int64_t row = begin; row < end; row += kRows) {
            Floats sum[kRows][2] = {};
            multiply(room.rows + row * room.distance + k, room.distance, factors + k * kPanel, depth, sum);
            for (int64_t r = 0; r < kRows && row + r < end; ++r)
                for (int half = 0; half < 2; ++half)
                    results.put(room.places[row + r], panel * kPanel + half * kLanes, sum[r][half], k == 0,
                                depth == left);
        }
    }
}

bool transposed(int32_t flags) { return flags & IMAS_CONVOLUTION_TRANSPOSED; }

int32_t plain_convolution(const imas_tensor* images, const imas_tensor* weights_, const imas_tensor* bias,
                          int32_t stride, int32_t padding, int32_t dilation, int32_t flags, const imas_tensor* result,
                          void* workspace) {
    const Window window = {stride, padding, dilation, transposed(flags)};
    const Weights weights = {*weights_, transposed(flags)};
    const Results results = {*result, bias, (flags & IMAS_CONVOLUTION_ADD) != 0, (flags & IMAS_CONVOLUTION_RELU) != 0};
    const Room room(weights, *result, workspace);
    const int64_t places = result->shape[0] * result->shape[2] * result->shape[3], taps = weights.taps();
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (int64_t task = 0; task < weights.panels() * taps; ++task) {
            const int64_t panel = task / taps, tap = task % taps;
            pack_tap(weights, panel * kPanel, tap, room.panels + (panel * room.depth + tap * weights.in()) * kPanel);
        }
        for (int64_t first = 0; first < places; first += room.rows_at_once) {
            const int64_t left = places - first, rows = left < room.rows_at_once ? left : room.rows_at_once;
#pragma omp for schedule(static)
            for (int64_t row = 0; row < parts(rows, kRows) * kRows; ++row) {
                float* const to = room.rows + row * room.distance;
                if (row >= rows) {  // fills the last kRows
                    std::memset(to, 0, sizeof(float) * static_cast<size_t>(room.depth));
                    continue;
                }
                const Place at(*result, first + row);
                bring(*images, window, weights, at, to);
                room.places[row] = static_cast<float*>(result->data) + offset(*result, at.image, 0, at.y, at.x);
            }
            const int64_t tasks = parts(rows, kRowsOfTask);
#pragma omp for schedule(static)
            for (int64_t task = 0; task < weights.panels() * tasks; ++task) {
                const int64_t begin = task % tasks * kRowsOfTask, past = begin + kRowsOfTask;
                multiply_all(room, results, task / tasks, begin, past < rows ? past : rows);
            }
        }
    }
    return IMAS_OK;
}

size_t plain_convolution_workspace(const imas_tensor* weights, const imas_tensor* result, int32_t flags) {
    return Room({*weights, transposed(flags)}, *result, nullptr).carver.bytes();
}

}  // namespace

const PlainConvolution plain_convolution_functions = {plain_convolution, plain_convolution_workspace};

}  // namespace imas::cpu::IMAS_ISA
