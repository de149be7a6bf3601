// Prediction against truth: per-class intersection, predicted and true area, straight from low-resolution logits.
// One task is one piece of an image; integer counts, so the order of adding them up does not matter.
#include "cpu/kernels.hpp"
#include "cpu/pair_counts.hpp"
#include "cpu/softmax.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** The class with the largest logit; 0 where any is NaN. */
Ints predict(const Strip& strip, const Tap& row, int64_t block) {
    if (strip.finite()) return largest(strip.classes, strip.between(row, block), [](int64_t, Floats) {}).label;
    Ints nan = {};
    const Best best =
        largest(strip.classes, strip.between(row, block), [&](int64_t, Floats logit) { nan |= logit != logit; });
    return nan ? Ints{} : best.label;
}

void count_piece(const imas_tensor& logits, const Columns& columns, const Piece& piece, const imas_tensor& truth,
                 int64_t* counts) {
    alignas(64) float memory[Strip::kFloats];
    alignas(64) uint8_t predicted[kStripPixels], actual[kStripPixels];
    Strip strip(logits, columns, piece.image, piece.strip, memory);
    PairCounts pairs(strip.classes);
    const int64_t width = truth.shape[3], first = strip.first_block * kLanes;
    const auto count_row = [&](int64_t y, const Tap& row) {
        const int64_t n = width - first < strip.stride ? width - first : strip.stride;
        const uint8_t* labels = &at<uint8_t>(truth, piece.image, 0, y, first);
        if (truth.stride[3] == 1) std::memcpy(actual, labels, static_cast<size_t>(n));
        else
            for (int64_t x = 0; x < n; ++x) actual[x] = labels[x * truth.stride[3]];
        for (int64_t block = 0; block < strip.blocks; ++block) {
            narrow(predicted + block * kLanes, predict(strip, row, block));
        }
        for (int64_t x = 0; x < n; x += 64)
            pairs.add(actual + x, predicted + x, first_bits(n - x) & ~equal_bytes(actual + x, IMAS_IGNORE));
    };
    each_row(piece, logits.shape[2], truth.shape[2], count_row, strip);
    pairs.add_to(counts + 2 * strip.classes, counts + strip.classes, counts);
}

}  // namespace

int32_t confusion(const imas_backend*, const imas_tensor* logits, const imas_tensor* truth, const imas_tensor* counts,
                  void* workspace, size_t) {
    Carver carver(workspace);
    Columns columns = Columns::take(carver, logits->shape[1], truth->shape[3]);
    columns.fill(logits->shape[3], truth->shape[3]);
    int64_t* n = static_cast<int64_t*>(counts->data);
    const int64_t pieces = Piece::count(*logits, columns);
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t k = 0; k < pieces; ++k) count_piece(*logits, columns, Piece::at(k, *logits, columns), *truth, n);
    return IMAS_OK;
}

size_t confusion_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* truth) {
    Carver carver(nullptr);
    Columns::take(carver, logits->shape[1], truth->shape[3]);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
