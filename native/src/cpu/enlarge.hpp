// The align-corners bilinear enlargement, evaluated where it is needed: kLanes pixels of one output row and one class
// at a time, from two rows of low-resolution logits.
#pragma once

#include "cpu/numbers.hpp"
#include "cpu/simd.hpp"
#include "cpu/workspace.hpp"

namespace imas::cpu::IMAS_ISA {

inline int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/** Where an output row or column falls between two input ones. */
struct Tap {
    int64_t first, second;
    float first_weight, second_weight;
};

/** On a grid point both taps are that point with weight 1/2, so that a neighbour's infinity cannot leak in. */
inline Tap tap(int64_t i, int64_t in, int64_t out) {
    if (out == 1) return {0, 0, 0.5f, 0.5f};
    const int64_t whole = i * (in - 1) / (out - 1), part = i * (in - 1) % (out - 1);
    if (part == 0) return {whole, whole, 0.5f, 0.5f};
    const double fraction = static_cast<double>(part) / static_cast<double>(out - 1);
    return {whole, whole + 1, static_cast<float>(1 - fraction), static_cast<float>(fraction)};
}

/** The first output row whose first tap is `row` or later; `out` when there is none. */
inline int64_t first_output(int64_t row, int64_t in, int64_t out) {
    if (row == 0) return 0;
    if (row >= in || out == 1) return out;
    return (row * (out - 1) + in - 2) / (in - 1);
}

/** Low-resolution logits as floats, [B][h][C][padded w]: the rows of all classes that a pixel needs lie together. */
struct Planes {
    float* data;
    int64_t classes, rows, width;  // width is padded to at least a vector

    static Planes take(Carver& carver, const imas_tensor& logits) {
        const int64_t* n = logits.shape;
        const int64_t width = round_up(n[3], kLanes);
        return {carver.take<float>(n[0], n[2], n[1], width), n[1], n[2], width};
    }

    const float* row(int64_t image, int64_t y) const { return data + (image * rows + y) * classes * width; }

    /** Reads row y of an image; any type and strides. */
    void fill(const imas_tensor& logits, int64_t image, int64_t y) const {
        float* out = data + (image * rows + y) * classes * width;
        const int64_t from = offset(logits, image, 0, y, 0);
        if (logits.dtype == IMAS_F32) {
            const float* source = static_cast<const float*>(logits.data) + from;
            copy(out, logits, [=](int64_t i) { return source[i]; });
        } else {
            const uint16_t* source = static_cast<const uint16_t*>(logits.data) + from;
            if (logits.dtype == IMAS_BF16) copy(out, logits, [=](int64_t i) { return from_bf16(source[i]); });
            else copy(out, logits, [=](int64_t i) { return from_f16(source[i]); });
        }
    }

private:
    template <class Read>
    void copy(float* out, const imas_tensor& logits, Read read) const {
        const int64_t across = logits.shape[3], by_class = logits.stride[1], by_column = logits.stride[3];
        if (by_column == 1) {
            for (int64_t c = 0; c < classes; ++c)
                for (int64_t x = 0; x < across; ++x) out[c * width + x] = read(c * by_class + x);
        } else if (by_class == 1) {
            for (int64_t x = 0; x < across; ++x)
                for (int64_t c = 0; c < classes; ++c) out[c * width + x] = read(x * by_column + c);
        } else {
            for (int64_t c = 0; c < classes; ++c)
                for (int64_t x = 0; x < across; ++x) out[c * width + x] = read(c * by_class + x * by_column);
        }
        for (int64_t c = 0; c < classes; ++c)
            for (int64_t x = across; x < width; ++x) out[c * width + x] = 0;
    }
};

/** The taps of every output column, in blocks of kLanes; the last block repeats the last column. */
struct Columns {
    int64_t blocks;
    bool windowed;    // the taps of every block lie within kLanes neighbours, so that a permutation replaces a gather
    int32_t* base;    // [blocks] where that window starts (0 when not windowed)
    int32_t* first;   // [blocks*kLanes] taps relative to base
    int32_t* second;
    float* first_weight;
    float* second_weight;

    static Columns take(Carver& carver, int64_t out) {
        const int64_t blocks = round_up(out, kLanes) / kLanes;
        Columns columns = {blocks, true, nullptr, nullptr, nullptr, nullptr, nullptr};
        columns.base = carver.take<int32_t>(blocks);
        columns.first = carver.take<int32_t>(blocks, kLanes);
        columns.second = carver.take<int32_t>(blocks, kLanes);
        columns.first_weight = carver.take<float>(blocks, kLanes);
        columns.second_weight = carver.take<float>(blocks, kLanes);
        return columns;
    }

    void fill(int64_t in, int64_t out) {
        const int64_t last_base = round_up(in, kLanes) - kLanes;
        const auto column = [=](int64_t x) { return tap(x < out ? x : out - 1, in, out); };
        windowed = true;
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t start = column(block * kLanes).first;
            base[block] = static_cast<int32_t>(start < last_base ? start : last_base);
            windowed = windowed && column(block * kLanes + kLanes - 1).second - base[block] < kLanes;
        }
        for (int64_t block = 0; block < blocks; ++block) {
            if (!windowed) base[block] = 0;
            for (int64_t x = block * kLanes; x < (block + 1) * kLanes; ++x) {
                const Tap t = column(x);
                first[x] = static_cast<int32_t>(t.first) - base[block];
                second[x] = static_cast<int32_t>(t.second) - base[block];
                first_weight[x] = t.first_weight;
                second_weight[x] = t.second_weight;
            }
        }
    }
};

/** kLanes pixels of one output row: which logits they lie between. */
template <bool kWindowed>
struct Block {
    const float* upper;  // row of class 0, at the window's base
    const float* lower;
    Floats upper_weight, lower_weight, first_weight, second_weight;
    Ints first, second;

    Block(const Planes& planes, int64_t image, const Tap& row, const Columns& columns, int64_t block)
        : upper(planes.row(image, row.first) + columns.base[block]),
          lower(planes.row(image, row.second) + columns.base[block]),
          upper_weight(splat(row.first_weight)),
          lower_weight(splat(row.second_weight)),
          first_weight(load(columns.first_weight + block * kLanes)),
          second_weight(load(columns.second_weight + block * kLanes)),
          first(load(columns.first + block * kLanes)),
          second(load(columns.second + block * kLanes)) {}

    /** The enlarged logits of the class whose plane starts at `plane`. */
    Floats logits(int64_t plane) const {
        if (kWindowed) {
            const Floats between = upper_weight * load(upper + plane) + lower_weight * load(lower + plane);
            return first_weight * permute(between, first) + second_weight * permute(between, second);
        }
        const Floats left = upper_weight * gather(upper + plane, first) + lower_weight * gather(lower + plane, first);
        const Floats right = upper_weight * gather(upper + plane, second) + lower_weight * gather(lower + plane, second);
        return first_weight * left + second_weight * right;
    }
};

}  // namespace imas::cpu::IMAS_ISA
