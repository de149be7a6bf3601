// Writes past the caches, for outputs that no cache would hold until they are read: a line that is written whole need
// not be read first, and what the caches hold stays there.
#pragma once

#include <cstdint>
#include <cstring>

#include "cpu/simd.hpp"

namespace imas::cpu::IMAS_ISA {

/**
 * Pieces of memory written one after the other, mostly end to end. Where a piece ends within a line the next one
 * completes it, so that only whole lines leave; a part of a line would have to be read first, and everything behind it
 * would wait.
 */
class Stream {
public:
    /**
     * For an output of so many bytes; small ones are written as usual, a cache may still hold them when they are
     * needed.
     */
    explicit Stream(int64_t output_bytes) : past_caches_(output_bytes >= kLarge) {}

    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    ~Stream() { put_rest(); }

    void write(void* to, const void* from, int64_t bytes) {
#if defined(__SSE2__)
        if (past_caches_) {
            append(static_cast<char*>(to), static_cast<const char*>(from), bytes);
            return;
        }
#endif
        std::memcpy(to, from, static_cast<size_t>(bytes));
    }

    /** Makes what this thread has written visible to others: to be called after the last stream has ended. */
    static void publish() {
#if defined(__SSE2__)
        _mm_sfence();
#endif
    }

private:
    static const int64_t kLarge = 8 << 20;
    static const int64_t kLine = 64;

    /**
     * Not inlined: the library copies short pieces faster than what the compiler makes of a memcpy of less than 64
     * bytes.
     */
    [[gnu::noinline]] static void copy(char* to, const char* from, int64_t bytes) {
        std::memcpy(to, from, static_cast<size_t>(bytes));
    }

    static int64_t within_line(const char* p) { return static_cast<int64_t>(reinterpret_cast<uintptr_t>(p) % kLine); }

    /** What is left of an unfinished line. */
    void put_rest() {
        if (end_ != begin_) copy(begin_, line_ + within_line(begin_), end_ - begin_);
        begin_ = end_ = nullptr;
    }

#if defined(__SSE2__)
    void append(char* to, const char* from, int64_t bytes) {
        if (to != end_) {
            put_rest();
            begin_ = end_ = to;
        }
        const int64_t at = within_line(end_);
        if (at > 0) {
            const int64_t missing = kLine - at, n = bytes < missing ? bytes : missing;
            copy(line_ + at, from, n);
            end_ += n;
            if (n < missing) return;
            if (within_line(begin_) == 0) write_line(begin_, line_);
            else copy(begin_, line_ + within_line(begin_), end_ - begin_);
            begin_ = end_;
            from += n;
            bytes -= n;
        }
        int64_t done = 0;
        for (; done + kLine <= bytes; done += kLine) write_line(begin_ + done, from + done);
        begin_ += done;
        end_ = begin_ + (bytes - done);
        if (done < bytes) copy(line_, from + done, bytes - done);
    }

    static void write_line(char* to, const char* from) {
#if defined(__AVX512F__)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to), _mm512_loadu_si512(from));
#elif defined(__AVX2__)
        for (int k = 0; k < 64; k += 32)
            _mm256_stream_si256(reinterpret_cast<__m256i*>(to + k),
                                _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + k)));
#else
        for (int k = 0; k < 64; k += 16)
            _mm_stream_si128(reinterpret_cast<__m128i*>(to + k),
                             _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + k)));
#endif
    }
#endif

    bool past_caches_;
    char* begin_ = nullptr;  // [begin, end) is written but for the last copy, from line_
    char* end_ = nullptr;
    alignas(64) char line_[kLine];
};

}  // namespace imas::cpu::IMAS_ISA
