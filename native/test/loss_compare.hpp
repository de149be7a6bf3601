// What the two losses' tests share: comparing a gradient with the reference.
#pragma once

#include "reference.hpp"

namespace test {

/** Within float32 sums (golden README, section 15: 3e-6 of the largest) plus the rounding of the output type. */
inline void compare_gradient(const Tensor& grad, const std::vector<double>& expected, double scale) {
    double largest = 0;
    for (double g : expected) largest = std::fmax(largest, std::fabs(g * scale));
    const double smallest = grad.view.dtype == IMAS_F16 ? 0x1p-24 : 1e-37;
    size_t k = 0;
    grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) {
        const double g = expected[k++] * scale;
        EXPECT_NEAR(grad.get(b, c, h, w), g, 3e-6 * largest + rounding(grad.view.dtype) * std::fabs(g) + smallest);
    });
    EXPECT(grad.gaps_untouched());
}

}  // namespace test
