// Numbers: two values mixed, and the rounding to bf16.
#pragma once

#include <cstdint>

#include "law/both.hpp"

namespace imas::law {

/**
 * share * a + rest * b, where rest is 1 - share: two products, not b + share * (a - b), which would turn an infinity
 * into NaN. Numbers or vectors of them. A compiler may fuse the sum with either product.
 */
template <class Value, class Share>
IMAS_BOTH Value mix(Share share, Value a, Share rest, Value b) {
    return share * a + rest * b;
}

/**
 * The bits of a float32 number to those of the nearest bf16 number, ties to even; not for NaN. Integers or vectors of
 * them.
 */
template <class Bits>
IMAS_BOTH Bits nearest_bf16(Bits bits) {
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

/** The bits of a float32 NaN to those of a quiet bf16 NaN: rounding could carry a NaN to infinity. */
template <class Bits>
IMAS_BOTH Bits quiet_bf16(Bits bits) {
    return bits >> 16 | 0x40;
}

}  // namespace imas::law
