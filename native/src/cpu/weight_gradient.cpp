// The gradient of a convolution's weights: by Winograd's minimal filtering where that pays, else a matrix product for
// every tap of the kernel, gradient by images, summed over all places. Both are first copied, some images or some
// hundred places of one at a time, in tiles of as many channels as two registers hold, and the gradient in tiles of
// kOutputs planes, so that a tile of the result stays in registers over a block of places.
#include "cpu/weight_gradient.hpp"

#include "cpu/numbers.hpp"
#include "cpu/simd.hpp"
#include "cpu/winograd.hpp"
#include "cpu/winograd_gradient.hpp"
#include "cpu/workspace.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** Planes of the result whose sums are held in registers, each over two registers of input channels. */
const int kOutputs = 6;
const int kInputs = 2 * kLanes;
/** Places summed in registers before they are added to the result: their images and gradient lie in the nearest cache.
 */
const int64_t kPlaces = 256;
/** Places whose channels are copied tile after tile: as many lines as the nearest cache holds. */
const int64_t kPiece = 32;
/**
 * Tiles of output planes that a thread computes beside one tile of input channels, which is read once for them: few
 * where there would be less than kTasks tasks.
 */
const int64_t kFewTiles = 4, kManyTiles = 16, kTasks = 64;
/**
 * Of images that are copied at once: near when they are read again, and little beside a pass's memory, yet no less than
 * the result has, if kMostBytes allows it, since all of that is read and written once for each.
 */
const int64_t kBytesAtOnce = 4 << 20, kMostBytes = 8 << 20;

int64_t tiles(int64_t n, int64_t size) { return (n + size - 1) / size; }

/** Rows of the result's grid that are summed at once. */
int64_t rows_of_block(int64_t width) { return width >= kPlaces ? 1 : kPlaces / width; }

/** Copies [N,C,H,W] into tiles of channels: [tile][n][h][w][kSize], 0 beyond the last channel. */
template <int kSize>
void pack(const imas_tensor& from, float* to) {
    const int64_t channels = from.shape[1], height = from.shape[2], width = from.shape[3];
    const int64_t rows = from.shape[0] * height, count = tiles(channels, kSize), pieces = tiles(width, kPiece);
#pragma omp parallel for schedule(static)
    for (int64_t task = 0; task < rows * pieces; ++task) {
        const int64_t row = task / pieces, left = task % pieces * kPiece;
        const int64_t places = width - left < kPiece ? width - left : kPiece;
        const float* const begin = static_cast<const float*>(from.data) + row / height * from.stride[0] +
                                   row % height * from.stride[2] + left * from.stride[3];
        for (int64_t tile = 0; tile < count; ++tile) {
            const int64_t first = tile * kSize, size = channels - first < kSize ? channels - first : kSize;
            const float* source = begin + first * from.stride[1];
            float* target = to + ((tile * rows + row) * width + left) * kSize;
            if (size == kSize && from.stride[1] == 1) {
                for (int64_t w = 0; w < places; ++w, source += from.stride[3], target += kSize)
                    std::memcpy(target, source, sizeof(float) * kSize);
                continue;
            }
            for (int64_t w = 0; w < places; ++w, source += from.stride[3], target += kSize)
                for (int64_t k = 0; k < kSize; ++k) target[k] = k < size ? source[k * from.stride[1]] : 0;
        }
    }
}

/** What is summed: images and gradient in tiles, and how one lies over the other. */
struct Sums {
    const float* images;
    const float* gradient;
    int64_t rows;  // of the gradient, all images
    int64_t height, width, input_height, input_width, input_rows;
    int64_t stride, padding, dilation;
};

/** One tile of the result, kOutputs planes by kInputs channels. */
struct Tile {
    Floats sum[kOutputs][2];
};

/** Adds `count` neighbouring places; `step` floats lie between two of the images'. */
inline void add_places(const float* images, int64_t step, const float* gradient, int64_t count, Tile& tile) {
    for (int64_t k = 0; k < count; ++k, images += step, gradient += kOutputs) {
        const Floats low = load(images), high = load(images + kLanes);
#pragma GCC unroll 6
        for (int o = 0; o < kOutputs; ++o) {
            const Floats factor = splat(gradient[o]);
            tile.sum[o][0] += factor * low;
            tile.sum[o][1] += factor * high;
        }
    }
}

/** The first place at or after `from` of a step that is no less than `least`. */
int64_t first_at_least(int64_t offset, int64_t step, int64_t least) {
    return offset >= least ? 0 : (least - offset + step - 1) / step;
}

/** Rows and columns of the gradient that are summed in registers. */
struct Block {
    int64_t top, bottom, left, right;
};

