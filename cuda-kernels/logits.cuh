// Low-resolution logits of any float type and strides, and the exact path over them: one pixel at a time, every class
// enlarged as imas.h defines it, whatever the numbers are (NaN and infinities included).
#pragma once

#include "view.cuh"

namespace imas::cuda {

struct Logits {
    const void* data;
    int32_t dtype;
    int classes;
    int64_t sn, sc, sh, sw;
    Axis rows, columns;  // the enlargement to the images' size

    __device__ __forceinline__ float at(int64_t offset) const {
        if (dtype == IMAS_F32) return static_cast<const float*>(data)[offset];
        if (dtype == IMAS_BF16) return to_float(static_cast<const Bf16*>(data)[offset]);
        return to_float(static_cast<const F16*>(data)[offset]);
    }

    /** A row of one class at an enlarged column; `row` is the offset of its first element. */
    __device__ __forceinline__ float at_column(int64_t row, const Tap& column) const {
        const float left = at(row + column.first);
        return column.fraction > 0.0f ? lerp(left, at(row + column.second), column.fraction) : left;
    }

    /** The enlarged logit of one class. */
    __device__ __forceinline__ float at(int image, int c, const Tap& row, const Tap& column) const {
        const int64_t plane = image * sn + c * sc;
        const float upper = at_column(plane + row.first, column);
        return row.fraction > 0.0f ? lerp(upper, at_column(plane + row.second, column), row.fraction) : upper;
    }
};

/**
 * A pixel a thread on the exact path: blocks of 256 threads take 32 columns by 8 rows and lie along grid.x, which alone
 * holds more than 65535; images along grid.y.
 */
struct PixelOfThread {
    int image, y, x;

    __device__ __forceinline__ explicit PixelOfThread(const Logits& logits) : image(blockIdx.y) {
        const unsigned across = blocks_for(logits.columns.out, 32);
        y = static_cast<int>(blockIdx.x / across * 8 + threadIdx.x / 32);
        x = static_cast<int>(blockIdx.x % across * 32 + threadIdx.x % 32);
    }
};

inline dim3 grid_of_pixels(const Logits& logits, unsigned images) {
    return dim3(blocks_for(logits.columns.out, 32) * blocks_for(logits.rows.out, 8), images);
}

inline Logits logits_of(const imas_tensor* t, const imas_tensor* map) {
    return Logits{t->data,
                  t->dtype,
                  static_cast<int>(t->shape[1]),
                  t->stride[0],
                  t->stride[1],
                  t->stride[2],
                  t->stride[3],
                  axis(t->shape[2], map->shape[2]),
                  axis(t->shape[3], map->shape[3])};
}

/** Largest logit, its first class, and the sum of exp(logit - largest), updated with one exponential a class. */
struct Softmax {
    float largest = -3.402823466e38f;
    float sum = 0.0f;
    int best = 0;

    __device__ __forceinline__ void add(float logit, int c) {
        const float above = logit - largest;
        const float e = expf(-fabsf(above));
        if (above > 0.0f) {
            sum = sum * e + 1.0f;
            largest = logit;
            best = c;
        } else {
            sum += e;
        }
    }

    /** False when a logit was NaN or +infinity, or all were -infinity: then there is no softmax. */
    __device__ __forceinline__ bool defined() const { return sum > 0.0f && largest <= 3.402823466e38f; }
    /** The largest probability; NaN when undefined. */
    __device__ __forceinline__ float confidence() const {
        return defined() ? 1.0f / sum : __uint_as_float(0x7fc00000u);
    }
    /** The first class with the largest probability; 0 when undefined. */
    __device__ __forceinline__ int label() const { return defined() ? best : 0; }
    /** -log of the probability of a class with that logit. */
    __device__ __forceinline__ float loss(float logit) const {
        return defined() ? largest - logit + logf(sum) : __uint_as_float(0x7fc00000u);
    }
    __device__ __forceinline__ float probability(float logit) const {
        return defined() ? expf(logit - largest) / sum : __uint_as_float(0x7fc00000u);
    }
};

__device__ __forceinline__ Softmax softmax_of(const Logits& logits, int image, const Tap& row, const Tap& column) {
    Softmax softmax;
    for (int c = 0; c < logits.classes; c++) softmax.add(logits.at(image, c, row, column), c);
    return softmax;
}

}  // namespace imas::cuda
