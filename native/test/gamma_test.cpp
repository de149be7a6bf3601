#include <algorithm>
#include <numeric>

#include "harness.hpp"

using namespace test;

namespace {

/** Method 4 in double from one image's counts: wIoU_S, wIoU_T, rho_S, rho_T, gamma. */
std::vector<double> expected_parts(const Tensor& counts, int64_t b, double pixels, int version, bool weighted, bool ignore_background) {
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
        parts[k] = weighted ? (weight_sum[k] > 0 ? weighted_sum[k] / weight_sum[k] : 0) : (present > 0 ? iou_sum / present : 0);
        parts[2 + k] = n(3 * classes + static_cast<int64_t>(k)) / pixels;
    }
    const double agreement = parts[0] * parts[2] + parts[1] * parts[3], confident = parts[2] + parts[3];
    parts[4] = version == IMAS_GAMMA_V1 ? agreement / 2 : confident > 0 ? agreement / confident : 0;
    return parts;
}

void random_counts() {
    Random random(11);
    for (int round = 0; round < 60; ++round) {
        const int64_t images = 1 + random.below(16), classes = round % 4 == 0 ? 1 : 1 + random.below(256), pixels = 900;
        Tensor counts(IMAS_I32, images, 1, 1, 3 * classes + 2), parts(IMAS_F32, images, 1, 1, 5), pairing(IMAS_I32, images, 1, 1, 1, random.one_of(kLayouts)), mean(IMAS_F32, 1, 1, 1, 1);
        counts.fill([] { return 0; });
        for (int64_t b = 0; b < images; ++b) {
            const int64_t used = 1 + random.below(classes);
            for (int64_t p = 0; p < pixels; ++p) {
                const int64_t s = random.below(used), t = random.below(3) ? s : random.below(used);
                counts.set(b, 0, 0, s, counts.get(b, 0, 0, s) + 1);
                counts.set(b, 0, 0, classes + t, counts.get(b, 0, 0, classes + t) + 1);
                if (s == t) counts.set(b, 0, 0, 2 * classes + s, counts.get(b, 0, 0, 2 * classes + s) + 1);
            }
            if (random.below(4)) {
                counts.set(b, 0, 0, 3 * classes, static_cast<double>(random.below(pixels + 1)));
                counts.set(b, 0, 0, 3 * classes + 1, static_cast<double>(random.below(pixels + 1)));
            }
        }
        const int version = round % 2 ? IMAS_GAMMA_V1 : IMAS_GAMMA_V2;
        const bool weighted = round % 3 != 0, ignore = round % 5 != 0;
        context = "gamma round " + std::to_string(round);
        EXPECT_OK(imas_gamma(&kCpu, counts, pixels, version, weighted, ignore, parts, pairing, mean));
        double sum = 0;
        for (int64_t b = 0; b < images; ++b) {
            const auto expected = expected_parts(counts, b, static_cast<double>(pixels), version, weighted, ignore);
            for (int64_t k = 0; k < 5; ++k) EXPECT_NEAR(parts.get(b, 0, 0, k), expected[static_cast<size_t>(k)], 1e-6);
            sum += parts.get(b, 0, 0, 4);
        }
        EXPECT_NEAR(mean.get(0, 0, 0, 0), sum / static_cast<double>(images), 1e-6);

        std::vector<int64_t> order(static_cast<size_t>(images));
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return parts.get(a, 0, 0, 4) < parts.get(b, 0, 0, 4); });
        for (size_t k = 0; k < order.size(); ++k) {
            EXPECT(static_cast<int64_t>(pairing.get(order[k], 0, 0, 0)) == order[order.size() - 1 - k]);
        }
    }
}

/** Both maps all background: gamma 0 with the background ignored, 1 when it counts. */
void background_only() {
    context = "gamma background";
    Tensor counts(IMAS_I32, 1, 1, 1, 11), parts(IMAS_F32, 1, 1, 1, 5), pairing(IMAS_I32, 1, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1);
    counts.fill([] { return 0; });
    for (int64_t k : {0, 3, 6, 9, 10}) counts.set(0, 0, 0, k, 50);
    EXPECT_OK(imas_gamma(&kCpu, counts, 50, IMAS_GAMMA_V1, 1, 1, parts, pairing, mean));
    EXPECT(parts.get(0, 0, 0, 4) == 0 && mean.get(0, 0, 0, 0) == 0 && pairing.get(0, 0, 0, 0) == 0);
    EXPECT_OK(imas_gamma(&kCpu, counts, 50, IMAS_GAMMA_V1, 1, 0, parts, pairing, mean));
    EXPECT(parts.get(0, 0, 0, 4) == 1);
    EXPECT_OK(imas_gamma(&kCpu, counts, 50, IMAS_GAMMA_V2, 0, 1, parts, pairing, mean));
    EXPECT(parts.get(0, 0, 0, 4) == 1);
}

}  // namespace

void test_gamma() {
    random_counts();
    background_only();
}
