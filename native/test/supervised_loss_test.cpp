#include <algorithm>
#include <limits>

#include "loss_compare.hpp"

using namespace test;
using reference::select;
using reference::Selection;

namespace {

struct Inputs {
    Tensor logits, labels;

    Inputs(const Size& s, imas_dtype type, Layout layout, Random& random, int64_t ignored_of_8 = 2)
        : logits(type, s.images, s.classes, s.h, s.w, layout), labels(IMAS_U8, s.images, 1, s.height, s.width, layout) {
        random_logits(logits, random);
        labels.fill([&] {
            return random.below(8) < ignored_of_8
                       ? 255
                       : static_cast<double>(random.below(std::min<int64_t>(s.classes, 255)));
        });
    }
};

int32_t run(const Inputs& in, int kind, float thresh, int64_t min_kept, float scale, const Tensor& loss,
            const Tensor& kept, const Tensor* grad) {
    Workspace workspace(imas_supervised_loss_workspace(&kTested, in.logits, in.labels, kind));
    return imas_supervised_loss(&kTested, in.logits, in.labels, kind, thresh, min_kept, scale, loss, kept,
                                grad ? static_cast<const imas_tensor*>(*grad) : nullptr, workspace.data,
                                workspace.bytes);
}

void all_sizes_types_and_layouts() {
    Random random(41);
    int compared = 0, cases = 0;
    for (const Size& s : sizes()) {
        Inputs in(s, random.one_of(kFloatTypes), random.one_of(kLayouts), random, random.one_of({0, 2, 8}));
        const int64_t pixels = s.images * s.height * s.width;
        const std::vector<double> p = reference::true_class_probabilities(in.logits, in.labels);
        const struct {
            int kind;
            float thresh;
            int64_t min_kept;
        } kinds[] = {{IMAS_CE, 0, 0},
                     {IMAS_OHEM, 0.7f, 1 + pixels / 3},
                     {IMAS_OHEM, 0.0f, 1 + pixels / 5},
                     {IMAS_OHEM, 0.2f, pixels},
                     {IMAS_OHEM, 0.3f, 0}};
        for (const auto& k : kinds) {
            context = "supervised_loss " + s.text() + " kind " + std::to_string(k.kind) + " min_kept " +
                      std::to_string(k.min_kept);
            Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1),
                grad(random.one_of(kFloatTypes), s.images, s.classes, s.h, s.w, random.one_of(kLayouts));
            EXPECT_OK(run(in, k.kind, k.thresh, k.min_kept, 0.5f, loss, kept, &grad));
            const Selection chosen = select(p, k.kind, static_cast<double>(k.thresh), k.min_kept);
            EXPECT_NEAR(kept.get(0, 0, 0, 0), chosen.kept, chosen.doubtful);
            ++cases;
            // With another pixel at the very limit, loss and gradient differ by that pixel: nothing to compare.
            if (kept.get(0, 0, 0, 0) != chosen.kept) continue;
            ++compared;
            if (chosen.kept == 0) {
                EXPECT(loss.get(0, 0, 0, 0) == 0);
                grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) { EXPECT(grad.get(b, c, h, w) == 0); });
                continue;
            }
            const auto expected = reference::weighted_cross_entropy(in.logits, in.labels, chosen.factor);
            EXPECT_NEAR(loss.get(0, 0, 0, 0), expected.value, 2e-6 * expected.value + 1e-7);
            compare_gradient(grad, expected.gradient, 0.5);
        }

        context = "supervised_loss spoiled " + s.text();
        spoil(in.logits, random);
        Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1),
            grad(random.one_of(kFloatTypes), s.images, s.classes, s.h, s.w, random.one_of(kLayouts));
        EXPECT_OK(run(in, IMAS_CE, 0, 0, 0.5f, loss, kept, &grad));
        compare_spoiled(loss, grad,
                        reference::weighted_cross_entropy(in.logits, in.labels, select(p, IMAS_CE, 0, 0).factor), 0.5);
    }
    EXPECT(compared * 10 >= cases * 9);
}

