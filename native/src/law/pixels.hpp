// Which pixels count in a loss: labels, confidence, and the hard ones among the labelled (OHEM).
#pragma once

#include <cstdint>

#include "imas.h"
#include "law/both.hpp"

namespace imas::law {

/** Labels below this are classes, and their pixels take part in a loss; with 256 classes 255 is still "ignore". */
template <class Int>
IMAS_BOTH Int end_of_labels(Int classes) {
    return classes < IMAS_IGNORE ? classes : IMAS_IGNORE;
}

/** NaN is not confident. Numbers or vectors of them. */
template <class Probability, class Threshold>
IMAS_BOTH auto is_confident(Probability probability, Threshold threshold) {
    return probability >= threshold;
}

/** An image of this weight takes no part in the consistency loss, whatever its logits are. */
IMAS_BOTH bool left_out(float weight) { return weight == 0.0f; }

/** A pixel's weight in a mean over so many; without any there is no loss. */
IMAS_BOTH double share_of_mean(int64_t pixels) { return pixels > 0 ? 1.0 / static_cast<double>(pixels) : 0.0; }

// OHEM(thresh, min_kept). Pixels rank by the probability of their true class, ignored ones as if it were 1, and those
// where it is NaN behind all; q is the min_kept-th smallest. The limit is max(thresh, q), or 1 when numbers run out
// before q. When no labelled pixel has a number, every one of them counts, so that the loss is NaN as well.

constexpr float kProbabilityOfIgnored = 1.0f;

/** Are the hard pixels chosen at all, or does every labelled one count? */
IMAS_BOTH bool chooses_hard(int64_t min_kept, int64_t labelled) { return min_kept > 0 && min_kept <= labelled; }

/** Of a labelled pixel; NaN passes no limit. Numbers or vectors of them. */
template <class Probability, class Limit>
IMAS_BOTH auto is_hard(Probability probability, Limit limit) {
    return probability <= limit;
}

/**
 * The bin, among those in [bin, end), that the rank-th (from 1) of their items lies in, `end` when they are fewer;
 * `rank` becomes its rank there.
 */
template <class Bin, class Count, class Rank>
IMAS_BOTH Bin bin_of_rank(const Count* bins, Bin bin, Bin end, Rank& rank) {
    while (bin < end && static_cast<Rank>(bins[bin]) < rank) rank -= static_cast<Rank>(bins[bin++]);
    return bin;
}

}  // namespace imas::law
