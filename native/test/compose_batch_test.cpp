#include "reference.hpp"

using namespace test;

namespace {

struct Case {
    int64_t labeled, images, height, width;
    bool cutmix, with_gamma, include_weak;
    imas_dtype in, out;
    Layout in_layout, out_layout;
};

double rounded(imas_dtype type, double x) {
    Tensor one(type, 1, 1, 1, 1);
    one.set(0, 0, 0, 0, x);
    return one.get(0, 0, 0, 0);
}

void run(const Case& k, Random& random) {
    const int64_t labeled_count = k.labeled > 0 ? k.labeled : 1;
    Tensor labeled(k.in, labeled_count, 3, k.height, k.width, k.in_layout),
        weak(k.in, k.images, 3, k.height, k.width, k.in_layout),
        strong(k.in, k.images, 3, k.height, k.width, k.out_layout);
    Tensor gamma(IMAS_F32, k.images, 1, 1, 1, Layout::kGaps), pairing(IMAS_I32, k.images, 1, 1, 1),
        boxes(IMAS_I32, k.images, 1, 1, 4);
    Tensor labels(IMAS_U8, k.images, 1, k.height, k.width, k.in_layout),
        confidence(IMAS_F32, k.images, 1, k.height, k.width);
    Tensor mixed_labels(IMAS_U8, k.images, 1, k.height, k.width, k.out_layout),
        mixed_confidence(IMAS_F32, k.images, 1, k.height, k.width);
    for (Tensor* t : {&labeled, &weak, &strong}) t->fill([&] { return random.between(-2.5, 2.5); });
    gamma.fill([&] { return random.uniform(); });
    pairing.fill([&] { return static_cast<double>(random.below(k.images)); });
    labels.fill([&] { return static_cast<double>(random.below(256)); });
    confidence.fill([&] { return random.uniform(); });
    for (int64_t b = 0; b < k.images; ++b) {
        const int64_t top = random.below(k.height + 1), left = random.below(k.width + 1);
        const int64_t box[4] = {top, left, top + random.below(k.height - top + 1),
                                left + random.below(k.width - left + 1)};
        for (int64_t edge = 0; edge < 4; ++edge) boxes.set(b, 0, 0, edge, static_cast<double>(box[edge]));
    }
    const int64_t total = k.labeled + k.images * (1 + k.include_weak + k.cutmix);
    Tensor batch(k.out, total, 3, k.height, k.width, k.out_layout);
    const auto when = [](bool given, const Tensor& t) { return given ? static_cast<const imas_tensor*>(t) : nullptr; };
    EXPECT_OK(imas_compose_batch(&kTested, when(k.labeled > 0, labeled), weak, strong, when(k.with_gamma, gamma),
                                 when(k.cutmix, pairing), when(k.cutmix, boxes), k.include_weak, when(k.cutmix, labels),
                                 when(k.cutmix, confidence), batch, when(k.cutmix, mixed_labels),
                                 when(k.cutmix, mixed_confidence)));

    // Copies are exact in the output type; a blend is float32 and then rounded to it.
    const double bound = 1e-6 + 4 * rounding(k.out);
    const auto source = [&](int64_t b, int64_t y, int64_t x) {
        return reference::source_of_mixed(pairing, boxes, b, y, x);
    };
    const int64_t first_mixed = k.labeled + (k.include_weak ? k.images : 0),
                  first_strong = first_mixed + (k.cutmix ? k.images : 0);
    batch.each([&](int64_t n, int64_t c, int64_t y, int64_t x) {
        const double actual = batch.get(n, c, y, x);
        if (n < k.labeled) EXPECT(actual == rounded(k.out, labeled.get(n, c, y, x)));
        else if (n < first_mixed) EXPECT(actual == rounded(k.out, weak.get(n - k.labeled, c, y, x)));
        else if (n < first_strong) EXPECT(actual == rounded(k.out, weak.get(source(n - first_mixed, y, x), c, y, x)));
        else {
            const int64_t b = n - first_strong;
            const double g = gamma.get(b, 0, 0, 0), s = strong.get(b, c, y, x), w = weak.get(b, c, y, x);
            if (k.with_gamma) EXPECT_NEAR(actual, reference::mix(g, s, w), bound);
            else EXPECT(actual == rounded(k.out, s));
        }
    });
    if (k.cutmix) {
        labels.each([&](int64_t b, int64_t c, int64_t y, int64_t x) {
            EXPECT(mixed_labels.get(b, c, y, x) == labels.get(source(b, y, x), 0, y, x));
            EXPECT(mixed_confidence.get(b, c, y, x) == confidence.get(source(b, y, x), 0, y, x));
        });
    }
    EXPECT(batch.gaps_untouched() && mixed_labels.gaps_untouched());
}

void bad_values_are_refused() {
    context = "compose_batch values";
    Tensor weak(IMAS_F32, 2, 3, 4, 5), strong(IMAS_F32, 2, 3, 4, 5), pairing(IMAS_I32, 2, 1, 1, 1),
        boxes(IMAS_I32, 2, 1, 1, 4);
    Tensor labels(IMAS_U8, 2, 1, 4, 5), confidence(IMAS_F32, 2, 1, 4, 5), batch(IMAS_F32, 6, 3, 4, 5),
        mixed(IMAS_U8, 2, 1, 4, 5), mixed_confidence(IMAS_F32, 2, 1, 4, 5);
    weak.fill([] { return 0; });
    strong.fill([] { return 0; });
    pairing.fill([] { return 0; });
    boxes.fill([] { return 0; });
    const auto before = batch.bytes();
    const auto call = [&] {
        return imas_compose_batch(&kTested, nullptr, weak, strong, nullptr, pairing, boxes, 1, labels, confidence,
                                  batch, mixed, mixed_confidence);
    };
    pairing.set(1, 0, 0, 0, 2);
    EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "pairing[1] is 2");
    pairing.set(1, 0, 0, 0, -1);
    EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "pairing[1] is -1");
    pairing.set(1, 0, 0, 0, 1);
    boxes.set(1, 0, 0, 2, 5);
    EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "box 1");
    boxes.set(1, 0, 0, 2, 2);
    boxes.set(1, 0, 0, 0, 3);
    EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "box 1");
    EXPECT(batch.bytes() == before);
    boxes.set(1, 0, 0, 0, 1);
    EXPECT_OK(call());
}

}  // namespace

void test_compose_batch() {
    Random random(21);
    for (int round = 0; round < 72; ++round) {
        Case k = {random.below(3),
                  1 + random.below(4),
                  1 + random.below(12),
                  1 + random.below(40),
                  round % 2 == 0,
                  round % 3 != 0,
                  round % 5 != 0,
                  random.one_of(kFloatTypes),
                  random.one_of(kFloatTypes),
                  random.one_of(kLayouts),
                  random.one_of(kLayouts)};
        if (round % 9 == 0) k.width = 1027 + random.below(300);
        context = "compose_batch round " + std::to_string(round);
        run(k, random);
    }
    for (const Layout layout : kLayouts) {  // large enough to be written past the caches
        const Case k = {1,
                        1,
                        350,
                        401,
                        true,
                        true,
                        true,
                        IMAS_F32,
                        layout == Layout::kNhwc ? IMAS_BF16 : IMAS_F32,
                        Layout::kNchw,
                        layout};
        context = "compose_batch large";
        run(k, random);
    }
    if (refuses_values()) bad_values_are_refused();
}
