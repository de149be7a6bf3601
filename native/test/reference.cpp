#include "reference.hpp"

#include <limits>

namespace reference {
namespace {

struct Tap {
    int64_t index;
    double weight;
};

/** The one or two input positions under an output position. */
std::vector<Tap> taps(int64_t i, int64_t in, int64_t out) {
    if (out == 1) return {{0, 1}};
    const int64_t numerator = i * (in - 1);
    const int64_t first = numerator / (out - 1);
    const double fraction = static_cast<double>(numerator % (out - 1)) / static_cast<double>(out - 1);
    if (fraction == 0) return {{first, 1}};
    return {{first, 1 - fraction}, {first + 1, fraction}};
}

}  // namespace

std::vector<std::vector<double>> enlarge(const test::Tensor& logits, int64_t image, int64_t height, int64_t width) {
    std::vector<std::vector<double>> x(static_cast<size_t>(logits.extent(1)), std::vector<double>(static_cast<size_t>(height * width)));
    for (int64_t i = 0; i < height; ++i) {
        for (int64_t j = 0; j < width; ++j) {
            for (int64_t c = 0; c < logits.extent(1); ++c) {
                double sum = 0;
                for (const Tap& row : taps(i, logits.extent(2), height))
                    for (const Tap& column : taps(j, logits.extent(3), width)) sum += row.weight * column.weight * logits.get(image, c, row.index, column.index);
                x[static_cast<size_t>(c)][static_cast<size_t>(i * width + j)] = sum;
            }
        }
    }
    return x;
}

Pixel classify(const std::vector<std::vector<double>>& x, int64_t pixel) {
    const size_t p = static_cast<size_t>(pixel);
    Pixel result = {0, 0, std::numeric_limits<double>::infinity()};
    for (size_t c = 1; c < x.size(); ++c) {
        if (x[c][p] > x[static_cast<size_t>(result.best)][p]) result.best = static_cast<int>(c);
    }
    const double largest = x[static_cast<size_t>(result.best)][p];
    double sum = 0;
    for (size_t c = 0; c < x.size(); ++c) {
        sum += std::exp(x[c][p] - largest);
        if (static_cast<int>(c) != result.best) result.lead = std::fmin(result.lead, largest - x[c][p]);
    }
    result.probability = 1 / sum;
    if (std::isnan(sum)) result.best = 0;
    return result;
}

double log_sum(const std::vector<std::vector<double>>& x, int64_t pixel) {
    const size_t p = static_cast<size_t>(pixel);
    double largest = x[0][p], sum = 0;
    for (const auto& logits : x) largest = std::fmax(largest, logits[p]);
    for (const auto& logits : x) sum += std::exp(logits[p] - largest);
    return std::log(sum) + largest;
}

Loss weighted_cross_entropy(const test::Tensor& logits, const test::Tensor& labels, const std::vector<double>& factor) {
    const int64_t images = logits.extent(0), classes = logits.extent(1), h = logits.extent(2), w = logits.extent(3);
    const int64_t height = labels.extent(2), width = labels.extent(3);
    Loss loss = {0, std::vector<double>(static_cast<size_t>(images * classes * h * w))};
    for (int64_t b = 0; b < images; ++b) {
        const auto x = enlarge(logits, b, height, width);
        for (int64_t i = 0; i < height; ++i) {
            for (int64_t j = 0; j < width; ++j) {
                const double f = factor[static_cast<size_t>((b * height + i) * width + j)];
                if (f == 0) continue;
                const int label = static_cast<int>(labels.get(b, 0, i, j));
                const double total = log_sum(x, i * width + j);
                const auto logit = [&](int64_t c) { return x[static_cast<size_t>(c)][static_cast<size_t>(i * width + j)]; };
                loss.value += f * (total - logit(label));
                for (int64_t c = 0; c < classes; ++c) {
                    const double g = f * (std::exp(logit(c) - total) - (c == label ? 1 : 0));
                    for (const Tap& row : taps(i, h, height))
                        for (const Tap& column : taps(j, w, width)) loss.gradient[static_cast<size_t>(((b * classes + c) * h + row.index) * w + column.index)] += g * row.weight * column.weight;
                }
            }
        }
    }
    return loss;
}

}  // namespace reference
