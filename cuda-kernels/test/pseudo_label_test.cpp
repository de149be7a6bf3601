#include "orders.hpp"

using namespace test;

void orders_pseudo_label(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor student = logits_of(c, c.layout, random), teacher = logits_of(c, kLayouts[(c.number + 1) % 3], random);
    const auto run = [&](bool on_cuda, const Tensor& labels, const Tensor& confidence, const Tensor& counts) {
        if (on_cuda) return cuda->pseudo_label(&kCuda, student, teacher, 0.4f, labels, confidence, counts, nullptr, 0);
        const Workspace workspace(imas_pseudo_label_workspace(&kCpu, student, labels));
        return imas_pseudo_label(&kCpu, student, teacher, 0.4f, labels, confidence, counts, workspace.data,
                                 workspace.bytes);
    };
    const Tensor labels(IMAS_U8, s.images, 1, s.height, s.width, c.layout),
        confidence(IMAS_F32, s.images, 1, s.height, s.width, c.layout),
        counts(IMAS_I32, s.images, 1, 1, 3 * s.classes + 2);
    EXPECT_OK(run(false, labels, confidence, counts));
    expect_same_bytes_for_all_orders([&] {
        const Tensor l(IMAS_U8, s.images, 1, s.height, s.width, c.layout),
            p(IMAS_F32, s.images, 1, s.height, s.width, c.layout), n(IMAS_I32, s.images, 1, 1, 3 * s.classes + 2);
        EXPECT_OK(run(true, l, p, n));
        expect_near(p, confidence, 3e-6);
        // Where two classes, or a confidence and the threshold, lie within rounding of each other a pixel may differ.
        int64_t differing = 0;
        l.each([&](int64_t b, int64_t k, int64_t y, int64_t x) {
            differing += l.get(b, k, y, x) != labels.get(b, k, y, x);
        });
        EXPECT(differing <= 1 + s.images * s.height * s.width / 2000);
        n.each([&](int64_t b, int64_t, int64_t, int64_t k) {
            EXPECT_NEAR(n.get(b, 0, 0, k), counts.get(b, 0, 0, k), static_cast<double>(differing + 1));
        });
        return joined({&l, &p, &n});
    });
}
