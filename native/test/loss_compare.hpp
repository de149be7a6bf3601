// What the two losses' tests share: comparing loss and gradient with the reference.
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

/** With logits that are not finite: NaN where the reference has it, and images that it leaves whole as ever. */
inline void compare_spoiled(const Tensor& loss, const Tensor& grad, const reference::Loss& expected, double scale) {
    const double value = loss.get(0, 0, 0, 0);
    if (std::isfinite(expected.value)) EXPECT_NEAR(value, expected.value, 2e-6 * std::fabs(expected.value) + 1e-7);
    else EXPECT(std::isnan(expected.value) ? std::isnan(value) : value == expected.value);
    const size_t an_image = expected.gradient.size() / static_cast<size_t>(grad.extent(0));
    std::vector<bool> whole(static_cast<size_t>(grad.extent(0)), true);
    double largest = 0;
    for (size_t k = 0; k < expected.gradient.size(); ++k) {
        if (std::isnan(expected.gradient[k])) whole[k / an_image] = false;
        else largest = std::fmax(largest, std::fabs(expected.gradient[k] * scale));
    }
    const double smallest = grad.view.dtype == IMAS_F16 ? 0x1p-24 : 1e-37;
    size_t k = 0;
    grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) {
        const double g = expected.gradient[k++] * scale;
        if (std::isnan(g)) EXPECT(std::isnan(grad.get(b, c, h, w)));
        else if (whole[static_cast<size_t>(b)])
            EXPECT_NEAR(grad.get(b, c, h, w), g, 3e-6 * largest + rounding(grad.view.dtype) * std::fabs(g) + smallest);
    });
    EXPECT(grad.gaps_untouched());
}

/** Against central differences of the reference loss with these factors; the logits are float32. */
inline void compare_with_differences(const Tensor& grad, Tensor& logits, const Tensor& labels,
                                     const std::vector<double>& factor) {
    grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) {
        const double x = logits.get(b, c, h, w);
        double value[2], at[2];
        for (int side = 0; side < 2; ++side) {
            logits.set(b, c, h, w, x + (side ? 1e-2 : -1e-2));
            at[side] = logits.get(b, c, h, w);
            value[side] = reference::weighted_cross_entropy(logits, labels, factor).value;
        }
        logits.set(b, c, h, w, x);
        EXPECT_NEAR(grad.get(b, c, h, w), (value[1] - value[0]) / (at[1] - at[0]), 2e-6);
    });
}

}  // namespace test
