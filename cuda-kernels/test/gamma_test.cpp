#include "orders.hpp"

using namespace test;

void orders_gamma(const Case& c, Random& random) {
    const int64_t images = c.size.images, pixels = 900;
    const int version = c.number % 2 ? IMAS_GAMMA_V1 : IMAS_GAMMA_V2, weighted = c.number / 2 % 2,
              ignore = c.number / 4 % 2;
    const Tensor counts = random_counts(images, c.size.classes, pixels, random);
    const Tensor parts(IMAS_F32, images, 1, 1, 5), pairing(IMAS_I32, images, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1);
    EXPECT_OK(imas_gamma(&kCpu, counts, pixels, version, weighted, ignore, parts, pairing, mean));
    expect_same_bytes_for_all_orders([&] {
        const Tensor g(IMAS_F32, images, 1, 1, 5), k(IMAS_I32, images, 1, 1, 1), m(IMAS_F32, 1, 1, 1, 1);
        EXPECT_OK(cuda->gamma(&kCuda, counts, pixels, version, weighted, ignore, g, k, m));
        expect_equal(g, parts);
        expect_equal(k, pairing);
        expect_equal(m, mean);
        return joined({&g, &k, &m});
    });
}
