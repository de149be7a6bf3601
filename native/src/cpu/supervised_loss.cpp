// Cross-entropy over labelled pixels, or over the hard ones among them (OHEM). Gradients are summed with factor 1 and
// divided by the number of pixels when written, so that plain cross-entropy needs one pass. OHEM takes two: the
// probabilities of the true classes first, kept as floats in the workspace; then the limit; then the chosen pixels.
#include "cpu/kernels.hpp"
#include "cpu/loss.hpp"
#include "error.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

const int64_t kBins = 1 << 11;

struct Space {
    LossSpace loss;
    float* probability;  // [B][H][W], OHEM only: of the true class, 1 where ignored, above 1 where it is NaN

    Space(Carver& carver, const imas_tensor& logits, const imas_tensor& labels, int32_t kind)
        : loss(carver, logits, labels), probability(kind == IMAS_OHEM ? carver.take<float>(loss.images, loss.height, loss.width) : nullptr) {}

    float* probability_row(int64_t image, int64_t y) const { return probability + (image * loss.height + y) * loss.width; }
};

/** A value that ranks after every probability and passes no limit. */
const float kNotANumber = 3.0f;

/** Labels that are neither a class nor 255: one of them is reported. */
struct BadLabel {
    int32_t label = -1;

    void look(Ints labels, Ints classes) {
        const Ints bad = (labels >= classes) & (labels != splat(IMAS_IGNORE));
        if (!any(bad)) return;
        for (int k = 0; k < kLanes; ++k) {
            if (bad[k]) __atomic_store_n(&label, labels[k], __ATOMIC_RELAXED);
        }
    }
};

/** The true class's probabilities of one row; returns the number of labelled pixels. */
template <bool kWindowed>
int64_t probability_row(const Space& space, const imas_tensor& labels, BadLabel& bad, int64_t image, int64_t y) {
    const LossSpace& loss = space.loss;
    const Tap row = tap(y, loss.h, loss.height);
    const Ints classes = splat(static_cast<int32_t>(loss.logits.classes));
    float* out = space.probability_row(image, y);
    int64_t labelled = 0;
    for (int64_t block = 0; block < loss.columns.blocks; ++block) {
        const int64_t x = block * kLanes, n = loss.width - x < kLanes ? loss.width - x : kLanes;
        const Ints label = load_labels(&at<uint8_t>(labels, image, 0, y, x), labels.stride[3], n);
        bad.look(label, classes);
        const Ints kept = label != splat(IMAS_IGNORE);
        Floats probability = splat(1.0f);
        if (any(kept)) {
            labelled += count(kept);
            Floats logits[IMAS_MAX_CLASSES];
            const Best best = enlarge(Block<kWindowed>(loss.logits, image, row, loss.columns, block), loss.logits, logits);
            const Floats true_logit = pick(logits, loss.logits.classes, label);
            const Floats p = exp_of_nonpositive(true_logit - best.logit) / sum_of_exponentials(logits, loss.logits.classes, best.logit);
            probability = kept ? (p == p ? p : splat(kNotANumber)) : probability;
        }
        if (n == kLanes) store(out + x, probability);
        else for (int64_t k = 0; k < n; ++k) out[x + k] = probability[k];
    }
    return labelled;
}

/**
 * The wanted-th smallest (from 1) of n non-negative floats, whose bits order like integers: three rounds of counting
 * the values that share the digits found so far, 11 + 11 + 10 bits.
 */
float select(const float* values, int64_t n, int64_t wanted) {
    const int shifts[] = {21, 10, 0};
    const int widths[] = {11, 11, 10};
    uint32_t prefix = 0;
    for (int round = 0; round < 3; ++round) {
        const int shift = shifts[round];
        const uint32_t mask = (1u << widths[round]) - 1;
        const int above = shift + widths[round];
        int64_t bins[kBins] = {};
#pragma omp parallel
        {
            int64_t local[kBins] = {};
#pragma omp for schedule(static) nowait
            for (int64_t i = 0; i < n; ++i) {
                const uint32_t bits = bits_of(values[i]);
                if (round == 0 || bits >> above == prefix) ++local[bits >> shift & mask];
            }
            for (int64_t bin = 0; bin < kBins; ++bin) {
                if (local[bin]) __atomic_fetch_add(&bins[bin], local[bin], __ATOMIC_RELAXED);
            }
        }
        uint32_t digit = 0;
        while (wanted > bins[digit]) wanted -= bins[digit++];
        prefix = prefix << widths[round] | digit;
    }
    return from_bits(prefix);
}

}  // namespace

