// Cross-entropy over labelled pixels, or over the hard ones among them (OHEM). The labels are looked through first: the
// mean's denominator must be known when gradients are written, and a bad label refused before. OHEM takes two passes:
// the probabilities of the true classes first, kept as floats in the workspace; then the limit; then the chosen pixels.
#include "cpu/kernels.hpp"
#include "cpu/labels.hpp"
#include "cpu/loss.hpp"
#include "law/pixels.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

const int kDigit = 11;  // bits that are counted at a time

struct Space {
    LossSpace loss;
    float* probability;  // [B][H][W], OHEM only: of the true class, 1 where ignored, above 1 where it is NaN

    Space(Carver& carver, const imas_tensor& logits, const imas_tensor& labels, int32_t kind)
        : loss(carver, logits, labels),
          probability(kind == IMAS_OHEM ? carver.take<float>(loss.images, loss.height, loss.width) : nullptr) {}

    float* probability_row(int64_t image, int64_t y) const {
        return probability + (image * loss.height + y) * loss.width;
    }
};

/** Labelled pixels whose true class is no more probable than `limit`. */
struct HardPixels {
    LabelledPixels labelled;
    const Space& space;
    float limit;

    Chosen operator()(int64_t image, int64_t y, int64_t x, int64_t n) const {
        const Chosen chosen = labelled(image, y, x, n);
        const Floats p = load_floats(space.probability_row(image, y) + x, 1, n);
        return {chosen.label, chosen.kept & law::is_hard(p, limit)};
    }

    [[gnu::always_inline]] void prefetch_row(int64_t image, int64_t y, int64_t x, int64_t n) const {
        labelled.prefetch_row(image, y, x, n);
        prefetch(space.probability_row(image, y) + x, n, sizeof(float));
    }
};

/** A value that ranks after every probability and passes no limit. */
const float kNotANumber = 3.0f;

/** The true class's probabilities of one piece. */
void probability_piece(const Space& space, const imas_tensor& logits, const LabelledPixels& labelled,
                       const Piece& piece) {
    const LossSpace& loss = space.loss;
    alignas(64) float memory[Strip::kFloats];
    Strip strip(logits, loss.columns, piece.image, piece.strip, memory);
    const auto probability_row = [&](int64_t y, const Tap& row) {
        float* out = space.probability_row(piece.image, y);
        for (int64_t block = 0; block < strip.blocks; ++block) {
            const int64_t x = (strip.first_block + block) * kLanes,
                          n = loss.width - x < kLanes ? loss.width - x : kLanes;
            const Chosen chosen = labelled(piece.image, y, x, n);
            Floats probability = splat(law::kProbabilityOfIgnored);
            if (any(chosen.kept)) {
                Floats x_block[IMAS_MAX_CLASSES];
                const Best best = enlarge(strip, row, block, x_block);
                const Floats true_logit = LaneLabels(chosen.label, chosen.kept).pick(x_block);
                const Floats p = exp_of_nonpositive(true_logit - best.logit) /
                                 sum_of_exponentials(x_block, strip.classes, best.logit);
                probability = chosen.kept ? (p == p ? p : splat(kNotANumber)) : probability;
            }
            if (n == kLanes) store(out + x, probability);
            else
                for (int64_t k = 0; k < n; ++k) out[x + k] = probability[k];
        }
    };
    each_row(piece, loss.h, loss.height, probability_row, strip);
}

/**
 * The wanted-th smallest (from 1) of the values in (low, 1], or 1 when they are fewer: the rest are NaN. Bits of
 * non-negative floats order like integers: counting the values that share the digits found so far gives one digit after
 * the other.
 */
float smallest_above(float low, const float* values, int64_t n, int64_t wanted) {
    const uint32_t base = bits_of(low), highest = bits_of(1.0f) - base;
    int shift = 32 - __builtin_clz(highest);
    uint32_t prefix = 0;  // of the distance from base
    while (shift > 0) {
        const int width = shift < kDigit ? shift : kDigit;
        shift -= width;
        const uint32_t mask = (1u << width) - 1;
        int64_t bins[1 << kDigit] = {};
#pragma omp parallel
        {
            int64_t local[1 << kDigit] = {};
#pragma omp for schedule(static) nowait
            for (int64_t i = 0; i < n; ++i) {
                const uint32_t key = bits_of(values[i]) - base;  // wraps to a large number below base
                if (key - 1 < highest && key >> width >> shift == prefix) ++local[key >> shift & mask];
            }
            for (int64_t bin = 0; bin < 1 << kDigit; ++bin) {
                if (local[bin]) __atomic_fetch_add(&bins[bin], local[bin], __ATOMIC_RELAXED);
            }
        }
        const uint32_t digit = law::bin_of_rank(bins, 0u, mask + 1, wanted);
        if (digit > mask) return 1;
        prefix = prefix << width | digit;
    }
    return from_bits(base + prefix);
}

}  // namespace

int32_t supervised_loss(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, int32_t kind,
                        float thresh, int64_t min_kept, float grad_scale, const imas_tensor* loss,
                        const imas_tensor* kept, const imas_tensor* grad, void* workspace, size_t) {
    Carver carver(workspace);
    Space space(carver, *logits, *labels, kind);
    LossSpace& s = space.loss;
    s.fill();
    const LabelledPixels labelled = {*labels, splat(static_cast<int32_t>(law::end_of_labels(s.classes)))};
    int32_t bad = -1;
    const int64_t all = count_labelled(s, labelled, bad);
    if (bad >= 0) return refuse_label("imas_supervised_loss", bad, s.classes);

    HardPixels hard = {labelled, space, 0};
    bool hard_only = kind == IMAS_OHEM && law::chooses_hard(min_kept, all);
    int64_t taken = all;
    if (hard_only) {
        const int64_t pieces = Piece::count(*logits, s.columns);
#pragma omp parallel for schedule(dynamic, 1)
        for (int64_t k = 0; k < pieces; ++k)
            probability_piece(space, *logits, labelled, Piece::at(k, *logits, s.columns));
        const int64_t pixels = s.images * s.height * s.width;
        hard.limit = thresh < 0 ? 0 : thresh < 1 ? thresh : 1;
        const auto ranked = [&](int64_t image, int64_t y, int64_t x, int64_t n) {
            return count(law::is_hard(load_floats(space.probability_row(image, y) + x, 1, n), hard.limit));
        };
        const int64_t below = count_pixels(s, ranked);
        if (below < min_kept && hard.limit < 1)
            hard.limit = smallest_above(hard.limit, space.probability, pixels, min_kept - below);
        taken = count_pixels(
            s, [&](int64_t image, int64_t y, int64_t x, int64_t n) { return count(hard(image, y, x, n).kept); });
        if (taken == 0) {  // none of the probabilities is a number: that is to be seen
            hard_only = false;
            taken = all;
        }
    }

    const double share = law::share_of_mean(taken);
    const float scale = static_cast<float>(static_cast<double>(grad_scale) * share);
    const auto factor = [](int64_t) { return 1.0f; };
    if (hard_only) all_chunks(s, *logits, grad, factor, scale, hard);
    else all_chunks(s, *logits, grad, factor, scale, labelled);

    double sum = 0;
    for (int64_t k = 0; k < s.images * s.chunks; ++k) sum += s.losses[k];
    at<float>(*loss, 0, 0, 0, 0) = static_cast<float>(sum * share);
    if (kept) at<int64_t>(*kept, 0, 0, 0, 0) = taken;
    return IMAS_OK;
}

size_t supervised_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels,
                                 int32_t kind) {
    Carver carver(nullptr);
    Space(carver, *logits, *labels, kind);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
