// Labels and confidences of the teacher, and the counts behind gamma, from low-resolution logits of both networks.
// One task is one output row; the counts of a task are integers, so the order of adding them up does not matter.
#include "cpu/kernels.hpp"
#include "cpu/softmax.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

struct Space {
    Planes student, teacher;
    Columns columns;

    Space(Carver& carver, const imas_tensor& logits, const imas_tensor& labels)
        : student(Planes::take(carver, logits)), teacher(Planes::take(carver, logits)), columns(Columns::take(carver, labels.shape[3])) {}
};

struct Prediction {
    Ints label;
    Floats probability;
};

template <bool kWindowed>
Prediction predict(const Planes& planes, int64_t image, const Tap& row, const Columns& columns, int64_t block) {
    Floats x[IMAS_MAX_CLASSES];
    const Best best = enlarge(Block<kWindowed>(planes, image, row, columns, block), planes, x);
    const Floats sum = sum_of_exponentials(x, planes.classes, best.logit);
    return {sum == sum ? best.label : Ints{}, 1.0f / sum};
}

/** One row's share of n_S, n_T, n_ST and the confident pixels. */
struct RowCounts {
    int32_t student[IMAS_MAX_CLASSES], teacher[IMAS_MAX_CLASSES], both[IMAS_MAX_CLASSES];
    int32_t confident_student = 0, confident_teacher = 0;

    explicit RowCounts(int64_t classes) {
        for (int64_t c = 0; c < classes; ++c) student[c] = teacher[c] = both[c] = 0;
    }

    void add(Ints s, Ints t, int64_t n) {
        const Ints same_s = s == splat(s[0]), same_t = t == splat(t[0]);
        if (n == kLanes && !any(~(same_s & same_t))) {  // most blocks lie within one region
            student[s[0]] += kLanes;
            teacher[t[0]] += kLanes;
            both[s[0]] += s[0] == t[0] ? kLanes : 0;
            return;
        }
        for (int64_t k = 0; k < n; ++k) {
            ++student[s[k]];
            ++teacher[t[k]];
            both[s[k]] += s[k] == t[k];
        }
    }

    /** Adds to n_S, n_T, n_ST, confident of one image. */
    void add_to(int32_t* counts, int64_t classes) const {
        const auto add = [](int32_t* to, int32_t n) {
            if (n) __atomic_fetch_add(to, n, __ATOMIC_RELAXED);
        };
        for (int64_t c = 0; c < classes; ++c) {
            add(counts + c, student[c]);
            add(counts + classes + c, teacher[c]);
            add(counts + 2 * classes + c, both[c]);
        }
        add(counts + 3 * classes, confident_student);
        add(counts + 3 * classes + 1, confident_teacher);
    }
};

template <bool kWindowed>
void label_row(const Space& space, float threshold, const imas_tensor& labels, const imas_tensor& confidence, int32_t* counts, int64_t image, int64_t y) {
    const int64_t width = labels.shape[3], classes = space.student.classes;
    const Tap row = tap(y, space.student.rows, labels.shape[2]);
    RowCounts local(classes);
    for (int64_t block = 0; block < space.columns.blocks; ++block) {
        const int64_t x = block * kLanes, n = width - x < kLanes ? width - x : kLanes;
        const Prediction student = predict<kWindowed>(space.student, image, row, space.columns, block);
        const Prediction teacher = predict<kWindowed>(space.teacher, image, row, space.columns, block);
        const Ints used = first_lanes(n);
        local.add(student.label, teacher.label, n);
        local.confident_student += count((student.probability >= threshold) & used);
        local.confident_teacher += count((teacher.probability >= threshold) & used);
        uint8_t* label = &at<uint8_t>(labels, image, 0, y, x);
        float* sure = &at<float>(confidence, image, 0, y, x);
        if (n == kLanes && labels.stride[3] == 1) narrow(label, teacher.label);
        else for (int64_t k = 0; k < n; ++k) label[k * labels.stride[3]] = static_cast<uint8_t>(teacher.label[k]);
        if (n == kLanes && confidence.stride[3] == 1) store(sure, teacher.probability);
        else for (int64_t k = 0; k < n; ++k) sure[k * confidence.stride[3]] = teacher.probability[k];
    }
    local.add_to(counts + image * (3 * classes + 2), classes);
}

}  // namespace

int32_t pseudo_label(const imas_backend*, const imas_tensor* student, const imas_tensor* teacher, float threshold,
                     const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* counts, void* workspace, size_t) {
    const int64_t images = student->shape[0], h = student->shape[2], height = labels->shape[2];
    Carver carver(workspace);
    Space space(carver, *student, *labels);
    space.columns.fill(student->shape[3], labels->shape[3]);
    int32_t* n = static_cast<int32_t*>(counts->data);
    std::memset(n, 0, static_cast<size_t>(images * counts->shape[3]) * sizeof *n);
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (int64_t k = 0; k < images * h; ++k) {
            space.student.fill(*student, k / h, k % h);
            space.teacher.fill(*teacher, k / h, k % h);
        }
#pragma omp for schedule(dynamic, 8)
        for (int64_t k = 0; k < images * height; ++k) {
            if (space.columns.windowed) label_row<true>(space, threshold, *labels, *confidence, n, k / height, k % height);
            else label_row<false>(space, threshold, *labels, *confidence, n, k / height, k % height);
        }
    }
    return IMAS_OK;
}

size_t pseudo_label_workspace(const imas_backend*, const imas_tensor* student, const imas_tensor* labels) {
    Carver carver(nullptr);
    Space(carver, *student, *labels);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
