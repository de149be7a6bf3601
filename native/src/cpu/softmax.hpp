// Softmax over the classes of kLanes enlarged pixels; the logits of a block live in a small array, no larger.
#pragma once

#include "cpu/enlarge.hpp"

namespace imas::cpu::IMAS_ISA {

struct Best {
    Floats logit;
    Ints label;  // first class that reaches it
};

/** The largest of logits(c); calls keep(c, logit) with each. A NaN never wins, unless it is class 0's: then it stays.
 */
template <class Logits, class Keep>
inline Best largest(int64_t classes, const Logits& logits, const Keep& keep) {
    Best best = {logits(0), Ints{}};
    keep(0, best.logit);
    for (int64_t c = 1; c < classes; ++c) {
        const Floats logit = logits(c);
        keep(c, logit);
        best.label = logit > best.logit ? splat(static_cast<int32_t>(c)) : best.label;
        best.logit = larger(logit, best.logit);
    }
    return best;
}

/** Fills x[C] with the enlarged logits of a block. */
inline Best enlarge(const Strip& strip, const Tap& row, int64_t block, Floats* x) {
    return largest(strip.classes, strip.between(row, block), [x](int64_t c, Floats logit) { x[c] = logit; });
}

/**
 * The sum of exp(x - shift) over the classes; calls keep(c, exponential) with each. NaN when any logit is NaN or
 * +infinity, or all are -infinity, if shift is the largest logit.
 */
template <class Keep>
inline Floats sum_of_exponentials(const Floats* x, int64_t classes, Floats shift, const Keep& keep) {
    const int kSideBySide = 4;
    Floats sums[kSideBySide] = {};
    int64_t c = 0;
    for (; c + kSideBySide <= classes; c += kSideBySide) {
        Floats e[kSideBySide];
        for (int i = 0; i < kSideBySide; ++i) e[i] = x[c + i] - shift;
        exponentiate(e);
        for (int i = 0; i < kSideBySide; ++i) {
            keep(c + i, e[i]);
            sums[i] += e[i];
        }
    }
    for (; c < classes; ++c) {
        const Floats e = exp_of_nonpositive(x[c] - shift);
        keep(c, e);
        sums[0] += e;
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

inline Floats sum_of_exponentials(const Floats* x, int64_t classes, Floats shift) {
    return sum_of_exponentials(x, classes, shift, [](int64_t, Floats) {});
}

/** The labels of a block, and whether all are the same (mostly so: a block lies within one region). */
struct LaneLabels {
    Ints label;
    bool uniform;

    /** Labels of the kept lanes (at least one, all of them classes); the others take one of those. */
    LaneLabels(Ints labels, Ints kept) {
        const Ints some = splat(labels[first_lane(kept)]);
        label = kept ? labels : some;
        uniform = !any(label != some);
    }

    /** x[label] of each lane. */
    Floats pick(const Floats* x) const {
        if (uniform) return x[label[0]];
        return gather(reinterpret_cast<const float*>(x), label * kLanes + lanes());
    }

    /** x[label] -= amount in each lane. */
    void subtract(Floats* x, Floats amount) const {
        if (uniform) {
            x[label[0]] -= amount;
            return;
        }
        float* flat = reinterpret_cast<float*>(x);
        for (int k = 0; k < kLanes; ++k) flat[label[k] * kLanes + k] -= amount[k];
    }
};

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
