// The law of the student's batch (method 3.3-3.5): the order of its parts, and what lies inside a CutMix box.
#pragma once

#include <cstdint>

#include "law/both.hpp"

namespace imas::law {

/** The parts in their order, by their numbers of images: labelled | weak | mixed | strong. Absent parts have none. */
template <class Int>
struct BatchParts {
    Int labeled, weak, mixed;

    IMAS_BOTH Int first_weak() const { return labeled; }
    IMAS_BOTH Int first_mixed() const { return labeled + weak; }
    IMAS_BOTH Int first_strong() const { return labeled + weak + mixed; }
};

/** Where an image takes its partner's pixels; bottom and right are exclusive. */
struct Box {
    int32_t top, left, bottom, right;

    IMAS_BOTH bool has_row(int32_t y) const { return y >= top && y < bottom; }
    IMAS_BOTH bool has(int32_t y, int32_t x) const { return has_row(y) && x >= left && x < right; }
    IMAS_BOTH bool lies_in(int64_t height, int64_t width) const {
        return 0 <= top && top <= bottom && bottom <= height && 0 <= left && left <= right && right <= width;
    }
};

}  // namespace imas::law
