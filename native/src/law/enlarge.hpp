// Where the pixels lie between the logits: the bilinear enlargement with aligned corners (imas.h).
#pragma once

#include <cstdint>

#include "law/both.hpp"

namespace imas::law {

/**
 * One axis of the enlargement in -> out, in exact integers: output o lies at o*(in-1)/(out-1), that is rest(o)/step()
 * after input lower(o); 0 when out is 1. On a grid point (rest 0) both neighbours are that point, so that what lies
 * beside it, an infinity perhaps, cannot leak in. Each backend rounds the fraction once, in its own way.
 */
struct Axis {
    int32_t in, out;

    IMAS_BOTH int64_t step() const { return out > 1 ? out - 1 : 1; }
    IMAS_BOTH int32_t lower(int32_t o) const {
        return static_cast<int32_t>(quotient(o * static_cast<int64_t>(in - 1), step()));
    }
    IMAS_BOTH int32_t rest(int32_t o) const {
        return static_cast<int32_t>(o * static_cast<int64_t>(in - 1) - lower(o) * step());
    }

    /** The first output whose lower input is at least i; `out` when there is none. */
    template <class Int>
    IMAS_BOTH int32_t first(Int i) const {
        if (i <= 0) return 0;
        if (i > in - 1 || out == 1) return out;
        return static_cast<int32_t>(quotient(i * step() + in - 2, in - 1));
    }

private:
    /** Of non-negative numbers; a division of 32 bits is several times cheaper. */
    IMAS_BOTH static int64_t quotient(int64_t a, int64_t b) {
        return a >> 32 ? a / b : static_cast<uint32_t>(a) / static_cast<uint32_t>(b);
    }
};

}  // namespace imas::law
