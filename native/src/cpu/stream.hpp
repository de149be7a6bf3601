// Copies past the caches, for outputs that no cache would hold until they are read: a line that is written whole need not
// be read first, and what the caches hold stays there.
#pragma once

#include <cstdint>
#include <cstring>

#include "cpu/simd.hpp"

namespace imas::cpu::IMAS_ISA {

class Stream {
public:
    /** For an output of so many bytes; small ones are written as usual, a cache may still hold them when they are needed. */
    explicit Stream(int64_t output_bytes) : past_caches_(output_bytes >= kLarge) {}

    void write(void* to, const void* from, int64_t bytes) const {
#if defined(__SSE2__)
        char* out = static_cast<char*>(to);
        const char* in = static_cast<const char*>(from);
        const int64_t head = (kLine - static_cast<int64_t>(reinterpret_cast<uintptr_t>(out) % kLine)) % kLine;
        if (past_caches_ && bytes >= head + kLine) {
            std::memcpy(out, in, static_cast<size_t>(head));
            int64_t at = head;
            for (; at + kLine <= bytes; at += kLine) write_line(out + at, in + at);
            std::memcpy(out + at, in + at, static_cast<size_t>(bytes - at));
            return;
        }
#endif
        std::memcpy(to, from, static_cast<size_t>(bytes));
    }

    /** To be called by every thread that has written, before others read. */
    void finish() const {
#if defined(__SSE2__)
        if (past_caches_) _mm_sfence();
#endif
    }

private:
    static const int64_t kLarge = 8 << 20;
    static const int64_t kLine = 64;

#if defined(__SSE2__)
    static void write_line(char* to, const char* from) {
#if defined(__AVX512F__)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to), _mm512_loadu_si512(from));
#elif defined(__AVX2__)
        for (int k = 0; k < 64; k += 32) _mm256_stream_si256(reinterpret_cast<__m256i*>(to + k), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + k)));
#else
        for (int k = 0; k < 64; k += 16) _mm_stream_si128(reinterpret_cast<__m128i*>(to + k), _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + k)));
#endif
    }
#endif

    bool past_caches_;
};

}  // namespace imas::cpu::IMAS_ISA
