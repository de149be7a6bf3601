#include "orders.hpp"

using namespace test;

void orders_consistency_loss(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor logits = logits_of(c, c.layout, random), labels = labels_of(c, kLayouts[c.number / 2 % 3], random);
    Tensor confidence(IMAS_F32, s.images, 1, s.height, s.width, c.layout), weight(IMAS_F32, s.images, 1, 1, 1);
    confidence.fill([&] { return random.uniform(); });
    weight.fill([&] { return random.uniform(); });
    if (c.number % 9 == 8) weight.set(0, 0, 0, 0, NAN);
    const imas_tensor* weights = c.number % 3 ? &weight.view : nullptr;
    const Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
    const Workspace workspace(imas_consistency_loss_workspace(&kCpu, logits, labels));
    EXPECT_OK(imas_consistency_loss(&kCpu, logits, labels, confidence, 0.3f, weights, 1.5f, loss, grad, workspace.data,
                                    workspace.bytes));
    expect_same_bytes_for_all_orders(has_ordinary_logits(c), [&] {
        const Tensor l(IMAS_F32, 1, 1, 1, 1), again(IMAS_F32, 1, 1, 1, 1),
            g(c.number % 4 == 1 ? c.type : IMAS_F32, s.images, s.classes, s.h, s.w, kLayouts[c.number / 3 % 3]);
        const Workspace own(cuda->consistency_loss_workspace(&kCuda, logits, labels));
        EXPECT_OK(
            cuda->consistency_loss(&kCuda, logits, labels, confidence, 0.3f, weights, 1.5f, l, g, own.data, own.bytes));
        EXPECT_OK(cuda->consistency_loss(&kCuda, logits, labels, confidence, 0.3f, weights, 1.5f, again, nullptr,
                                         own.data, own.bytes));
        expect_near(l, loss, 5e-6);
        expect_near(g, grad, 5e-6, true);
        expect_equal(again, l);
        return joined({&l, &g});
    });
}
