#include "reference.hpp"

using namespace test;

namespace {

void random_batches() {
    Random random(11);
    for (int round = 0; round < 60; ++round) {
        const int64_t images = 1 + random.below(16), classes = round % 4 == 0 ? 1 : 1 + random.below(256), pixels = 900;
        const Tensor counts = random_counts(images, classes, pixels, random);
        Tensor parts(IMAS_F32, images, 1, 1, 5), pairing(IMAS_I32, images, 1, 1, 1, random.one_of(kLayouts)),
            mean(IMAS_F32, 1, 1, 1, 1);
        const int version = round % 2 ? IMAS_GAMMA_V1 : IMAS_GAMMA_V2;
        const bool weighted = round % 3 != 0, ignore = round % 5 != 0;
        context = "gamma round " + std::to_string(round);
        EXPECT_OK(imas_gamma(&kCpu, counts, pixels, version, weighted, ignore, parts, pairing, mean));
        double sum = 0;
        for (int64_t b = 0; b < images; ++b) {
            const auto expected =
                reference::gamma_parts(counts, b, static_cast<double>(pixels), version, weighted, ignore);
            for (int64_t k = 0; k < 5; ++k) EXPECT_NEAR(parts.get(b, 0, 0, k), expected[static_cast<size_t>(k)], 1e-6);
            sum += parts.get(b, 0, 0, 4);
        }
        EXPECT_NEAR(mean.get(0, 0, 0, 0), sum / static_cast<double>(images), 1e-6);

        std::vector<double> gammas;
        for (int64_t b = 0; b < images; ++b) gammas.push_back(parts.get(b, 0, 0, 4));
        const auto partners = reference::partners(gammas);
        for (int64_t b = 0; b < images; ++b)
            EXPECT(static_cast<int64_t>(pairing.get(b, 0, 0, 0)) == partners[static_cast<size_t>(b)]);
    }
}

/** Both maps all background: gamma 0 with the background ignored, 1 when it counts. */
void background_only() {
    context = "gamma background";
    Tensor counts(IMAS_I32, 1, 1, 1, 11), parts(IMAS_F32, 1, 1, 1, 5), pairing(IMAS_I32, 1, 1, 1, 1),
        mean(IMAS_F32, 1, 1, 1, 1);
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
    random_batches();
    background_only();
}
