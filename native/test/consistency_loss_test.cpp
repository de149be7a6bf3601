#include "loss_compare.hpp"

using namespace test;

namespace {

struct Inputs {
    Tensor logits, labels, confidence, weight;

    Inputs(const Size& s, imas_dtype type, Layout layout, Random& random)
        : logits(type, s.images, s.classes, s.h, s.w, layout),
          labels(IMAS_U8, s.images, 1, s.height, s.width, layout),
          confidence(IMAS_F32, s.images, 1, s.height, s.width, layout),
          weight(IMAS_F32, s.images, 1, 1, 1) {
        random_logits(logits, random);
        const int64_t block = 1 + random.below(40);  // whole stretches are kept or not
        int64_t k = 0;
        double level = 0;
        confidence.fill([&] {
            if (k++ % block == 0) level = random.uniform();
            return level + 0.2 * random.uniform();
        });
        labels.fill([&] { return random.below(6) == 0 ? 255 : static_cast<double>(random.below(s.classes)); });
        weight.fill([&] { return random.below(5) == 0 ? 0 : random.uniform(); });
    }
};

int32_t run(const Inputs& in, float threshold, bool weighted, float scale, const Tensor& loss, const Tensor* grad) {
    Workspace workspace(imas_consistency_loss_workspace(&kTested, in.logits, in.labels));
    return imas_consistency_loss(&kTested, in.logits, in.labels, in.confidence, threshold,
                                 weighted ? static_cast<const imas_tensor*>(in.weight) : nullptr, scale, loss,
                                 grad ? static_cast<const imas_tensor*>(*grad) : nullptr, workspace.data,
                                 workspace.bytes);
}

reference::Loss expected_of(const Inputs& in, float threshold, bool weighted) {
    return reference::consistency(in.logits, in.labels, in.confidence, static_cast<double>(threshold),
                                  weighted ? &in.weight : nullptr);
}

void all_sizes_types_and_layouts() {
    Random random(31);
    for (const Size& s : sizes()) {
        Inputs in(s, random.one_of(kFloatTypes), random.one_of(kLayouts), random);
        const bool weighted = random.below(4) != 0;
        context = "consistency_loss " + s.text();
        Tensor loss(IMAS_F32, 1, 1, 1, 1), again(IMAS_F32, 1, 1, 1, 1),
            grad(random.one_of(kFloatTypes), s.images, s.classes, s.h, s.w, random.one_of(kLayouts));
        EXPECT_OK(run(in, 0.6f, weighted, 1.5f, loss, &grad));
        const auto expected = expected_of(in, 0.6f, weighted);
        EXPECT_NEAR(loss.get(0, 0, 0, 0), expected.value, 2e-6 * std::fabs(expected.value) + 1e-7);
        compare_gradient(grad, expected.gradient, 1.5);
        EXPECT_OK(run(in, 0.6f, weighted, 1.5f, again, nullptr));
        EXPECT(again.bytes() == loss.bytes());

        spoil(in.logits, random);
        EXPECT_OK(run(in, 0.6f, weighted, 1.5f, loss, &grad));
        compare_spoiled(loss, grad, expected_of(in, 0.6f, weighted), 1.5);
    }
}

/** Gradients of logits that thousands of pixels reach, all of one sign: 2e-6 of each, not of the largest alone. */
void large_windows() {
    Random random(37);
    for (const Size& s : {Size{1, 2, 2, 2, 2048, 40}, Size{1, 2, 2, 2, 40, 2048}, Size{1, 64, 1, 2, 3, 2048},
                          Size{1, 3, 1, 1, 600, 500}}) {
        context = "consistency_loss large windows " + s.text();
        Inputs in(s, IMAS_F32, Layout::kNchw, random);
        in.confidence.fill([] { return 1; });
        in.labels.fill([] { return 0; });
        Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
        EXPECT_OK(run(in, 0.5f, false, 1, loss, &grad));
        const auto expected = expected_of(in, 0.5f, false).gradient;
        size_t k = 0;
        grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) {
            const double g = expected[k++];
            EXPECT_NEAR(grad.get(b, c, h, w) / g, 1, 2e-6);
        });
    }
}

/** The closed form against central differences of the reference loss. */
void finite_differences() {
    context = "consistency_loss finite differences";
    Random random(32);
    const Size s = {2, 3, 3, 4, 8, 11};
    Inputs in(s, IMAS_F32, Layout::kNchw, random);
    Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, 2, 3, 3, 4);
    EXPECT_OK(run(in, 0.3f, true, 1, loss, &grad));
    compare_with_differences(
        grad, in.logits, in.labels,
        reference::consistency_factors(in.labels, in.confidence, static_cast<double>(0.3f), &in.weight));
}

