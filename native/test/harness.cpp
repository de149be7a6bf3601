#include "harness.hpp"

namespace test {

namespace {

/** How many sizes: fewer where the environment's IMAS_TEST_SIZES says so, under sanitizers. */
size_t number_of_sizes() {
    const char* number = std::getenv("IMAS_TEST_SIZES");
    return number == nullptr ? 55 : static_cast<size_t>(std::atoi(number));
}

}  // namespace

void random_logits(Tensor& logits, Random& random, double spread) {
    const double slope_h = random.between(-1, 1), slope_w = random.between(-1, 1);
    logits.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
        const double wave = std::sin(slope_h * static_cast<double>(h) + slope_w * static_cast<double>(w) +
                                     2.4 * static_cast<double>(c) + static_cast<double>(n));
        logits.set(n, c, h, w, spread * wave + random.between(-1, 1));
    });
}

std::vector<Size> sizes() {
    std::vector<Size> all = {
        {1, 1, 1, 1, 1, 1},      {1, 2, 1, 1, 3, 5},     {2, 21, 1, 7, 1, 29},     {1, 3, 9, 1, 33, 1},
        {3, 5, 5, 7, 5, 7},      {1, 4, 3, 5, 7, 4},     {2, 256, 3, 3, 9, 10},    {16, 2, 4, 6, 13, 21},
        {2, 21, 17, 17, 65, 65}, {1, 19, 9, 13, 33, 49}, {1, 7, 40, 50, 41, 52},   {1, 3, 33, 41, 8, 9},
        {1, 2, 2, 100, 3, 399},  {1, 6, 70, 2, 139, 3},  {1, 21, 16, 33, 64, 200},
    };
    Random random(7);
    const int64_t class_counts[] = {1, 2, 21, 256, 1 + random.below(40), 1 + random.below(40)};
    const int64_t kMostNumbers = 150'000;  // of enlarged logits: what the reference does in a fraction of a second
    while (all.size() < number_of_sizes()) {
        const Size s = {1 + random.below(16), random.one_of(class_counts), 1 + random.below(20),
                        1 + random.below(40), 1 + random.below(60),        1 + random.below(90)};
        if (s.images * s.classes * s.height * s.width <= kMostNumbers) all.push_back(s);
    }
    return all;
}

void spoil(Tensor& logits, Random& random) {
    const double bad[] = {static_cast<double>(NAN), INFINITY, -INFINITY};
    for (int k = 0; k < 2; ++k) {
        logits.set(random.below(logits.extent(0)), random.below(logits.extent(1)), random.below(logits.extent(2)),
                   random.below(logits.extent(3)), random.one_of(bad));
    }
    const int64_t n = random.below(logits.extent(0)), h = random.below(logits.extent(2)),
                  w = random.below(logits.extent(3));
    const double everywhere = random.one_of(bad);
    for (int64_t c = 0; c < logits.extent(1) && random.below(2); ++c) logits.set(n, c, h, w, everywhere);
}

Tensor random_counts(int64_t images, int64_t classes, int64_t pixels, Random& random) {
    Tensor counts(IMAS_I32, images, 1, 1, 3 * classes + 2);
    counts.fill([] { return 0; });
    for (int64_t b = 0; b < images; ++b) {
        const auto add = [&](int64_t k) { counts.set(b, 0, 0, k, counts.get(b, 0, 0, k) + 1); };
        const int64_t used = 1 + random.below(classes);
        for (int64_t p = 0; p < pixels; ++p) {
            const int64_t s = random.below(used), t = random.below(3) ? s : random.below(used);
            add(s);
            add(classes + t);
            if (s == t) add(2 * classes + s);
        }
        if (random.below(4)) {
            counts.set(b, 0, 0, 3 * classes, static_cast<double>(random.below(pixels + 1)));
            counts.set(b, 0, 0, 3 * classes + 1, static_cast<double>(random.below(pixels + 1)));
        }
    }
    return counts;
}

void expect_same_bytes_for_all_threads(const std::function<std::vector<unsigned char>()>& body) {
    const int before = omp_get_max_threads();
    std::vector<unsigned char> first;
    for (int threads : {1, 2, 3, 7}) {
        omp_set_num_threads(threads);
        const std::vector<unsigned char> bytes = body();
        if (first.empty()) first = bytes;
        EXPECT(bytes == first);
    }
    omp_set_num_threads(before);
}

}  // namespace test