/** The closed form against central differences of the reference loss, with the kept pixels held fixed. */
void finite_differences() {
    Random random(45);
    const Size shapes[] = {{2, 3, 3, 4, 8, 11}, {1, 5, 4, 2, 5, 9}, {1, 2, 6, 5, 4, 3}};
    for (const Size& s : shapes) {
        for (int kind : {IMAS_CE, IMAS_OHEM}) {
            context = "supervised_loss finite differences " + s.text() + " kind " + std::to_string(kind);
            Inputs in(s, IMAS_F32, random.one_of(kLayouts), random);
            const int64_t min_kept = s.images * s.height * s.width / 3;
            const Selection chosen =
                select(reference::true_class_probabilities(in.logits, in.labels), kind, 0.1, min_kept);
            Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1),
                grad(IMAS_F32, s.images, s.classes, s.h, s.w);
            EXPECT_OK(run(in, kind, 0.1f, min_kept, 1, loss, kept, &grad));
            EXPECT(kept.get(0, 0, 0, 0) == chosen.kept);
            compare_with_differences(grad, in.logits, in.labels, chosen.factor);
        }
    }
}

/** A tie at the limit is kept whole: equal logits give every labelled pixel the same probability. */
void ties_are_kept() {
    context = "supervised_loss ties";
    Random random(42);
    const Size s = {2, 5, 4, 4, 13, 13};
    Inputs in(s, IMAS_F32, Layout::kNchw, random);
    in.logits.fill([] { return 0.5; });
    double labelled = 0;
    in.labels.each([&](int64_t b, int64_t c, int64_t y, int64_t x) { labelled += in.labels.get(b, c, y, x) != 255; });
    Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, 2, 5, 4, 4);
    for (int64_t min_kept : {int64_t{1}, int64_t{17}, static_cast<int64_t>(labelled)}) {
        EXPECT_OK(run(in, IMAS_OHEM, 0, min_kept, 1, loss, kept, &grad));
        EXPECT(kept.get(0, 0, 0, 0) == labelled);
        EXPECT_NEAR(loss.get(0, 0, 0, 0), std::log(5.0), 1e-6);
    }
}

void nothing_labelled_and_bad_labels() {
    context = "supervised_loss edge cases";
    Random random(43);
    const Size s = {2, 5, 3, 4, 9, 11};
    Inputs in(s, IMAS_F32, Layout::kNchw, random);
    Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, 2, 5, 3, 4);
    if (refuses_values()) {
        in.labels.set(1, 0, 4, 4, 5);
        const auto before = grad.bytes();
        EXPECT_REFUSED(run(in, IMAS_CE, 0, 0, 1, loss, kept, &grad), IMAS_ERROR_ARGUMENT, "labels has 5");
        EXPECT(grad.bytes() == before);
    }
    in.labels.fill([] { return 255; });
    for (int kind : {IMAS_CE, IMAS_OHEM}) {
        EXPECT_OK(run(in, kind, 0.7f, 100, 1, loss, kept, &grad));
        EXPECT(loss.get(0, 0, 0, 0) == 0 && kept.get(0, 0, 0, 0) == 0);
        grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) { EXPECT(grad.get(b, c, h, w) == 0); });
    }
    // A NaN logit: cross-entropy shows it; OHEM ranks the pixel last and leaves it out.
    in.labels.fill([] { return 1; });
    in.logits.set(0, 0, 1, 1, NAN);
    EXPECT_OK(run(in, IMAS_CE, 0, 0, 1, loss, kept, &grad));
    EXPECT(std::isnan(loss.get(0, 0, 0, 0)));
    EXPECT_OK(run(in, IMAS_OHEM, 0.9f, 5, 1, loss, kept, &grad));
    EXPECT(std::isfinite(loss.get(0, 0, 0, 0)) && kept.get(0, 0, 0, 0) > 0);
    grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) { EXPECT(std::isfinite(grad.get(b, c, h, w))); });
}

/** When numbers run out before min_kept, all of them are kept, not those below thresh alone. */
void nan_ranks_last() {
    context = "supervised_loss NaN ranks last";
    Random random(46);
    Inputs in({1, 2, 4, 5, 4, 5}, IMAS_F32, Layout::kNchw, random);
    in.labels.fill([] { return 0; });
    in.logits.each([&](int64_t b, int64_t c, int64_t h, int64_t w) {
        in.logits.set(b, c, h, w, c == 0 && h > 0 ? 3 : 0);
    });  // p = 1/2 in row 0, else 0.95
    for (int64_t k = 0; k < 6; ++k) in.logits.set(0, 1, 2 + k / 5, k % 5, NAN);
    Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, 1, 2, 4, 5);
    for (int64_t min_kept : {int64_t{14}, int64_t{15}, int64_t{20}}) {
        EXPECT_OK(run(in, IMAS_OHEM, 0.7f, min_kept, 1, loss, kept, &grad));
        EXPECT(kept.get(0, 0, 0, 0) == 14);
    }
    EXPECT_OK(run(in, IMAS_OHEM, 0.7f, 5, 1, loss, kept, &grad));
    EXPECT(kept.get(0, 0, 0, 0) == 5);
}

