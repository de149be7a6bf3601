// Labels and confidences of the teacher, and the counts behind gamma, from low-resolution logits of both networks.
// One task is one piece of an image; the counts of a task are integers, so the order of adding them up does not matter.
#include "cpu/kernels.hpp"
#include "cpu/pair_counts.hpp"
#include "cpu/softmax.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

struct Prediction {
    Ints label;
    Floats probability;
};

Prediction predict(const Strip& strip, const Tap& row, int64_t block) {
    Floats x[IMAS_MAX_CLASSES];
    const Best best = enlarge(strip, row, block, x);
    const Floats sum = sum_of_exponentials(x, strip.classes, best.logit);
    return {sum == sum ? best.label : Ints{}, 1.0f / sum};
}

struct Outputs {
    const imas_tensor& labels;
    const imas_tensor& confidence;
    const imas_tensor& counts;
};

/** n values to a row with a stride. */
template <class T>
void copy_row(T* row, int64_t stride, int64_t n, const T* values) {
    if (stride == 1) std::memcpy(row, values, static_cast<size_t>(n) * sizeof(T));
    else
        for (int64_t x = 0; x < n; ++x) row[x * stride] = values[x];
}

void label_piece(const imas_tensor& student_logits, const imas_tensor& teacher_logits, const Columns& columns,
                 const Piece& piece, float threshold, const Outputs& out) {
    alignas(64) float memory[2][Strip::kFloats];
    alignas(64) uint8_t student_labels[kStripPixels], teacher_labels[kStripPixels];
    alignas(64) float confidence[kStripPixels];
    Strip student(student_logits, columns, piece.image, piece.strip, memory[0]),
        teacher(teacher_logits, columns, piece.image, piece.strip, memory[1]);
    PairCounts pairs(student.classes);
    int32_t confident[2] = {};
    const int64_t width = out.labels.shape[3], first = student.first_block * kLanes,
                  n = width - first < student.stride ? width - first : student.stride;
    const auto label_row = [&](int64_t y, const Tap& row) {
        for (int64_t block = 0; block < student.blocks; ++block) {
            const Prediction s = predict(student, row, block), t = predict(teacher, row, block);
            const uint64_t used = first_bits(n - block * kLanes);
            confident[0] += __builtin_popcountll(at_least(s.probability, threshold) & used);
            confident[1] += __builtin_popcountll(at_least(t.probability, threshold) & used);
            narrow(student_labels + block * kLanes, s.label);
            narrow(teacher_labels + block * kLanes, t.label);
            store(confidence + block * kLanes, t.probability);
        }
        copy_row(&at<uint8_t>(out.labels, piece.image, 0, y, first), out.labels.stride[3], n, teacher_labels);
        copy_row(&at<float>(out.confidence, piece.image, 0, y, first), out.confidence.stride[3], n, confidence);
        for (int64_t x = 0; x < n; x += 64) pairs.add(student_labels + x, teacher_labels + x, first_bits(n - x));
    };
    each_row(piece, student_logits.shape[2], out.labels.shape[2], label_row, student, teacher);
    int32_t* counts = &at<int32_t>(out.counts, piece.image, 0, 0, 0);
    const int64_t classes = student.classes;
    pairs.add_to(counts, counts + classes, counts + 2 * classes);
    for (int k = 0; k < 2; ++k) __atomic_fetch_add(counts + 3 * classes + k, confident[k], __ATOMIC_RELAXED);
}

}  // namespace

int32_t pseudo_label(const imas_backend*, const imas_tensor* student, const imas_tensor* teacher, float threshold,
                     const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* counts,
                     void* workspace, size_t) {
    Carver carver(workspace);
    Columns columns = Columns::take(carver, student->shape[1], labels->shape[3]);
    columns.fill(student->shape[3], labels->shape[3]);
    std::memset(counts->data, 0, static_cast<size_t>(counts->shape[0] * counts->shape[3]) * sizeof(int32_t));
    const Outputs out = {*labels, *confidence, *counts};
    const int64_t pieces = Piece::count(*student, columns);
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t k = 0; k < pieces; ++k)
        label_piece(*student, *teacher, columns, Piece::at(k, *student, columns), threshold, out);
    return IMAS_OK;
}

size_t pseudo_label_workspace(const imas_backend*, const imas_tensor* student, const imas_tensor* labels) {
    Carver carver(nullptr);
    Columns::take(carver, student->shape[1], labels->shape[3]);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
