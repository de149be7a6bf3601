// The vocabulary of checks.cpp: one named view and what can be asked of it.
#pragma once

#include <cstdarg>

#include "imas.h"

namespace imas {

const unsigned kFloats = 1u << IMAS_F32 | 1u << IMAS_BF16 | 1u << IMAS_F16;

inline unsigned only(imas_dtype type) { return 1u << type; }

int64_t dtype_bytes(int32_t dtype);

/** Bytes from the first to the last element of a checked view, both included. */
int64_t extent_bytes(const imas_tensor& view);

/** Whether two elements of a checked view share memory. */
bool repeats(const imas_tensor& view);

/** One named argument of a function; each method returns IMAS_OK or a status with the error text set. */
struct Argument {
    const char* function;
    const char* name;
    const imas_tensor* view;

    /** Present, a known type among `types`, sane shape and strides, aligned, inside the address space. */
    int32_t readable(unsigned types) const;

    /** As readable, and no two elements share memory. */
    int32_t writable(unsigned types) const;

    int32_t has_shape(int64_t n, int64_t c, int64_t h, int64_t w, const char* why) const;

    int32_t contiguous() const;
};

/** None of the outputs overlaps another output or an input (NULL views are skipped). */
int32_t disjoint(const Argument* outputs, int output_count, const Argument* inputs, int input_count);

}  // namespace imas

/** Leaves the function with the status of a check that failed. */
#define IMAS_TRY(check)                                   \
    do {                                                  \
        const int32_t imas_status_ = (check);             \
        if (imas_status_ != IMAS_OK) return imas_status_; \
    } while (0)
