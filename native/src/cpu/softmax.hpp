// Softmax over the classes of kLanes enlarged pixels; the logits of a block live in a small array, no larger.
#pragma once

#include "cpu/enlarge.hpp"

namespace imas::cpu::IMAS_ISA {

struct Best {
    Floats logit;
    Ints label;  // first class that reaches it
};

/** Fills x[C] with the enlarged logits. A NaN never wins, unless it is class 0's: then it stays in `logit`. */
template <bool kWindowed>
inline Best enlarge(const Block<kWindowed>& block, const Planes& planes, Floats* x) {
    Best best = {block.logits(0), Ints{}};
    x[0] = best.logit;
    for (int64_t c = 1; c < planes.classes; ++c) {
        const Floats logit = block.logits(c * planes.width);
        x[c] = logit;
        best.label = logit > best.logit ? splat(static_cast<int32_t>(c)) : best.label;
        best.logit = logit > best.logit ? logit : best.logit;
    }
    return best;
}

/** Turns x[C] into exp(x - largest) and returns their sum; NaN when any logit is NaN or +infinity, or all are -infinity. */
inline Floats exponentials(Floats* x, int64_t classes, Floats largest) {
    Floats sum = {};
    for (int64_t c = 0; c < classes; ++c) {
        x[c] = exp_of_nonpositive(x[c] - largest);
        sum += x[c];
    }
    return sum;
}

/** As exponentials(), for those who need the sum alone. */
inline Floats sum_of_exponentials(const Floats* x, int64_t classes, Floats largest) {
    Floats sum = {};
    for (int64_t c = 0; c < classes; ++c) sum += exp_of_nonpositive(x[c] - largest);
    return sum;
}

/** x[label] of each lane; labels of unused lanes may be anything, they give x[0]. */
inline Floats pick(const Floats* x, int64_t classes, Ints label) {
    const Ints known = label < splat(static_cast<int32_t>(classes)) ? label : Ints{};
    Floats picked;
    for (int k = 0; k < kLanes; ++k) picked[k] = x[known[k]][k];
    return picked;
}

/** n <= kLanes bytes of a row with a stride; the rest is 255. */
inline Ints load_labels(const uint8_t* row, int64_t stride, int64_t n) {
    if (stride == 1 && n == kLanes) return widen(row);
    Ints labels = splat(IMAS_IGNORE);
    for (int64_t k = 0; k < n; ++k) labels[k] = row[k * stride];
    return labels;
}

/** n <= kLanes floats of a row with a stride; the rest is NaN, which passes no comparison. */
inline Floats load_floats(const float* row, int64_t stride, int64_t n) {
    if (stride == 1 && n == kLanes) return load(row);
    Floats values = splat(__builtin_nanf(""));
    for (int64_t k = 0; k < n; ++k) values[k] = row[k * stride];
    return values;
}

}  // namespace imas::cpu::IMAS_ISA
