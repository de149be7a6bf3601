// One vector register of floats, as wide as the instruction set, and the few functions the kernels need on it. Plain
// operators come from the compiler's vector types; comparisons give a mask of all-ones lanes, `mask ? a : b` selects.
#pragma once

#if defined(__SSE2__)
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

/** 0, 1, 2, ... */
inline Ints lanes() {
    Ints lane;
    for (int k = 0; k < kLanes; ++k) lane[k] = k;
    return lane;
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

/** p[index] for indices in [0, vectors * kLanes), 0 where the index is negative. */
inline Floats select(const float* p, int64_t vectors, Ints index) {
    Floats found = {};
#if defined(__AVX512F__)
    for (int64_t i = 0; i < vectors; i += 2) {
        const float* second = p + (i + 1 < vectors ? i + 1 : i) * kLanes;
        const Floats here =
            (Floats)_mm512_permutex2var_ps((__m512)load(p + i * kLanes), (__m512i)index, (__m512)load(second));
        found = (index >> 5) == splat(static_cast<int32_t>(i / 2)) ? here : found;
    }
#else
    for (int64_t i = 0; i < vectors; ++i) {
        const Floats here = permute(load(p + i * kLanes), index & (kLanes - 1));
        found = (index >> __builtin_ctz(kLanes)) == splat(static_cast<int32_t>(i)) ? here : found;
    }
#endif
    return found;
}

/** v moved up by one lane, with the last lane of `before` in front. */
inline Floats shift_in(Floats v, Floats before) {
#if defined(__clang__)  // compiles these files for ThreadSanitizer and clang-tidy
    Floats moved;
    for (int k = 0; k < kLanes; ++k) moved[k] = k == 0 ? before[kLanes - 1] : v[k - 1];
    return moved;
#else
    return __builtin_shuffle(before, v, lanes() + (kLanes - 1));
#endif
}

/** The larger of each lane; b where either is NaN. */
inline Floats larger(Floats a, Floats b) {
#if defined(__AVX512F__)
    return (Floats)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
    return (Floats)_mm256_max_ps((__m256)a, (__m256)b);
#else
    return a > b ? a : b;
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

/** The lanes that are set, as bits. */
inline uint32_t bits(Ints mask) {
#if defined(__AVX512F__)
    return _mm512_movepi32_mask((__m512i)mask);
#elif defined(__AVX2__)
    return static_cast<uint32_t>(_mm256_movemask_ps((__m256)mask));
#else
    return static_cast<uint32_t>((mask[0] & 1) | (mask[1] & 2) | (mask[2] & 4) | (mask[3] & 8));
#endif
}

inline bool any(Ints mask) { return bits(mask) != 0; }

/** Lanes that are set. */
inline int count(Ints mask) { return __builtin_popcount(bits(mask)); }

/** The first lane that is set, of at least one. */
inline int first_lane(Ints mask) { return __builtin_ctz(bits(mask)); }

/** Which lanes are at least so large, as bits. */
inline uint32_t at_least(Floats v, float threshold) {
#if defined(__AVX512F__)
    return _mm512_cmp_ps_mask((__m512)v, _mm512_set1_ps(threshold), _CMP_GE_OQ);
#else
    return bits(v >= threshold);
#endif
}

/** The first n of 64 bits. */
inline uint64_t first_bits(int64_t n) { return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1; }

/** Which of 64 bytes equal c, as bits. */
inline uint64_t equal_bytes(const uint8_t* p, uint8_t c) {
#if defined(__AVX512F__)
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p), _mm512_set1_epi8(static_cast<char>(c)));
#elif defined(__AVX2__)
    const auto half = [p, c](int64_t k) {
        const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32 * k));
        return uint64_t{static_cast<uint32_t>(
                   _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(static_cast<char>(c)))))}
               << 32 * k;
    };
    return half(0) | half(1);
#elif defined(__SSE2__)
    const auto quarter = [p, c](int64_t k) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * k));
        return uint64_t{
                   static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(static_cast<char>(c)))))}
               << 16 * k;
    };
    return quarter(0) | quarter(1) | quarter(2) | quarter(3);
#else
    uint64_t equal = 0;
    for (int k = 0; k < 64; ++k) equal |= uint64_t{p[k] == c} << k;
    return equal;
#endif
}

/** The sum of the lanes, always in the same order. */
inline double sum(Floats v) {
    double total = 0;
    for (int k = 0; k < kLanes; ++k) total += static_cast<double>(v[k]);
    return total;
}

/**
 * Replaces x by exp(x) for x <= 0; exactly 1 at 0; below -60 it stays at exp(-60) = 9e-27, so that what is multiplied
 * with it, such as a pixel's share of the loss, does not leave the normal numbers, with which processors are many times
 * slower; NaN stays. The relative error is below 2e-7 near 0 and grows with |x| to below 5e-6, little beside the 1 that
 * every softmax adds. x/ln2 = k + r with |r| <= 1/2, a polynomial of degree 5 for 2^r (fitted: 9.2e-8), times 2^k.
 * Several vectors go through it side by side, so that each waits less for its own last step.
 */
template <int kCount>
inline void exponentiate(Floats (&x)[kCount]) {
    const float kLog2E = 1.44269502f;
    const Floats shift = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer in the low bits
    Floats shifted[kCount], p[kCount];
    const auto each = [](auto step) {
        for (int i = 0; i < kCount; ++i) step(i);
    };
    each([&](int i) { x[i] = larger(splat(-60.0f), x[i]); });
    each([&](int i) { shifted[i] = x[i] * kLog2E + shift; });
    each([&](int i) { x[i] = x[i] * kLog2E - (shifted[i] - shift); });
    each([&](int i) { p[i] = x[i] * 0.001326472731307149f + 0.009671512991189957f; });
    each([&](int i) { p[i] = p[i] * x[i] + 0.05550733581185341f; });
    each([&](int i) { p[i] = p[i] * x[i] + 0.24022242426872253f; });
    each([&](int i) { p[i] = p[i] * x[i] + 0.6931470036506653f; });
    each([&](int i) { p[i] = p[i] * x[i] + 1.0f; });
    each([&](int i) { x[i] = p[i] * (Floats)(((Ints)shifted[i] << 23) + 0x3F800000); });
}

inline Floats exp_of_nonpositive(Floats x) {
    Floats one[1] = {x};
    exponentiate(one);
    return one[0];
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
