#include "reference.hpp"

using namespace test;

namespace {

int32_t run(const Tensor& logits, const Tensor& truth, const Tensor& counts) {
    Workspace workspace(imas_confusion_workspace(&kTested, logits, truth));
    return imas_confusion(&kTested, logits, truth, counts, workspace.data, workspace.bytes);
}

}  // namespace

void test_confusion() {
    Random random(61);
    for (const Size& s : sizes()) {
        context = "confusion " + s.text();
        Tensor logits(random.one_of(kFloatTypes), s.images, s.classes, s.h, s.w, random.one_of(kLayouts)),
            truth(IMAS_U8, s.images, 1, s.height, s.width, random.one_of(kLayouts));
        random_logits(logits, random);
        if (random.below(2)) spoil(logits, random);
        // Labels beyond the classes belong to no class: the pixel only counts as predicted.
        const bool all_ignored = random.below(8) == 0;
        truth.fill([&] {
            return all_ignored || random.below(5) == 0 ? 255 : static_cast<double>(random.below(s.classes + 2) % 256);
        });
        Tensor counts(IMAS_I64, 1, 1, 3, s.classes);
        counts.fill([] { return 1000; });
        EXPECT_OK(run(logits, truth, counts));
        EXPECT_OK(run(logits, truth, counts));
        std::vector<double> expected(static_cast<size_t>(3 * s.classes), 1000), doubt(expected.size());
        for (int64_t b = 0; b < s.images; ++b) {
            const auto x = reference::enlarge(logits, b, s.height, s.width);
            for (int64_t p = 0; p < s.height * s.width; ++p) {
                const size_t c = static_cast<size_t>(s.classes),
                             label = static_cast<size_t>(truth.get(b, 0, p / s.width, p % s.width));
                if (label == 255) continue;
                const auto pixel = reference::classify(x, p);
                const size_t best = reference::predict(x, p);
                if (label == best) expected[best] += 2;
                expected[c + best] += 2;
                if (label < c) expected[2 * c + label] += 2;
                if (pixel.lead < 1e-5)
                    for (size_t k = 0; k < 2 * c; ++k) doubt[k] += 2;
            }
        }
        for (size_t k = 0; k < expected.size(); ++k) {
            EXPECT_NEAR(counts.get(0, 0, static_cast<int64_t>(k) / s.classes, static_cast<int64_t>(k) % s.classes),
                        expected[k], doubt[k]);
        }
    }
    context = "confusion threads";
    Tensor logits(IMAS_F32, 2, 19, 17, 33), truth(IMAS_U8, 2, 1, 65, 131);
    random_logits(logits, random);
    truth.fill([&] { return static_cast<double>(random.below(19)); });
    expect_same_bytes_for_all_threads([&] {
        Tensor counts(IMAS_I64, 1, 1, 3, 19);
        counts.fill([] { return 0; });
        EXPECT_OK(run(logits, truth, counts));
        return counts.bytes();
    });
}
