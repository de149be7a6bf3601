// The definition that the kernels answer to: every formula in double, one pixel at a time, written from method.md.
#pragma once

#include <vector>

#include "harness.hpp"

namespace reference {

/** Enlarged logits of one image, [C][H*W]; taps of weight 0 are not read. */
std::vector<std::vector<double>> enlarge(const test::Tensor& logits, int64_t image, int64_t height, int64_t width);

struct Pixel {
    int best;            // first class with the largest probability; 0 when any is NaN
    double probability;  // NaN when any logit is NaN or none is finite
    double lead;         // distance of the two largest logits, infinite with one class
};

/** classify(enlarged, pixel). */
Pixel classify(const std::vector<std::vector<double>>& x, int64_t pixel);

/** log of the sum over classes of exp(x). */
double log_sum(const std::vector<std::vector<double>>& x, int64_t pixel);

/** The first class with the largest logit; 0 when any is NaN. */
size_t predict(const std::vector<std::vector<double>>& x, int64_t pixel);

/** One image's wIoU_S, wIoU_T, rho_S, rho_T and gamma from its counts. */
std::vector<double> gamma_parts(const test::Tensor& counts, int64_t image, double pixels, int version,
                                bool class_weighted, bool ignore_background);

/** Each image's CutMix partner, from the batch's gammas. */
std::vector<int64_t> partners(const std::vector<double>& gamma);

/** The image that a pixel of mixed image b comes from: its partner inside the box, else b. */
int64_t source_of_mixed(const test::Tensor& pairing, const test::Tensor& boxes, int64_t b, int64_t y, int64_t x);

/** share * a + (1 - share) * b: the strong part of a batch, the teacher's weights. */
double mix(double share, double a, double b);

/**
 * Loss and gradient [B*C*h*w] of sum over pixels of factor(b, pixel) * -log softmax[label]; pixels of factor 0 are
 * left out.
 */
struct Loss {
    double value;
    std::vector<double> gradient;
};
Loss weighted_cross_entropy(const test::Tensor& logits, const test::Tensor& labels, const std::vector<double>& factor);

/** The consistency loss's factors: weight[b] / (B*H*W) at kept pixels, 0 elsewhere; `weight` NULL: 1. */
std::vector<double> consistency_factors(const test::Tensor& labels, const test::Tensor& confidence, double threshold,
                                        const test::Tensor* weight);

/** The consistency loss: those factors, and NaN where all logits are. */
Loss consistency(const test::Tensor& logits, const test::Tensor& labels, const test::Tensor& confidence,
                 double threshold, const test::Tensor* weight);

/** The true class's probability of every pixel; 2 where ignored: the method says 1, and either ranks last. */
std::vector<double> true_class_probabilities(const test::Tensor& logits, const test::Tensor& labels);

/** The pixels of a supervised loss: all labelled ones, or with OHEM the hard ones, if any probability is a number. */
struct Selection {
    std::vector<double> factor;  // 1/kept or 0
    double kept, doubtful;       // pixels whose probability lies within rounding of the limit
};
Selection select(const std::vector<double>& probabilities, int kind, double thresh, int64_t min_kept);

}  // namespace reference
