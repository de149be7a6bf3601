#include "orders.hpp"

#include <algorithm>

#include "emulation/simt.hpp"

namespace test {

const imas_backend_table* cuda;
std::string said;
bool in_weak_memory;

void expect_same_bytes_for_all_orders(bool on_all_devices, const std::function<std::vector<unsigned char>()>& body) {
    const int usual = simt::multiprocessors, sizes[] = {usual, 3, 40};
    std::vector<unsigned char> first;
    for (uint64_t seed : {1, 2, 3}) {
        simt::set_seed(seed);
        simt::multiprocessors = on_all_devices ? sizes[seed - 1] : usual;
        simt::set_weak_memory(in_weak_memory && seed == 3);
        const std::vector<unsigned char> bytes = body();
        if (first.empty()) first = bytes;
        EXPECT(bytes == first);
    }
    simt::set_weak_memory(false);
    simt::multiprocessors = usual;
}

void expect_near(const Tensor& ours, const Tensor& theirs, double bound, bool gradient) {
    double largest = 0;
    std::vector<bool> spread(static_cast<size_t>(ours.extent(0)));
    if (gradient)
        ours.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
            spread[static_cast<size_t>(n)] = spread[static_cast<size_t>(n)] || std::isnan(ours.get(n, c, h, w));
        });
    theirs.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
        const double x = std::fabs(theirs.get(n, c, h, w));
        if (std::isfinite(x)) largest = std::fmax(largest, x);
    });
    ours.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
        const double x = ours.get(n, c, h, w), y = theirs.get(n, c, h, w);
        EXPECT(std::isnan(x) == std::isnan(y) || (std::isnan(y) && spread[static_cast<size_t>(n)]));
        if (std::isfinite(y))
            EXPECT_NEAR(x, y, bound * largest + 2 * rounding(ours.view.dtype) * std::fabs(y));  // either side rounds
        else if (!std::isnan(y)) EXPECT(x == y);
    });
    EXPECT(ours.gaps_untouched());
}

void expect_equal(const Tensor& ours, const Tensor& theirs) { EXPECT(ours.bytes() == theirs.bytes()); }

Case random_case(int number, Random& random) {
    static const int64_t class_counts[] = {1, 2, 3, 19, 21, 256, 5, 12, 32, 33};
    const int64_t classes = class_counts[number % 10], limit = classes > 30 ? 9 : 24;
    const auto extent = [&](int64_t most) { return 1 + random.below(most); };
    Size s = {number % 8 == 7 ? 16 : extent(4),
              classes,
              extent(limit),
              extent(limit),
              extent(3 * limit),
              extent(number % 5 == 0 && classes <= 30 ? 600 : 3 * limit)};
    if (number % 3 == 1) s.height = 4 * (s.h - 1) + 1, s.width = 4 * (s.w - 1) + 1;  // the networks' enlargement
    if (number % 7 == 0) s.height = s.h, s.width = s.w;
    if (number == 11) s = {1, 3, 1, 1, 1, 1};
    return {s, kFloatTypes[number / 2 % 3], kLayouts[number % 3], number};
}

bool has_ordinary_logits(const Case& c) { return c.number % 4 != 3; }

Tensor logits_of(const Case& c, Layout layout, Random& random) {
    const Size& s = c.size;
    Tensor logits(c.type, s.images, s.classes, s.h, s.w, layout);
    logits.fill([&] { return random.between(-3, 3); });
    const double odd[] = {NAN, INFINITY, -INFINITY, 1e35, 5e9, 1e20};
    if (!has_ordinary_logits(c))
        logits.set(random.below(s.images), random.below(s.classes), random.below(s.h), random.below(s.w),
                   odd[random.below(c.type == IMAS_F16 ? 3 : 6)]);
    return logits;
}

Tensor labels_of(const Case& c, Layout layout, Random& random) {
    Tensor labels(IMAS_U8, c.size.images, 1, c.size.height, c.size.width, layout);
    const bool all_ignored = c.number % 11 == 5;
    labels.fill([&] {
        return all_ignored || random.below(10) == 0
                   ? 255
                   : static_cast<double>(random.below(std::min<int64_t>(c.size.classes, 255)));
    });
    return labels;
}

}  // namespace test
