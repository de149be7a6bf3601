#include "reference.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

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
    std::vector<std::vector<double>> x(static_cast<size_t>(logits.extent(1)),
                                       std::vector<double>(static_cast<size_t>(height * width)));
    const auto rows = all_taps(logits.extent(2), height), columns = all_taps(logits.extent(3), width);
    for (int64_t c = 0; c < logits.extent(1); ++c) {
        double* pixel = x[static_cast<size_t>(c)].data();
        for (const auto& row_taps : rows) {
            for (const auto& column_taps : columns) {
                double sum = 0;
                for (const Tap& row : row_taps)
                    for (const Tap& column : column_taps)
                        sum += row.weight * column.weight * logits.get(image, c, row.index, column.index);
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

size_t predict(const std::vector<std::vector<double>>& x, int64_t pixel) {
    const size_t p = static_cast<size_t>(pixel);
    size_t best = 0;
    for (size_t c = 0; c < x.size(); ++c) {
        if (std::isnan(x[c][p])) return 0;
        if (x[c][p] > x[best][p]) best = c;
    }
    return best;
}

std::vector<double> gamma_parts(const test::Tensor& counts, int64_t b, double pixels, int version, bool weighted,
                                bool ignore_background) {
    const int64_t classes = (counts.extent(3) - 2) / 3;
    const auto n = [&](int64_t k) { return counts.get(b, 0, 0, k); };
    double iou_sum = 0, present = 0;
    double weighted_sum[2] = {0, 0}, weight_sum[2] = {0, 0};
    for (int64_t c = 0; c < classes; ++c) {
        const double either = n(c) + n(classes + c) - n(2 * classes + c);
        if (either == 0) continue;
        const double iou = n(2 * classes + c) / either;
        iou_sum += iou;
        ++present;
        for (int k = 0; k < 2; ++k) {
            const double weight = ignore_background && c == 0 ? 0 : n(k * classes + c);
            weighted_sum[k] += iou * weight;
            weight_sum[k] += weight;
        }
    }
    std::vector<double> parts(5);
    for (size_t k = 0; k < 2; ++k) {
        parts[k] = weighted ? (weight_sum[k] > 0 ? weighted_sum[k] / weight_sum[k] : 0)
                            : (present > 0 ? iou_sum / present : 0);
        parts[2 + k] = n(3 * classes + static_cast<int64_t>(k)) / pixels;
    }
    const double agreement = parts[0] * parts[2] + parts[1] * parts[3], confident = parts[2] + parts[3];
    parts[4] = version == IMAS_GAMMA_V1 ? agreement / 2 : confident > 0 ? agreement / confident : 0;
    return parts;
}

std::vector<int64_t> partners(const std::vector<double>& gamma) {
    std::vector<size_t> order(gamma.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return gamma[a] < gamma[b]; });
    std::vector<int64_t> partner(gamma.size());
    for (size_t k = 0; k < order.size(); ++k) partner[order[k]] = static_cast<int64_t>(order[order.size() - 1 - k]);
    return partner;
}

int64_t source_of_mixed(const test::Tensor& pairing, const test::Tensor& boxes, int64_t b, int64_t y, int64_t x) {
    const auto edge = [&](int64_t k) { return static_cast<int64_t>(boxes.get(b, 0, 0, k)); };
    const bool inside = y >= edge(0) && y < edge(2) && x >= edge(1) && x < edge(3);
    return inside ? static_cast<int64_t>(pairing.get(b, 0, 0, 0)) : b;
}

double mix(double share, double a, double b) { return share * a + (1 - share) * b; }

Loss consistency(const test::Tensor& logits, const test::Tensor& labels, const test::Tensor& confidence,
                 double threshold, const test::Tensor* weight) {
    Loss loss = weighted_cross_entropy(logits, labels, consistency_factors(labels, confidence, threshold, weight));
    bool number = false;
    logits.each([&](int64_t b, int64_t c, int64_t h, int64_t w) { number |= !std::isnan(logits.get(b, c, h, w)); });
    if (!number) loss.value = std::numeric_limits<double>::quiet_NaN();
    return loss;
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
                const auto logit = [&](int64_t c) {
                    return x[static_cast<size_t>(c)][static_cast<size_t>(i * width + j)];
                };
                loss.value += f * (total - logit(label));
                for (int64_t c = 0; c < classes; ++c) {
                    const double g = f * (std::exp(logit(c) - total) - (c == label ? 1 : 0));
                    for (const Tap& row : rows[static_cast<size_t>(i)])
                        for (const Tap& column : columns[static_cast<size_t>(j)])
                            loss.gradient[static_cast<size_t>(((b * classes + c) * h + row.index) * w +
                                                              column.index)] += g * row.weight * column.weight;
                }
            }
        }
    }
    return loss;
}

std::vector<double> consistency_factors(const test::Tensor& labels, const test::Tensor& confidence, double threshold,
                                        const test::Tensor* weight) {
    std::vector<double> factor;
    const double pixels = static_cast<double>(labels.extent(0) * labels.extent(2) * labels.extent(3));
    labels.each([&](int64_t b, int64_t, int64_t y, int64_t x) {
        const bool kept = confidence.get(b, 0, y, x) >= threshold && labels.get(b, 0, y, x) != 255;
        factor.push_back(kept ? (weight ? weight->get(b, 0, 0, 0) : 1) / pixels : 0);
    });
    return factor;
}

std::vector<double> true_class_probabilities(const test::Tensor& logits, const test::Tensor& labels) {
    std::vector<double> p;
    const int64_t width = labels.extent(3);
    for (int64_t b = 0; b < labels.extent(0); ++b) {
        const auto x = enlarge(logits, b, labels.extent(2), width);
        for (int64_t i = 0; i < labels.extent(2) * width; ++i) {
            const int label = static_cast<int>(labels.get(b, 0, i / width, i % width));
            p.push_back(label == 255 ? 2
                                     : std::exp(x[static_cast<size_t>(label)][static_cast<size_t>(i)] - log_sum(x, i)));
        }
    }
    return p;
}

Selection select(const std::vector<double>& p, int kind, double thresh, int64_t min_kept) {
    std::vector<double> numbers;
    int64_t labelled = 0;
    for (double value : p) {
        labelled += value != 2;
        if (!std::isnan(value)) numbers.push_back(value);
    }
    std::sort(numbers.begin(), numbers.end());
    const bool some = !numbers.empty() && numbers[0] < 2;  // a labelled one among them
    const bool hard_only = kind == IMAS_OHEM && some && min_kept > 0 && min_kept <= labelled;
    double limit = 0;
    if (hard_only) {
        const double q =
            static_cast<size_t>(min_kept) <= numbers.size() ? numbers[static_cast<size_t>(min_kept - 1)] : 1;
        limit = std::max(thresh, std::min(1.0, q));
    }
    const auto is_kept = [&](double value) { return hard_only ? value <= limit && value != 2 : value != 2; };
    Selection result = {std::vector<double>(p.size()), 0, 0};
    for (double value : p) {
        result.kept += is_kept(value);
        result.doubtful += hard_only && std::fabs(value - limit) < 1e-6;
    }
    for (size_t i = 0; i < p.size(); ++i) result.factor[i] = is_kept(p[i]) ? 1 / result.kept : 0;
    return result;
}

}  // namespace reference
