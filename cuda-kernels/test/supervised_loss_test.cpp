#include "orders.hpp"

using namespace test;

void orders_supervised_loss(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor logits = logits_of(c, c.layout, random), labels = labels_of(c, kLayouts[c.number / 2 % 3], random);
    const int32_t kind = c.number % 3 ? IMAS_OHEM : IMAS_CE;
    const int64_t min_kept = random.below(s.images * s.height * s.width + 1);
    const float thresh = c.number % 2 ? 0.05f : 0.7f;
    const Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
    const Workspace workspace(imas_supervised_loss_workspace(&kCpu, logits, labels, kind));
    EXPECT_OK(imas_supervised_loss(&kCpu, logits, labels, kind, thresh, min_kept, 0.5f, loss, kept, grad,
                                   workspace.data, workspace.bytes));
    expect_same_bytes_for_all_orders(has_ordinary_logits(c), [&] {
        const Tensor l(IMAS_F32, 1, 1, 1, 1), k(IMAS_I64, 1, 1, 1, 1),
            g(IMAS_F32, s.images, s.classes, s.h, s.w, kLayouts[c.number / 3 % 3]);
        const Workspace own(cuda->supervised_loss_workspace(&kCuda, logits, labels, kind));
        EXPECT_OK(
            cuda->supervised_loss(&kCuda, logits, labels, kind, thresh, min_kept, 0.5f, l, k, g, own.data, own.bytes));
        // A pixel within rounding of the limit may go either way; then loss and gradient differ by it.
        EXPECT_NEAR(k.get(0, 0, 0, 0), kept.get(0, 0, 0, 0), kind == IMAS_OHEM ? 2.0 : 0.0);
        if (k.get(0, 0, 0, 0) == kept.get(0, 0, 0, 0)) {
            expect_near(l, loss, 5e-6);
            expect_near(g, grad, 5e-6, true);
        }
        return joined({&l, &k, &g});
    });
}
