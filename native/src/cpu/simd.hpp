// One vector register of floats, as wide as the instruction set, and the few functions the kernels need on it. Plain
// operators come from the compiler's vector types; comparisons give a mask of all-ones lanes, `mask ? a : b` selects.
#pragma once

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include <cstdint>
#include <cstring>

#include "cpu/isa.hpp"

namespace imas::cpu::IMAS_ISA {

#if defined(__AVX512F__)
const int kLanes = 16;
#elif defined(__AVX2__)
const int kLanes = 8;
#else
const int kLanes = 4;
#endif

typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef int32_t Ints __attribute__((vector_size(4 * kLanes)));

inline Floats splat(float x) { return x - Floats{}; }

inline Ints splat(int32_t x) { return x - Ints{}; }

inline Floats load(const float* p) {
    Floats v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

inline Ints load(const int32_t* p) {
    Ints v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

inline void store(float* p, Floats v) { std::memcpy(p, &v, sizeof v); }

inline void store(int32_t* p, Ints v) { std::memcpy(p, &v, sizeof v); }

/** kLanes bytes as integers. */
inline Ints widen(const uint8_t* p) {
#if defined(__AVX512F__)
    return (Ints)_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
#else
    Ints v;
    for (int k = 0; k < kLanes; ++k) v[k] = p[k];
    return v;
#endif
}

/** The low byte of each lane. */
inline void narrow(uint8_t* p, Ints v) {
#if defined(__AVX512F__)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8((__m512i)v));
#else
    for (int k = 0; k < kLanes; ++k) p[k] = static_cast<uint8_t>(v[k]);
#endif
}

/** v[index] for indices in [0, kLanes). */
inline Floats permute(Floats v, Ints index) {
#if defined(__AVX512F__)
    return (Floats)_mm512_permutexvar_ps((__m512i)index, (__m512)v);
#elif defined(__AVX2__)
    return (Floats)_mm256_permutevar8x32_ps((__m256)v, (__m256i)index);
#else
    Floats r;
    for (int k = 0; k < kLanes; ++k) r[k] = v[index[k]];
    return r;
#endif
}

/** p[index]. */
inline Floats gather(const float* p, Ints index) {
#if defined(__AVX512F__)
    return (Floats)_mm512_i32gather_ps((__m512i)index, p, 4);
#elif defined(__AVX2__)
    return (Floats)_mm256_i32gather_ps(p, (__m256i)index, 4);
#else
    Floats r;
    for (int k = 0; k < kLanes; ++k) r[k] = p[index[k]];
    return r;
#endif
}

inline bool any(Ints mask) {
#if defined(__AVX512F__)
    return _mm512_movepi32_mask((__m512i)mask) != 0;
#elif defined(__AVX2__)
    return _mm256_movemask_ps((__m256)mask) != 0;
#else
    return (mask[0] | mask[1] | mask[2] | mask[3]) != 0;
#endif
}

/** Lanes that are set. */
inline int count(Ints mask) {
#if defined(__AVX512F__)
    return __builtin_popcount(_mm512_movepi32_mask((__m512i)mask));
#elif defined(__AVX2__)
    return __builtin_popcount(static_cast<unsigned>(_mm256_movemask_ps((__m256)mask)));
#else
    return -(mask[0] + mask[1] + mask[2] + mask[3]);
#endif
}

/** The first n lanes. */
inline Ints first_lanes(int64_t n) {
    Ints lane;
    for (int k = 0; k < kLanes; ++k) lane[k] = k;
    return lane < static_cast<int32_t>(n < kLanes ? n : kLanes);
}

/** The sum of the lanes, always in the same order. */
inline double sum(Floats v) {
    double total = 0;
    for (int k = 0; k < kLanes; ++k) total += static_cast<double>(v[k]);
    return total;
}

/**
 * exp(x) for x <= 0, relative error below 2e-7; exactly 1 at 0; below -86 it stays at exp(-86) = 4e-38; NaN stays.
 * x = k*ln2 + r with |r| <= ln2/2, a polynomial of degree 5 for exp(r) (fitted: 9.2e-8), then the exponent k.
 */
inline Floats exp_of_nonpositive(Floats x) {
    const Floats floor = splat(-86.0f);
    x = x < floor ? floor : x;
    const Floats shift = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer in the low bits
    const Floats shifted = x * 1.44269502f + shift;
    const Floats k = shifted - shift;
    Floats r = x - k * 0.693359375f;  // exact product: 9 bits
    r = r + k * 2.12194440e-4f;
    Floats p = r * 0.008290229365229607f + 0.04189838841557503f;
    p = p * r + 0.16667640209197998f;
    p = p * r + 0.49999144673347473f;
    p = p * r + 0.9999997019767761f;
    p = p * r + 1.0f;
#if defined(__AVX512F__)
    return (Floats)_mm512_scalef_ps((__m512)p, (__m512)k);
#else
    const Floats scale = (Floats)(((Ints)shifted << 23) + 0x3F800000);
    return p * scale;
#endif
}

/**
 * log(x) for normal x >= 1, absolute error below 2e-7, exactly 0 at 1; NaN stays.
 * x = 2^k * (1+f) with 1+f in [2/3, 4/3): log1p(f) = f - f^2/2 + f^3 * polynomial of degree 6 (fitted: 3.7e-8).
 */
inline Floats log_from_one(Floats x) {
    const Ints two_thirds = splat(0x3F2AAAAB);
    const Ints k = ((Ints)x - two_thirds) >> 23;
    const Floats f = (Floats)((Ints)x - (k << 23)) - 1.0f;
    Floats p = f * 0.13820236921310425f - 0.15122179687023163f;
    p = p * f + 0.14042308926582336f;
    p = p * f - 0.1647232621908188f;
    p = p * f + 0.20007918775081635f;
    p = p * f - 0.2500423789024353f;
    p = p * f + 0.3333326578140259f;
    const Floats square = f * f;
    const Floats log1p = f - (square * 0.5f - square * f * p);
    const Floats exponent = __builtin_convertvector(k, Floats);
    const Floats broken = x - x;  // 0, or NaN where x is NaN or infinite
    return exponent * 0.69314718f + log1p + broken;
}

}  // namespace imas::cpu::IMAS_ISA
