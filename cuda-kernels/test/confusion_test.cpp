#include "orders.hpp"

using namespace test;

void orders_confusion(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor logits = logits_of(c, c.layout, random), truth = labels_of(c, kLayouts[c.number / 2 % 3], random);
    Tensor counts(IMAS_I64, 1, 1, 3, s.classes);
    counts.fill([] { return 5; });
    const Workspace workspace(imas_confusion_workspace(&kCpu, logits, truth));
    EXPECT_OK(imas_confusion(&kCpu, logits, truth, counts, workspace.data, workspace.bytes));
    expect_same_bytes_for_all_orders([&] {
        Tensor n(IMAS_I64, 1, 1, 3, s.classes);
        n.fill([] { return 5; });
        EXPECT_OK(cuda->confusion(&kCuda, logits, truth, n, nullptr, 0));
        n.each([&](int64_t b, int64_t part, int64_t row, int64_t k) {
            EXPECT_NEAR(n.get(b, part, row, k), counts.get(b, part, row, k), row == 2 ? 0.0 : 1.0);
        });
        return n.bytes();
    });
}
