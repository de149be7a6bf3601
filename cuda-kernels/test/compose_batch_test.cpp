#include <algorithm>

#include "orders.hpp"

using namespace test;

void orders_compose_batch(const Case& c, Random& random) {
    const Size& s = c.size;
    const int64_t labeled_count = random.below(4), b = s.images;
    const bool mix = c.number % 3 != 0, include_weak = c.number % 2;
    const bool one_layout = c.number % 4 != 3;  // else the general path
    const Layout layout = c.number / 2 % 2 ? Layout::kNhwc : Layout::kNchw;
    Tensor labeled(c.type, std::max<int64_t>(labeled_count, 1), 3, s.height, s.width, layout),
        weak(c.type, b, 3, s.height, s.width, layout),
        strong(c.type, b, 3, s.height, s.width, one_layout ? layout : Layout::kGaps);
    for (Tensor* t : {&labeled, &weak, &strong}) t->fill([&] { return random.between(-2, 2); });
    Tensor gamma(IMAS_F32, b, 1, 1, 1), pairing(IMAS_I32, b, 1, 1, 1), boxes(IMAS_I32, b, 1, 1, 4),
        confidence(IMAS_F32, b, 1, s.height, s.width);
    gamma.fill([&] { return random.uniform(); });
    confidence.fill([&] { return random.uniform(); });
    const Tensor labels = labels_of(c, c.layout, random);
    for (int64_t i = 0; i < b; i++) {
        const int64_t top = random.below(s.height + 1), left = random.below(s.width + 1);
        pairing.set(i, 0, 0, 0, static_cast<double>(b - 1 - i));
        const int64_t box[4] = {top, left, top + random.below(s.height - top + 1),
                                left + random.below(s.width - left + 1)};
        for (int k = 0; k < 4; k++) boxes.set(i, 0, 0, k, static_cast<double>(box[k]));
    }
    const int64_t n = labeled_count + (include_weak ? b : 0) + (mix ? b : 0) + b;
    const imas_dtype out_type = c.number % 5 < 2 ? IMAS_BF16 : c.type;
    const auto when = [](bool there, const Tensor& t) { return there ? &t.view : nullptr; };
    const auto run = [&](bool on_cuda, const Tensor& batch, const Tensor& l, const Tensor& p) {
        const auto function = on_cuda ? cuda->compose_batch : &imas_compose_batch;
        return function(on_cuda ? &kCuda : &kCpu, when(labeled_count > 0, labeled), weak, strong,
                        when(c.number % 4 != 0, gamma), when(mix, pairing), when(mix, boxes), include_weak,
                        when(mix, labels), when(mix, confidence), batch, when(mix, l), when(mix, p));
    };
    const Tensor batch(out_type, n, 3, s.height, s.width, layout), l(IMAS_U8, b, 1, s.height, s.width),
        p(IMAS_F32, b, 1, s.height, s.width);
    EXPECT_OK(run(false, batch, l, p));
    expect_same_bytes_for_all_orders([&] {
        const Tensor batch2(out_type, n, 3, s.height, s.width, layout), l2(IMAS_U8, b, 1, s.height, s.width),
            p2(IMAS_F32, b, 1, s.height, s.width);
        EXPECT_OK(run(true, batch2, l2, p2));
        expect_near(batch2, batch, 2e-7);
        expect_equal(l2, l);
        expect_equal(p2, p);
        return joined({&batch2, &l2, &p2});
    });
}
