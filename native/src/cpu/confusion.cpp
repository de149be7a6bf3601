// Prediction against truth: per-class intersection, predicted and true area, straight from low-resolution logits.
// One task is one output row; integer counts, so the order of adding them up does not matter.
#include "cpu/kernels.hpp"
#include "cpu/softmax.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

struct Space {
    Planes logits;
    Columns columns;

    Space(Carver& carver, const imas_tensor& logits_view, const imas_tensor& truth)
        : logits(Planes::take(carver, logits_view)), columns(Columns::take(carver, truth.shape[3])) {}
};

/** Adds one row to intersection, predicted and true area. */
template <bool kWindowed>
void count_row(const Space& space, const imas_tensor& truth, int64_t* counts, int64_t image, int64_t y) {
    const int64_t width = truth.shape[3], classes = space.logits.classes;
    const Tap row = tap(y, space.logits.rows, truth.shape[2]);
    int64_t local[3][IMAS_MAX_CLASSES];
    for (int64_t c = 0; c < classes; ++c) local[0][c] = local[1][c] = local[2][c] = 0;
    for (int64_t block = 0; block < space.columns.blocks; ++block) {
        const int64_t x = block * kLanes, n = width - x < kLanes ? width - x : kLanes;
        const Ints labels = load_labels(&at<uint8_t>(truth, image, 0, y, x), truth.stride[3], n);
        if (!any(labels != splat(IMAS_IGNORE))) continue;
        Floats logits[IMAS_MAX_CLASSES];
        const Best best = enlarge(Block<kWindowed>(space.logits, image, row, space.columns, block), space.logits, logits);
        for (int64_t k = 0; k < n; ++k) {
            const int32_t label = labels[k], predicted = best.label[k];
            if (label == IMAS_IGNORE) continue;
            ++local[1][predicted];
            if (label >= classes) continue;
            ++local[2][label];
            local[0][label] += label == predicted;
        }
    }
    for (int64_t part = 0; part < 3; ++part) {
        for (int64_t c = 0; c < classes; ++c) {
            if (local[part][c]) __atomic_fetch_add(counts + part * classes + c, local[part][c], __ATOMIC_RELAXED);
        }
    }
}

}  // namespace

int32_t confusion(const imas_backend*, const imas_tensor* logits, const imas_tensor* truth, const imas_tensor* counts, void* workspace, size_t) {
    const int64_t images = logits->shape[0], h = logits->shape[2], height = truth->shape[2];
    Carver carver(workspace);
    Space space(carver, *logits, *truth);
    space.columns.fill(logits->shape[3], truth->shape[3]);
    int64_t* n = static_cast<int64_t*>(counts->data);
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (int64_t k = 0; k < images * h; ++k) space.logits.fill(*logits, k / h, k % h);
#pragma omp for schedule(dynamic, 8)
        for (int64_t k = 0; k < images * height; ++k) {
            if (space.columns.windowed) count_row<true>(space, *truth, n, k / height, k % height);
            else count_row<false>(space, *truth, n, k / height, k % height);
        }
    }
    return IMAS_OK;
}

size_t confusion_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* truth) {
    Carver carver(nullptr);
    Space(carver, *logits, *truth);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
