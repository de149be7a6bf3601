// Carves the caller's workspace into 64-byte aligned pieces. Run over a null workspace the same code gives its size,
// so that a query and the call it serves cannot disagree.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.hpp"

namespace imas::cpu::IMAS_ISA {

class Carver {
public:
    explicit Carver(void* workspace) : base_(static_cast<char*>(workspace)) {}

    /** Room for a*b*c*d objects. */
    template <class T>
    T* take(int64_t a, int64_t b = 1, int64_t c = 1, int64_t d = 1) {
        T* piece = reinterpret_cast<T*>(base_ + (base_ ? used_ : 0));
        __extension__ typedef unsigned __int128 Wide;
        Wide bytes = sizeof(T);
        const int64_t factors[] = {a, b, c, d};
        for (int64_t factor : factors) bytes = bytes > kLimit ? Wide{kLimit} + 1 : bytes * static_cast<Wide>(factor);
        bytes = (bytes + 63) / 64 * 64 + used_;
        overflow_ = overflow_ || bytes > kLimit;
        used_ = overflow_ ? used_ : static_cast<size_t>(bytes);
        return piece;
    }

    /** Bytes taken so far; SIZE_MAX when they do not fit into memory. */
    size_t bytes() const { return overflow_ ? SIZE_MAX : used_; }

private:
    static const size_t kLimit = PTRDIFF_MAX;
    char* base_;
    size_t used_ = 0;
    bool overflow_ = false;
};

}  // namespace imas::cpu::IMAS_ISA
