// One enlarged pixel at a time.
#pragma once

#include <cmath>
#include <initializer_list>

#include "cpu/numbers.hpp"

namespace imas {
namespace cpu {

/** Where an output row or column falls between two input ones. */
struct Tap {
    int64_t first, second;
    float first_weight, second_weight;
};

/** Aligned corners. On a grid point both taps are that point, so that a neighbour's infinity cannot leak in. */
inline Tap tap(int64_t i, int64_t in, int64_t out) {
    if (out == 1) return {0, 0, 0.5f, 0.5f};
    const int64_t whole = i * (in - 1) / (out - 1), part = i * (in - 1) % (out - 1);
    if (part == 0) return {whole, whole, 0.5f, 0.5f};
    const double fraction = static_cast<double>(part) / static_cast<double>(out - 1);
    return {whole, whole + 1, static_cast<float>(1 - fraction), static_cast<float>(fraction)};
}

/** All classes of one pixel, enlarged. */
inline void enlarge(const imas_tensor& t, int64_t b, const Tap& row, const Tap& column, float* x) {
    for (int64_t c = 0; c < t.shape[1]; ++c) {
        const auto logit = [&](int64_t i, int64_t j) { return load(t.data, t.dtype, offset(t, b, c, i, j)); };
        const float left = row.first_weight * logit(row.first, column.first) + row.second_weight * logit(row.second, column.first);
        const float right = row.first_weight * logit(row.first, column.second) + row.second_weight * logit(row.second, column.second);
        x[c] = column.first_weight * left + column.second_weight * right;
    }
}

struct Softmax {
    int64_t best;       // first class with the largest logit; 0 when anything is NaN
    float probability;  // its probability; NaN when anything is NaN
    float largest, sum; // of exp(x - largest)
};

inline Softmax softmax(const float* x, int64_t classes) {
    Softmax result = {0, 0, x[0], 0};
    for (int64_t c = 1; c < classes; ++c) {
        if (x[c] > result.largest) result.largest = x[c], result.best = c;
    }
    for (int64_t c = 0; c < classes; ++c) result.sum += std::exp(x[c] - result.largest);
    result.probability = 1 / result.sum;
    if (result.sum != result.sum) result.best = 0;
    return result;
}

/** Adds weight * (softmax - onehot) of one pixel to float planes [C,h,w] of its image, through the transposed enlargement. */
inline void add_gradient(float* planes, int64_t h, int64_t w, int64_t classes, const float* x, const Softmax& s, int64_t label, float weight, const Tap& row, const Tap& column) {
    for (int64_t c = 0; c < classes; ++c) {
        const float g = weight * (std::exp(x[c] - s.largest) / s.sum - (c == label ? 1.0f : 0.0f));
        float* plane = planes + c * h * w;
        const auto add = [&](int64_t i, float wi) {
            if (column.first == column.second) {
                plane[i * w + column.first] += wi * g;
            } else {
                plane[i * w + column.first] += wi * column.first_weight * g;
                plane[i * w + column.second] += wi * column.second_weight * g;
            }
        };
        if (row.first == row.second) {
            add(row.first, 1);
        } else {
            add(row.first, row.first_weight);
            add(row.second, row.second_weight);
        }
    }
}

inline void write_gradient(const float* planes, const imas_tensor& grad) {
    const int64_t *n = grad.shape;
    for (int64_t b = 0; b < n[0]; ++b)
        for (int64_t c = 0; c < n[1]; ++c)
            for (int64_t i = 0; i < n[2]; ++i)
                for (int64_t j = 0; j < n[3]; ++j) store(grad.data, grad.dtype, offset(grad, b, c, i, j), planes[((b * n[1] + c) * n[2] + i) * n[3] + j]);
}

/** a*b*c*d*bytes rounded up to 64, SIZE_MAX when it does not fit. */
inline size_t bytes_of(int64_t a, int64_t b, int64_t c, int64_t d, int64_t bytes) {
    __extension__ typedef unsigned __int128 wide;
    wide product = static_cast<wide>(bytes);
    for (int64_t factor : {a, b, c, d}) {
        product *= static_cast<wide>(factor);
        if (product > SIZE_MAX / 4) return SIZE_MAX;
    }
    return (static_cast<size_t>(product) + 63) / 64 * 64;
}

}  // namespace cpu
}  // namespace imas
