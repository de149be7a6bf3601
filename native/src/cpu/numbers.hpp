// f32, bf16 and f16 numbers in memory, and addressing by strides.
#pragma once

#include <cstdint>
#include <cstring>

#include "cpu/simd.hpp"
#include "imas.h"
#include "law/numbers.hpp"

namespace imas::cpu::IMAS_ISA {

inline uint32_t bits_of(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    return bits;
}

inline float from_bits(uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, 4);
    return x;
}

inline float from_bf16(uint16_t h) { return from_bits(static_cast<uint32_t>(h) << 16); }

/** Round to nearest, ties to even; NaN stays NaN. */
inline uint16_t to_bf16(float x) {
    const uint32_t bits = bits_of(x);
    return static_cast<uint16_t>(x != x ? law::quiet_bf16(bits) : law::nearest_bf16(bits));
}

/** As to_bf16 of every lane. */
inline void to_bf16(uint16_t* out, Floats x) {
    const Ints bits = (Ints)x;
    const Ints narrow = x == x ? law::nearest_bf16(bits) : law::quiet_bf16(bits);
    for (int k = 0; k < kLanes; ++k) out[k] = static_cast<uint16_t>(narrow[k]);
}

/** Shifts the 10-bit mantissa into place and lets one multiplication rebias the exponent, subnormals included. */
inline float from_f16(uint16_t h) {
    const uint32_t sign = static_cast<uint32_t>(h & 0x8000) << 16;
    const uint32_t magnitude = static_cast<uint32_t>(h & 0x7FFF) << 13;
    if (magnitude >= 0x0F800000) return from_bits(sign | 0x70000000 | magnitude);  // infinity, NaN
    return from_bits(sign | bits_of(from_bits(magnitude) * 0x1p112f));
}

/** Round to nearest, ties to even; too large becomes infinity, NaN stays NaN. */
inline uint16_t to_f16(float x) {
    const uint32_t bits = bits_of(x);
    const uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
    const uint32_t magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) return static_cast<uint16_t>(sign | 0x7E00);
    if (magnitude >= 0x477FF000) return static_cast<uint16_t>(sign | 0x7C00);
    if (magnitude < 0x38800000) {  // subnormal: adding 0.5 aligns the mantissa so that the hardware rounds it
        return static_cast<uint16_t>(sign | (bits_of(from_bits(magnitude) + 0.5f) - bits_of(0.5f)));
    }
    const uint32_t odd = magnitude >> 13 & 1;
    return static_cast<uint16_t>(sign | ((magnitude - 0x38000000 + 0xFFF + odd) >> 13));
}

inline int64_t offset(const imas_tensor& t, int64_t n, int64_t c, int64_t h, int64_t w) {
    return n * t.stride[0] + c * t.stride[1] + h * t.stride[2] + w * t.stride[3];
}

/**
 * Asks for n elements, `stride` bytes from one to the next, before they are needed (to be written). For pieces too
 * short for the processor to see them coming. Always inlined: GCC drops calls of a function that does nothing but this.
 */
template <bool kWrite = false>
[[gnu::always_inline]] inline void prefetch(const void* first, int64_t n, int64_t stride) {
    const int64_t kLine = 64;
    const int64_t step = stride > 0 && stride < kLine ? kLine / stride : 1;
    for (int64_t k = 0; k < n; k += step) __builtin_prefetch(static_cast<const char*>(first) + k * stride, kWrite);
}

template <class T>
inline T& at(const imas_tensor& t, int64_t n, int64_t c, int64_t h, int64_t w) {
    return static_cast<T*>(t.data)[offset(t, n, c, h, w)];
}

inline float load(const void* data, int32_t dtype, int64_t index) {
    if (dtype == IMAS_F32) return static_cast<const float*>(data)[index];
    const uint16_t h = static_cast<const uint16_t*>(data)[index];
    return dtype == IMAS_BF16 ? from_bf16(h) : from_f16(h);
}

/** Is no element a number? Looks no further than to the first that is. */
inline bool all_nan(const imas_tensor& t) {
    const int64_t* n = t.shape;
    for (int64_t b = 0; b < n[0]; ++b)
        for (int64_t c = 0; c < n[1]; ++c)
            for (int64_t y = 0; y < n[2]; ++y)
                for (int64_t x = 0; x < n[3]; ++x) {
                    const float value = load(t.data, t.dtype, offset(t, b, c, y, x));
                    if (value == value) return false;
                }
    return true;
}

inline void store(void* data, int32_t dtype, int64_t index, float x) {
    if (dtype == IMAS_F32) static_cast<float*>(data)[index] = x;
    else static_cast<uint16_t*>(data)[index] = dtype == IMAS_BF16 ? to_bf16(x) : to_f16(x);
}

}  // namespace imas::cpu::IMAS_ISA