/** Without a single number OHEM is as broken as cross-entropy, to the same loss, and says so. */
void nothing_but_nan_is_nan() {
    context = "supervised_loss all NaN";
    Random random(48);
    for (const Size& s : {Size{2, 4, 5, 6, 17, 21}, Size{1, 2, 1, 1, 1, 1}, Size{3, 40, 3, 5, 4, 9}}) {
        Inputs in(s, random.one_of(kFloatTypes), random.one_of(kLayouts), random);
        in.labels.set(0, 0, 0, 0, 0);
        in.logits.fill([] { return static_cast<double>(NAN); });
        const std::vector<double> p = reference::true_class_probabilities(in.logits, in.labels);
        Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
        for (int kind : {IMAS_CE, IMAS_OHEM}) {
            for (float thresh : {0.0f, 0.7f, 1.0f}) {
                EXPECT_OK(run(in, kind, thresh, 1, 1, loss, kept, &grad));
                const Selection chosen = select(p, kind, static_cast<double>(thresh), 1);
                EXPECT(std::isnan(loss.get(0, 0, 0, 0)) && kept.get(0, 0, 0, 0) == chosen.kept && chosen.kept > 0);
                compare_spoiled(loss, grad, reference::weighted_cross_entropy(in.logits, in.labels, chosen.factor), 1);
            }
        }
    }
}

/** A quarter of a million pixels between two logits: the loss must not drown in float32 sums. */
void many_pixels_a_logit() {
    context = "supervised_loss many pixels a logit";
    Random random(47);
    Inputs in({1, 3, 1, 2, 4000, 64}, IMAS_F32, Layout::kNchw, random);
    in.logits.fill([] { return 0.5; });
    in.labels.fill([] { return 2; });
    Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1);
    EXPECT_OK(run(in, IMAS_CE, 0, 0, 1, loss, kept, nullptr));
    EXPECT_NEAR(loss.get(0, 0, 0, 0), std::log(3.0), 2e-6);
}

/** Numbers too near 0 to be normal ones make processors many times slower; classes out of the question gave them. */
void sure_logits_give_normal_numbers() {
    if (kTested.kind != IMAS_CPU) return;
    context = "supervised_loss sure logits";
    Random random(48);
    Inputs in({1, 3, 6, 7, 23, 27}, IMAS_F32, Layout::kNchw, random, 0);
    for (int64_t y = 0; y < 6; ++y)
        for (int64_t x = 0; x < 7; ++x)
            for (int64_t c = 0; c < 3; ++c) in.logits.set(0, c, y, x, c == 1 ? 300 : 0);
    in.labels.fill([] { return 1; });
    Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, 1, 3, 6, 7);
    EXPECT_OK(run(in, IMAS_CE, 0, 0, 1, loss, kept, &grad));
    for (int64_t y = 0; y < 6; ++y)
        for (int64_t x = 0; x < 7; ++x)
            for (int64_t c = 0; c < 3; c += 2) {
                EXPECT(grad.get(0, c, y, x) >= std::numeric_limits<float>::min());
                EXPECT(grad.get(0, c, y, x) < 1e-25);
            }
}

void threads_change_nothing() {
    context = "supervised_loss threads";
    Random random(44);
    const Size s = {2, 19, 35, 20, 138, 77};
    const Inputs in(s, IMAS_BF16, Layout::kNhwc, random);
    for (int kind : {IMAS_CE, IMAS_OHEM}) {
        expect_same_bytes_for_all_threads([&] {
            Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1),
                grad(IMAS_F32, s.images, s.classes, s.h, s.w);
            EXPECT_OK(run(in, kind, 0.2f, 5000, 1, loss, kept, &grad));
            return joined({&loss, &kept, &grad});
        });
    }
}

}  // namespace

void test_supervised_loss() {
    all_sizes_types_and_layouts();
    finite_differences();
    ties_are_kept();
    nothing_labelled_and_bad_labels();
    nan_ranks_last();
    nothing_but_nan_is_nan();
    many_pixels_a_logit();
    sure_logits_give_normal_numbers();
    threads_change_nothing();
}
