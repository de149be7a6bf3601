// Looking through labels before anything is written: how many count, and whether one is neither a class nor 255.
#pragma once

#include "cpu/enlarge.hpp"
#include "cpu/loss.hpp"
#include "error.hpp"

namespace imas::cpu::IMAS_ISA {

/** Calls visit(image, y, x, n) for every block of pixels and sums up what it returns, a number of pixels. */
template <class Visit>
int64_t count_pixels(const LossSpace& space, const Visit& visit) {
    int64_t total = 0;
#pragma omp parallel for schedule(static) reduction(+ : total)
    for (int64_t k = 0; k < space.images * space.height; ++k) {
        for (int64_t x = 0; x < space.width; x += kLanes) {
            total += visit(k / space.height, k % space.height, x, space.width - x < kLanes ? space.width - x : kLanes);
        }
    }
    return total;
}

struct LabelledPixels {
    const imas_tensor& labels;
    Ints end_of_labels;

    Chosen operator()(int64_t image, int64_t y, int64_t x, int64_t n) const {
        const Ints label = load_labels(&at<uint8_t>(labels, image, 0, y, x), labels.stride[3], n);
        return {label, label < end_of_labels};
    }

    [[gnu::always_inline]] void prefetch_row(int64_t image, int64_t y, int64_t x, int64_t n) const {
        prefetch(&at<uint8_t>(labels, image, 0, y, x), n, labels.stride[3]);
    }
};

/** The labelled pixels; a label that is neither a class nor 255 is reported, one of them, in `bad`. */
inline int64_t count_labelled(const LossSpace& space, const LabelledPixels& labelled, int32_t& bad) {
    return count_pixels(space, [&](int64_t image, int64_t y, int64_t x, int64_t n) {
        const Chosen chosen = labelled(image, y, x, n);
        const Ints wrong = ~chosen.kept & (chosen.label != splat(IMAS_IGNORE));
        if (any(wrong)) __atomic_store_n(&bad, chosen.label[first_lane(wrong)], __ATOMIC_RELAXED);
        return count(chosen.kept);
    });
}

inline int32_t refuse_label(const char* function, int32_t label, int64_t classes) {
    return fail(IMAS_ERROR_ARGUMENT, "%s: labels has %d, expected 0 to %d or 255", function, label,
                static_cast<int>(classes - 1));
}

}  // namespace imas::cpu::IMAS_ISA