/** The sums of one tap over a block. */
Tile sum_of(const Sums& s, const float* images, const float* gradient, const Block& block, int64_t i, int64_t j) {
    Tile tile = {};
    const int64_t left = j * s.dilation - s.padding;
    const int64_t inside = first_at_least(left, s.stride, 0), outside = first_at_least(left, s.stride, s.input_width);
    const int64_t first = inside > block.left ? inside : block.left,
                  last = outside < block.right ? outside : block.right;
    for (int64_t row = block.top; row < block.bottom && first < last; ++row) {
        const int64_t y = row % s.height * s.stride + i * s.dilation - s.padding;
        if (y < 0 || y >= s.input_height) continue;
        const int64_t input_row = row / s.height * s.input_height + y;
        add_places(images + (input_row * s.input_width + first * s.stride + left) * kInputs, s.stride * kInputs,
                   gradient + (row * s.width + first) * kOutputs, last - first, tile);
    }
    return tile;
}

/** Has the rows fetched that a tile at weights[o.., c.., 0, 0] will be added to, where channels lie side by side. */
[[gnu::always_inline]] inline void expect(const imas_tensor& weights, int64_t o, int64_t c) {
    if (weights.stride[1] != 1) return;
    const int64_t left = weights.shape[1] - c, inputs = left < kInputs ? left : kInputs;
    for (int64_t k = 0; k < kOutputs && o + k < weights.shape[0]; ++k)
        prefetch<true>(static_cast<const float*>(weights.data) + offset(weights, o + k, c, 0, 0), inputs,
                       sizeof(float));
}

/** Writes a tile, or adds it, at weights[o.., c.., i, j]. */
void put(const imas_tensor& weights, int64_t o, int64_t c, int64_t i, int64_t j, const Tile& tile, bool adds) {
    float sums[kInputs];
    const bool side_by_side = weights.stride[1] == 1 && c + kInputs <= weights.shape[1];
    for (int64_t k = 0; k < kOutputs && o + k < weights.shape[0]; ++k) {
        float* to = static_cast<float*>(weights.data) + offset(weights, o + k, c, i, j);
        if (side_by_side) {
            for (int half = 0; half < 2; ++half, to += kLanes)
                store(to, adds ? load(to) + tile.sum[k][half] : tile.sum[k][half]);
            continue;
        }
        store(sums, tile.sum[k][0]);
        store(sums + kLanes, tile.sum[k][1]);
        for (int64_t l = 0; l < kInputs && c + l < weights.shape[1]; ++l, to += weights.stride[1])
            *to = adds ? *to + sums[l] : sums[l];
    }
}

/** The result's tiles of one tile of input channels and some of output planes, written or added. */
void compute(const Sums& s, const imas_tensor& weights, int64_t input_tile, int64_t first_output, int64_t last_output,
             bool adds) {
    const float* const images = s.images + input_tile * s.input_rows * s.input_width * kInputs;
    const int64_t rows = rows_of_block(s.width);
    for (int64_t top = 0; top < s.rows; top += rows)
        for (int64_t left = 0; left < s.width; left += kPlaces) {
            const int64_t bottom = top + rows, right = left + kPlaces;
            const Block block = {top, bottom < s.rows ? bottom : s.rows, left, right < s.width ? right : s.width};
            for (int64_t output = first_output; output < last_output; ++output) {
                const float* const gradient = s.gradient + output * s.rows * s.width * kOutputs;
                expect(weights, output * kOutputs, input_tile * kInputs);
                for (int64_t i = 0; i < weights.shape[2]; ++i)
                    for (int64_t j = 0; j < weights.shape[3]; ++j)
                        put(weights, output * kOutputs, input_tile * kInputs, i, j,
                            sum_of(s, images, gradient, block, i, j), adds || top > 0 || left > 0);
            }
        }
}

/** A part of a tensor: `count` from `first` on along one axis. */
imas_tensor some(const imas_tensor& all, int axis, int64_t first, int64_t count) {
    imas_tensor part = all;
    part.data = static_cast<float*>(all.data) + first * all.stride[axis];
    part.shape[axis] = count;
    return part;
}

bool rows_follow(const imas_tensor& t) { return t.shape[2] == 1 || t.stride[2] == t.shape[3] * t.stride[3]; }

/** The same with every image's rows behind each other, as one. */
imas_tensor in_one_row(imas_tensor t) {
    t.shape[3] *= t.shape[2];
    t.shape[2] = 1;
    return t;
}

/** Room for the copies of some images and of their gradient. */
struct Copies {
    float* images;
    float* gradient;
    size_t bytes;

    Copies(const imas_tensor& x, const imas_tensor& g, int64_t count, void* workspace) {
        Carver carver(workspace);
        images = carver.take<float>(tiles(x.shape[1], kInputs) * kInputs, count, x.shape[2], x.shape[3]);
        gradient = carver.take<float>(tiles(g.shape[1], kOutputs) * kOutputs, count, g.shape[2], g.shape[3]);
        bytes = carver.bytes();
    }
};

