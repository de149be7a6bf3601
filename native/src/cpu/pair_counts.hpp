// Counting pairs of class labels, row by row: a comparison of 64 bytes and a population count for each class. It costs
// the same whatever the labels are, and as the rest of a kernel it grows with the number of classes.
#pragma once

#include "cpu/simd.hpp"
#include "imas.h"

namespace imas::cpu::IMAS_ISA {

class PairCounts {
public:
    explicit PairCounts(int64_t classes) : classes_(classes) {
        for (int64_t c = 0; c < classes; ++c) first_[c] = second_[c] = both_[c] = 0;
    }

    /** 64 pixels of two label maps; those whose bit is set in `used` count. */
    void add(const uint8_t* first, const uint8_t* second, uint64_t used) {
        for (int64_t c = 0; c < classes_; ++c) {
            const uint64_t in_first = equal_bytes(first, static_cast<uint8_t>(c)) & used;
            const uint64_t in_second = equal_bytes(second, static_cast<uint8_t>(c)) & used;
            first_[c] += __builtin_popcountll(in_first);
            second_[c] += __builtin_popcountll(in_second);
            both_[c] += __builtin_popcountll(in_first & in_second);
        }
    }

    /** Adds all to arrays that other threads may be adding to. */
    template <class T>
    void add_to(T* first, T* second, T* both) const {
        const auto add = [](T* to, int32_t n) {
            if (n) __atomic_fetch_add(to, static_cast<T>(n), __ATOMIC_RELAXED);
        };
        for (int64_t c = 0; c < classes_; ++c) {
            add(first + c, first_[c]);
            add(second + c, second_[c]);
            add(both + c, both_[c]);
        }
    }

private:
    int64_t classes_;
    int32_t first_[IMAS_MAX_CLASSES], second_[IMAS_MAX_CLASSES], both_[IMAS_MAX_CLASSES];
};

}  // namespace imas::cpu::IMAS_ISA
