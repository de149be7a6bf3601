#include "reference.hpp"

using namespace test;

namespace {

// Float32 sums of at most 256 exponentials, each good to a few 1e-7.
const double kConfidenceBound = 3e-6;

struct Outputs {
    Tensor labels, confidence, counts;

    Outputs(const Size& s, Layout layout)
        : labels(IMAS_U8, s.images, 1, s.height, s.width, layout),
          confidence(IMAS_F32, s.images, 1, s.height, s.width, layout),
          counts(IMAS_I32, s.images, 1, 1, 3 * s.classes + 2) {}
};

int32_t run(const Tensor& student, const Tensor& teacher, float threshold, const Outputs& out) {
    Workspace workspace(imas_pseudo_label_workspace(&kTested, student, out.labels));
    return imas_pseudo_label(&kTested, student, teacher, threshold, out.labels, out.confidence, out.counts,
                             workspace.data, workspace.bytes);
}

/** Counts of one image against both references; `doubtful` pixels of a tie or a threshold within rounding may differ.
 */
void compare(const Size& s, const Tensor& student, const Tensor& teacher, float threshold, const Outputs& out) {
    for (int64_t b = 0; b < s.images; ++b) {
        const auto xs = reference::enlarge(student, b, s.height, s.width),
                   xt = reference::enlarge(teacher, b, s.height, s.width);
        std::vector<int64_t> counts(static_cast<size_t>(3 * s.classes + 2)), doubt(counts.size());
        for (int64_t p = 0; p < s.height * s.width; ++p) {
            const auto ps = reference::classify(xs, p), pt = reference::classify(xt, p);
            const int label = static_cast<int>(out.labels.get(b, 0, p / s.width, p % s.width));
            const double confidence = out.confidence.get(b, 0, p / s.width, p % s.width);
            const bool sure_s = !(ps.lead < 1e-5), sure_t = !(pt.lead < 1e-5);
            if (sure_t) EXPECT(label == pt.best);
            else
                EXPECT(label < s.classes && xt[static_cast<size_t>(label)][static_cast<size_t>(p)] >=
                                                xt[static_cast<size_t>(pt.best)][static_cast<size_t>(p)] - 1e-5);
            if (std::isnan(pt.probability)) EXPECT(std::isnan(confidence));
            else EXPECT_NEAR(confidence, pt.probability, kConfidenceBound);
            const size_t c = static_cast<size_t>(s.classes), bs = static_cast<size_t>(ps.best),
                         bt = static_cast<size_t>(label);
            ++counts[bs];
            ++counts[c + bt];
            if (bs == bt) ++counts[2 * c + bs];
            if (!sure_s)
                for (size_t k = 0; k < 3 * c; ++k) ++doubt[k];
            counts[3 * c] += ps.probability >= static_cast<double>(threshold);
            counts[3 * c + 1] += confidence >= static_cast<double>(threshold);
            doubt[3 * c] += std::fabs(ps.probability - static_cast<double>(threshold)) < kConfidenceBound;
        }
        for (size_t k = 0; k < counts.size(); ++k)
            EXPECT_NEAR(out.counts.get(b, 0, 0, static_cast<int64_t>(k)), static_cast<double>(counts[k]),
                        static_cast<double>(doubt[k]));
    }
    EXPECT(out.labels.gaps_untouched() && out.confidence.gaps_untouched());
}

void all_sizes_types_and_layouts() {
    Random random(1);
    for (const Size& s : sizes()) {
        context = "pseudo_label " + s.text();
        Tensor student(random.one_of(kFloatTypes), s.images, s.classes, s.h, s.w, random.one_of(kLayouts));
        Tensor teacher(random.one_of(kFloatTypes), s.images, s.classes, s.h, s.w, random.one_of(kLayouts));
        random_logits(student, random);
        random_logits(teacher, random);
        for (float threshold : {0.3f, 0.95f}) {
            Outputs out(s, random.one_of(kLayouts));
            EXPECT_OK(run(student, teacher, threshold, out));
            compare(s, student, teacher, threshold, out);
        }
        spoil(student, random);
        spoil(teacher, random);
        Outputs out(s, random.one_of(kLayouts));
        EXPECT_OK(run(student, teacher, 0.4f, out));
        compare(s, student, teacher, 0.4f, out);
        Outputs same(s, Layout::kNchw);
        EXPECT_OK(run(student, student, 0.5f, same));
        compare(s, student, student, 0.5f, same);
    }
}

/** Equal logits: the first class wins; far apart ones: probability exactly 1. */
void ties_and_extremes() {
    context = "pseudo_label ties";
    const Size s = {1, 4, 3, 3, 20, 20};
    Tensor logits(IMAS_F32, 1, 4, 3, 3);
    logits.fill([] { return 2.5; });
    Outputs out(s, Layout::kNchw);
    EXPECT_OK(run(logits, logits, 0.25f, out));
    out.labels.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
        EXPECT(out.labels.get(n, c, h, w) == 0);
        EXPECT(out.confidence.get(n, c, h, w) == 0.25);
    });
    EXPECT(out.counts.get(0, 0, 0, 12) == 400 && out.counts.get(0, 0, 0, 13) == 400);
    logits.each([&](int64_t, int64_t c, int64_t h, int64_t w) { logits.set(0, c, h, w, c == 2 ? 3e38 : -3e38); });
    EXPECT_OK(run(logits, logits, 1.0f, out));
    EXPECT(out.labels.get(0, 0, 7, 11) == 2 && out.confidence.get(0, 0, 7, 11) == 1 &&
           out.counts.get(0, 0, 0, 13) == 400);
}

void threads_change_nothing() {
    context = "pseudo_label threads";
    Random random(3);
    const Size s = {3, 21, 17, 19, 66, 71};
    Tensor student(IMAS_F32, 3, 21, 17, 19), teacher(IMAS_F32, 3, 21, 17, 19);
    random_logits(student, random);
    random_logits(teacher, random);
    expect_same_bytes_for_all_threads([&] {
        Outputs out(s, Layout::kNchw);
        EXPECT_OK(run(student, teacher, 0.7f, out));
        return joined({&out.labels, &out.confidence, &out.counts});
    });
}

}  // namespace

void test_pseudo_label() {
    all_sizes_types_and_layouts();
    ties_and_extremes();
    threads_change_nothing();
}