int64_t bytes_at_once(const imas_tensor& weights) {
    const int64_t *w = weights.shape, bytes = w[0] * w[1] * w[2] * w[3] * static_cast<int64_t>(sizeof(float));
    return bytes < kBytesAtOnce ? kBytesAtOnce : bytes < kMostBytes ? bytes : kMostBytes;
}

/** Images that are copied at once: all, or as many as stay below `bytes`, or one. */
int64_t at_once(const imas_tensor& x, const imas_tensor& g, int64_t bytes) {
    const int64_t fitting = bytes / static_cast<int64_t>(Copies(x, g, 1, nullptr).bytes);
    return fitting < 1 ? 1 : fitting < x.shape[0] ? fitting : x.shape[0];
}

/** What some of the images contribute. */
void add(const imas_tensor& images, const imas_tensor& gradient, int64_t stride, int64_t padding, int64_t dilation,
         const imas_tensor& weights, const Copies& copies, bool adds) {
    pack<kInputs>(images, copies.images);
    pack<kOutputs>(gradient, copies.gradient);
    const int64_t *x = images.shape, *g = gradient.shape;
    const Sums sums = {copies.images, copies.gradient, g[0] * g[2], g[2],    g[3],    x[2],
                       x[3],          x[0] * x[2],     stride,      padding, dilation};
    const int64_t inputs = tiles(weights.shape[1], kInputs), outputs = tiles(weights.shape[0], kOutputs);
    const int64_t fair = inputs * outputs / kTasks,
                  together = fair < kFewTiles    ? kFewTiles
                             : fair > kManyTiles ? kManyTiles
                                                 : fair,
                  groups = tiles(outputs, together), tasks = inputs * groups;
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < tasks; ++task) {
        const int64_t first = task / inputs * together, past = first + together;
        compute(sums, weights, task % inputs, first, past < outputs ? past : outputs, adds);
    }
}

/** Whether a place of the gradient meets the same place of the images and no other, whatever row it is in. */
bool meets_one_place(const imas_tensor& images, const imas_tensor& gradient, int32_t stride, int32_t padding,
                     const imas_tensor& weights) {
    return weights.shape[2] == 1 && weights.shape[3] == 1 && stride == 1 && padding == 0 && rows_follow(images) &&
           rows_follow(gradient);
}

/** Places of one row that are copied at once: whole blocks, as many as stay below `bytes`, or one. */
int64_t places_at_once(const imas_tensor& x, const imas_tensor& g, int64_t bytes) {
    const auto block = static_cast<int64_t>(Copies(some(x, 3, 0, kPlaces), some(g, 3, 0, kPlaces), 1, nullptr).bytes);
    return block < bytes ? bytes / block * kPlaces : kPlaces;
}

int32_t weight_gradient(const imas_tensor* images, const imas_tensor* gradient, int32_t stride, int32_t padding,
                        int32_t dilation, const imas_tensor* weights, void* workspace) {
    const bool plain3x3 = weights->shape[2] == 3 && weights->shape[3] == 3 && stride == 1 && padding == dilation;
    if (plain3x3 && winograd_pays(images, weights->shape[0], dilation)) {
        winograd_gradient(*images, *gradient, dilation, *weights, workspace);
        return IMAS_OK;
    }
    const bool row = meets_one_place(*images, *gradient, stride, padding, *weights);
    const imas_tensor x = row ? in_one_row(*images) : *images, g = row ? in_one_row(*gradient) : *gradient;
    const int64_t bytes = bytes_at_once(*weights), all = x.shape[0], count = at_once(x, g, bytes), width = g.shape[3],
                  places = row && count == 1 ? places_at_once(x, g, bytes) : width;
    const Copies copies(x, g, count, workspace);
    for (int64_t first = 0; first < all; first += count) {
        const int64_t now = all - first < count ? all - first : count;
        const imas_tensor some_x = some(x, 0, first, now), some_g = some(g, 0, first, now);
        if (places >= width) {
            add(some_x, some_g, stride, padding, dilation, *weights, copies, first > 0);
            continue;
        }
        for (int64_t left = 0; left < width; left += places) {
            const int64_t here = width - left < places ? width - left : places;
            add(some(some_x, 3, left, here), some(some_g, 3, left, here), stride, padding, dilation, *weights, copies,
                first > 0 || left > 0);
        }
    }
    return IMAS_OK;
}

size_t weight_gradient_workspace(const imas_tensor* images, const imas_tensor* gradient) {
    const size_t plain = Copies(*images, *gradient, at_once(*images, *gradient, kMostBytes), nullptr).bytes;
    const bool same = images->shape[2] == gradient->shape[2] && images->shape[3] == gradient->shape[3];
    if (!same || !winograd_pays(images, gradient->shape[1], 1)) return plain;
    const size_t winograd = winograd_gradient_workspace(*images, *gradient);
    return plain > winograd ? plain : winograd;
}

}  // namespace

const WeightGradient weight_gradient_functions = {weight_gradient, weight_gradient_workspace};

}  // namespace imas::cpu::IMAS_ISA
