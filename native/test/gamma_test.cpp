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
        EXPECT_OK(imas_gamma(&kTested, counts, pixels, version, weighted, ignore, parts, pairing, mean));
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
    EXPECT_OK(imas_gamma(&kTested, counts, 50, IMAS_GAMMA_V1, 1, 1, parts, pairing, mean));
    EXPECT(parts.get(0, 0, 0, 4) == 0 && mean.get(0, 0, 0, 0) == 0 && pairing.get(0, 0, 0, 0) == 0);
    EXPECT_OK(imas_gamma(&kTested, counts, 50, IMAS_GAMMA_V1, 1, 0, parts, pairing, mean));
    EXPECT(parts.get(0, 0, 0, 4) == 1);
    EXPECT_OK(imas_gamma(&kTested, counts, 50, IMAS_GAMMA_V2, 0, 1, parts, pairing, mean));
    EXPECT(parts.get(0, 0, 0, 4) == 1);
}

/** FNV-1a. */
uint64_t digest(const std::vector<unsigned char>& bytes, uint64_t hash) {
    for (unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001B3u;
    return hash;
}

/**
 * Gamma claims the same bits for every instruction set, compiler, architecture and backend: one number stands for them
 * all. It was written down from the baseline build, and changes with the formulas alone.
 */
void equal_bits_everywhere() {
    context = "gamma bits";
    Random random(12);
    uint64_t hash = 0xCBF29CE484222325u;
    for (int round = 0; round < 64; ++round) {
        const int64_t images = 1 + random.below(9), classes = 1 + random.below(60), pixels = 977;
        const Tensor counts = random_counts(images, classes, pixels, random);
        Tensor parts(IMAS_F32, images, 1, 1, 5), pairing(IMAS_I32, images, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1);
        EXPECT_OK(imas_gamma(&kTested, counts, pixels, round % 2 ? IMAS_GAMMA_V1 : IMAS_GAMMA_V2, round / 2 % 2,
                             round / 4 % 2, parts, pairing, mean));
        hash = digest(joined({&parts, &pairing, &mean}), hash);
    }
    const uint64_t known = 0x7631FFBCB254FFA0u;
    EXPECT(hash == known);
    if (hash != known) std::printf("digest of gamma: 0x%llXu\n", static_cast<unsigned long long>(hash));
}

}  // namespace

void test_gamma() {
    random_batches();
    equal_bits_everywhere();
    background_only();
}
