// The softmax of one enlarged pixel, class by class in one pass.
#pragma once

#include "view.cuh"

namespace imas::cuda {

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
    __device__ __forceinline__ float confidence() const { return defined() ? 1.0f / sum : __uint_as_float(0x7fc00000u); }
    /** The first class with the largest probability; 0 when undefined. */
    __device__ __forceinline__ int label() const { return defined() ? best : 0; }
    /** -log of the probability of a class with that logit. */
    __device__ __forceinline__ float loss(float logit) const { return defined() ? largest - logit + logf(sum) : __uint_as_float(0x7fc00000u); }
    __device__ __forceinline__ float probability(float logit) const { return defined() ? expf(logit - largest) / sum : __uint_as_float(0x7fc00000u); }
};

/** Rows of an image that a thread computes at once: they share the classes' loads where they share input rows. */
constexpr int kRows = 4;

/** The positions of a thread's rows first, first + 1, ...; rows beyond the last output row repeat it. */
struct Rows {
    Tap taps[kRows];

    __device__ __forceinline__ Rows(const Axis& axis, int first, int64_t stride) {
#pragma unroll
        for (int r = 0; r < kRows; r++) taps[r] = tap(axis, first + r < axis.out ? first + r : axis.out - 1, stride);
    }
};

/**
 * Calls visit(c, r, logit) for every class and row of one output column. `plane` is the image's first logit. A row
 * whose upper taps equal the previous row's reuses its interpolated columns.
 */
template <typename T, typename Visit>
__device__ __forceinline__ void for_each_logit(const T* plane, int64_t class_stride, int first_class, int last_class, const Rows& rows, const Tap& column, Visit visit) {
    for (int c = first_class; c < last_class; c++) {
        const T* logits = plane + c * class_stride;
        float upper = 0.0f, lower = 0.0f;
        int64_t have_upper = -1, have_lower = -1;
#pragma unroll
        for (int r = 0; r < kRows; r++) {
            const Tap& row = rows.taps[r];
            if (have_upper != row.first) {
                upper = have_lower == row.first ? lower : at_column(logits + row.first, column);
                have_upper = row.first;
            }
            if (row.second != row.first && have_lower != row.second) {
                lower = at_column(logits + row.second, column);
                have_lower = row.second;
            }
            visit(c, r, row.second == row.first ? upper : lerp(upper, lower, row.fraction));
        }
    }
}

}  // namespace imas::cuda
