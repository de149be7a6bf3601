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
        weight.fill([&] { return random.uniform(); });
    }
};

int32_t run(const Inputs& in, float threshold, bool weighted, float scale, const Tensor& loss, const Tensor* grad) {
    Workspace workspace(imas_consistency_loss_workspace(&kCpu, in.logits, in.labels));
    return imas_consistency_loss(&kCpu, in.logits, in.labels, in.confidence, threshold,
                                 weighted ? static_cast<const imas_tensor*>(in.weight) : nullptr, scale, loss,
                                 grad ? static_cast<const imas_tensor*>(*grad) : nullptr, workspace.data,
                                 workspace.bytes);
}

std::vector<double> factors(const Inputs& in, float threshold, bool weighted) {
    return reference::consistency_factors(in.labels, in.confidence, static_cast<double>(threshold),
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
        const auto expected = reference::weighted_cross_entropy(in.logits, in.labels, factors(in, 0.6f, weighted));
        EXPECT_NEAR(loss.get(0, 0, 0, 0), expected.value, 2e-6 * std::fabs(expected.value) + 1e-7);
        compare_gradient(grad, expected.gradient, 1.5);
        EXPECT_OK(run(in, 0.6f, weighted, 1.5f, again, nullptr));
        EXPECT(again.bytes() == loss.bytes());

        spoil(in.logits, random);
        EXPECT_OK(run(in, 0.6f, weighted, 1.5f, loss, &grad));
        compare_spoiled(loss, grad,
                        reference::weighted_cross_entropy(in.logits, in.labels, factors(in, 0.6f, weighted)), 1.5);
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
    compare_with_differences(grad, in.logits, in.labels, factors(in, 0.3f, true));
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
    finite_differences();
    nothing_kept_and_broken_numbers();
    threads_change_nothing();
}