int32_t supervised_loss(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, int32_t kind, float thresh,
                        int64_t min_kept, float grad_scale, const imas_tensor* loss, const imas_tensor* kept,
                        const imas_tensor* grad, void* workspace, size_t) {
    Carver carver(workspace);
    Space space(carver, *logits, *labels, kind);
    const LossSpace& s = space.loss;
    space.loss.columns.fill(s.w, s.width);
    const Ints classes = splat(static_cast<int32_t>(s.logits.classes));
    const int64_t pixels = s.images * s.height * s.width;
    BadLabel bad;
    const auto refuse = [&] {
        return fail(IMAS_ERROR_ARGUMENT, "imas_supervised_loss: labels has %d, expected 0 to %d or 255", bad.label, static_cast<int>(s.logits.classes - 1));
    };

    bool hard_only = false;
    float limit = 0;
    if (kind == IMAS_OHEM) {
        int64_t labelled = 0;
#pragma omp parallel
        {
            read_logits(s, *logits);
#pragma omp for schedule(dynamic, 8) reduction(+ : labelled)
            for (int64_t k = 0; k < s.images * s.height; ++k) {
                labelled += s.columns.windowed ? probability_row<true>(space, *labels, bad, k / s.height, k % s.height)
                                               : probability_row<false>(space, *labels, bad, k / s.height, k % s.height);
            }
        }
        if (bad.label >= 0) return refuse();
        hard_only = min_kept > 0 && min_kept <= labelled;
        if (hard_only) {
            const float q = select(space.probability, pixels, min_kept);
            limit = q <= 1 && q > thresh ? q : thresh;
            limit = limit < 1 ? limit : 1;
        }
    }

    const auto labelled_pixels = [&](int64_t image, int64_t y, int64_t x, int64_t n) {
        const Ints label = load_labels(&at<uint8_t>(*labels, image, 0, y, x), labels->stride[3], n);
        bad.look(label, classes);
        return Chosen{label, label != splat(IMAS_IGNORE)};
    };
    const auto hard_pixels = [&](int64_t image, int64_t y, int64_t x, int64_t n) {
        const Ints label = load_labels(&at<uint8_t>(*labels, image, 0, y, x), labels->stride[3], n);
        const Floats p = load_floats(space.probability_row(image, y) + x, 1, n);
        return Chosen{label, (label != splat(IMAS_IGNORE)) & (p <= limit)};
    };
    const auto factor = [](int64_t) { return 1.0f; };
#pragma omp parallel
    {
        if (kind == IMAS_CE) read_logits(s, *logits);
        if (hard_only) all_chunks(s, grad != nullptr, factor, hard_pixels);
        else all_chunks(s, grad != nullptr, factor, labelled_pixels);
    }
    if (bad.label >= 0) return refuse();

    double sum = 0;
    int64_t taken = 0;
    for (int64_t k = 0; k < s.images * s.chunks; ++k) {
        sum += s.losses[k];
        taken += s.kept[k];
    }
    const double share = taken ? 1 / static_cast<double>(taken) : 0;
    if (grad) {
#pragma omp parallel
        write_gradient(s, *grad, static_cast<float>(static_cast<double>(grad_scale) * share));
    }
    at<float>(*loss, 0, 0, 0, 0) = static_cast<float>(sum * share);
    if (kept) at<int64_t>(*kept, 0, 0, 0, 0) = taken;
    return IMAS_OK;
}

size_t supervised_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, int32_t kind) {
    Carver carver(nullptr);
    Space(carver, *logits, *labels, kind);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