void nothing_kept_and_broken_numbers() {
    context = "consistency_loss edge cases";
    Random random(33);
    const Size s = {2, 4, 5, 6, 17, 21};
    Inputs in(s, IMAS_F32, Layout::kNchw, random);
    Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, 2, 4, 5, 6);
    EXPECT_OK(run(in, 2.0f, true, 1, loss, &grad));
    EXPECT(loss.get(0, 0, 0, 0) == 0);
    grad.each([&](int64_t b, int64_t c, int64_t h, int64_t w) { EXPECT(grad.get(b, c, h, w) == 0); });

    // A NaN weight: the loss is NaN, the other image's gradient is not.
    in.weight.set(0, 0, 0, 0, NAN);
    EXPECT_OK(run(in, 0.5f, true, 1, loss, &grad));
    EXPECT(std::isnan(loss.get(0, 0, 0, 0)));
    grad.each(
        [&](int64_t b, int64_t c, int64_t h, int64_t w) { EXPECT(b == 0 || std::isfinite(grad.get(b, c, h, w))); });

    // A NaN confidence is not kept, and a NaN logit where nothing is kept harms nothing.
    in.weight.set(0, 0, 0, 0, 1);
    in.confidence.fill([] { return static_cast<double>(NAN); });
    in.logits.set(1, 2, 2, 2, NAN);
    EXPECT_OK(run(in, 0.5f, true, 1, loss, &grad));
    EXPECT(loss.get(0, 0, 0, 0) == 0 && grad.get(1, 2, 2, 2) == 0);
}

/** Of an image that has no weight, an infinite loss and a NaN count as little as any other. */
void an_image_of_weight_0_is_left_out() {
    context = "consistency_loss weight 0";
    Random random(35);
    const Size s = {2, 4, 5, 6, 17, 21};
    Inputs in(s, IMAS_F32, Layout::kNchw, random);
    in.confidence.fill([] { return 1; });
    in.labels.fill([] { return 2; });
    in.weight.set(0, 0, 0, 0, 0);
    in.weight.set(1, 0, 0, 0, 0.5);
    Tensor whole(IMAS_F32, 1, 1, 1, 1), loss(IMAS_F32, 1, 1, 1, 1), whole_grad(IMAS_F32, 2, 4, 5, 6),
        grad(IMAS_F32, 2, 4, 5, 6);
    EXPECT_OK(run(in, 0.5f, true, 1, whole, &whole_grad));
    EXPECT(whole.get(0, 0, 0, 0) > 0);
    for (const double bad : {-static_cast<double>(INFINITY), static_cast<double>(INFINITY), static_cast<double>(NAN)}) {
        in.logits.each([&](int64_t b, int64_t, int64_t h, int64_t w) {
            if (b == 0) in.logits.set(b, 2, h, w, bad);  // -infinity at the label: an infinite loss
        });
        EXPECT_OK(run(in, 0.5f, true, 1, loss, &grad));
        EXPECT(joined({&loss, &grad}) == joined({&whole, &whole_grad}));
    }
}

/** A network that is NaN throughout shows, though the teacher is sure of nothing or every weight is 0. */
void nothing_but_nan_is_nan() {
    context = "consistency_loss all NaN";
    Random random(36);
    for (const Size& s : {Size{2, 4, 5, 6, 17, 21}, Size{1, 1, 1, 1, 1, 1}, Size{3, 40, 3, 5, 4, 9}}) {
        Inputs in(s, random.one_of(kFloatTypes), random.one_of(kLayouts), random);
        in.logits.fill([] { return static_cast<double>(NAN); });
        Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
        EXPECT_OK(run(in, 2.0f, true, 1, loss, &grad));
        EXPECT(std::isnan(loss.get(0, 0, 0, 0)));
        in.weight.fill([] { return 0; });
        EXPECT_OK(run(in, 0.0f, true, 1, loss, nullptr));
        EXPECT(std::isnan(loss.get(0, 0, 0, 0)));
        in.logits.set(s.images - 1, s.classes - 1, s.h - 1, s.w - 1, 1);  // one number, and nothing is kept
        EXPECT_OK(run(in, 2.0f, true, 1, loss, &grad));
        EXPECT(loss.get(0, 0, 0, 0) == 0);
    }
}

/** As imas_supervised_loss: refused where values can be looked at, else ignored. */
void labels_beyond_the_classes() {
    context = "consistency_loss labels beyond the classes";
    Random random(37);
    Inputs in({2, 4, 5, 6, 17, 21}, IMAS_F32, Layout::kNchw, random);
    in.confidence.fill([] { return 1; });
    in.labels.set(1, 0, 16, 20, 255);
    Tensor ignored(IMAS_F32, 1, 1, 1, 1), loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, 2, 4, 5, 6);
    EXPECT_OK(run(in, 0.5f, true, 1, ignored, &grad));
    const auto before = joined({&loss, &grad});
    in.labels.set(1, 0, 16, 20, 4);
    if (refuses_values()) {
        EXPECT_REFUSED(run(in, 0.5f, true, 1, loss, &grad), IMAS_ERROR_ARGUMENT,
                       "imas_consistency_loss: labels has 4, expected 0 to 3 or 255");
        EXPECT(joined({&loss, &grad}) == before);
    } else {
        EXPECT_OK(run(in, 0.5f, true, 1, loss, &grad));
        EXPECT(loss.bytes() == ignored.bytes());
    }
}

void threads_change_nothing() {
    context = "consistency_loss threads";
    Random random(34);
    const Size s = {2, 21, 35, 20, 138, 77};
    const Inputs in(s, IMAS_F32, Layout::kNhwc, random);
    expect_same_bytes_for_all_threads([&] {
        Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
        EXPECT_OK(run(in, 0.5f, true, 1, loss, &grad));
        return joined({&loss, &grad});
    });
}

}  // namespace

void test_consistency_loss() {
    all_sizes_types_and_layouts();
    large_windows();
    finite_differences();
    nothing_kept_and_broken_numbers();
    an_image_of_weight_0_is_left_out();
    nothing_but_nan_is_nan();
    labels_beyond_the_classes();
    threads_change_nothing();
}
