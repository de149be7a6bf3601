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

/** Loss and gradient [B*C*h*w] of sum over pixels of factor(b, pixel) * -log softmax[label]; pixels of factor 0 are left out. */
struct Loss {
    double value;
    std::vector<double> gradient;
};
Loss weighted_cross_entropy(const test::Tensor& logits, const test::Tensor& labels, const std::vector<double>& factor);

}  // namespace reference
