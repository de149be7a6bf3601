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

std::vector<std::vector<Tap>> all_taps(int64_t in, int64_t out) {
    std::vector<std::vector<Tap>> all;
    for (int64_t i = 0; i < out; ++i) all.push_back(taps(i, in, out));
    return all;
}

}  // namespace

std::vector<std::vector<double>> enlarge(const test::Tensor& logits, int64_t image, int64_t height, int64_t width) {
    std::vector<std::vector<double>> x(static_cast<size_t>(logits.extent(1)), std::vector<double>(static_cast<size_t>(height * width)));
    const auto rows = all_taps(logits.extent(2), height), columns = all_taps(logits.extent(3), width);
    for (int64_t c = 0; c < logits.extent(1); ++c) {
        double* pixel = x[static_cast<size_t>(c)].data();
        for (const auto& row_taps : rows) {
            for (const auto& column_taps : columns) {
                double sum = 0;
                for (const Tap& row : row_taps)
                    for (const Tap& column : column_taps) sum += row.weight * column.weight * logits.get(image, c, row.index, column.index);
                *pixel++ = sum;
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
    const auto rows = all_taps(h, height), columns = all_taps(w, width);
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
                    for (const Tap& row : rows[static_cast<size_t>(i)])
                        for (const Tap& column : columns[static_cast<size_t>(j)]) loss.gradient[static_cast<size_t>(((b * classes + c) * h + row.index) * w + column.index)] += g * row.weight * column.weight;
                }
            }
        }
    }
    return loss;
}

}  // namespace reference
