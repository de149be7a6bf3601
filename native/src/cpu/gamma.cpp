// Counts of one image -> the symmetric class-weighted IoU and gamma (method 4); a few hundred numbers, one thread.
// The IoUs and shares are formed in double and rounded to float once, as the reference does; the rest is float.
#include "cpu/kernels.hpp"
#include "cpu/numbers.hpp"

namespace imas::cpu {
namespace {

using IMAS_ISA::at;

/** One image's counts: n_S(c), n_T(c), n_ST(c), confident pixels of student and teacher. */
struct Counts {
    const int32_t* student;
    const int32_t* teacher;
    const int32_t* both;
    int64_t classes;

    int64_t either(int64_t c) const { return static_cast<int64_t>(student[c]) + teacher[c] - both[c]; }

    double iou(int64_t c) const { return static_cast<double>(both[c]) / static_cast<double>(either(c)); }
};

/** Sum of IoU(c) * n(c) / sum of n; 0 when nothing is left to weigh. */
float weighted_iou(const Counts& counts, const int32_t* weights, bool ignore_background) {
    const int64_t first = ignore_background ? 1 : 0;
    int64_t total = 0;
    for (int64_t c = first; c < counts.classes; ++c) total += weights[c];
    if (total <= 0) return 0;
    double sum = 0;
    for (int64_t c = first; c < counts.classes; ++c) {
        if (counts.either(c) > 0) sum += counts.iou(c) * (static_cast<double>(weights[c]) / static_cast<double>(total));
    }
    return static_cast<float>(sum);
}

/** Mean of IoU(c) over the classes present in either map; 0 when there are none. */
float mean_iou(const Counts& counts) {
    double sum = 0;
    int64_t present = 0;
    for (int64_t c = 0; c < counts.classes; ++c) {
        if (counts.either(c) <= 0) continue;
        sum += counts.iou(c);
        ++present;
    }
    return present ? static_cast<float>(sum / static_cast<double>(present)) : 0;
}

/** Does image a come before b: smaller gamma first, NaN last, equal ones in their order. */
bool before(float a, int64_t index_a, float b, int64_t index_b) {
    const bool nan_a = a != a, nan_b = b != b;
    if (nan_a != nan_b) return nan_b;
    if (!nan_a && a != b) return a < b;
    return index_a < index_b;
}

}  // namespace

int32_t gamma(const imas_backend*, const imas_tensor* counts, int64_t pixels, int32_t version, int32_t class_weighted,
              int32_t ignore_background, const imas_tensor* parts, const imas_tensor* pairing, const imas_tensor* mean) {
    const int64_t images = counts->shape[0];
    const int64_t classes = (counts->shape[3] - 2) / 3;
    float* part = static_cast<float*>(parts->data);
    double sum = 0;
    for (int64_t b = 0; b < images; ++b) {
        const int32_t* n = static_cast<const int32_t*>(counts->data) + b * (3 * classes + 2);
        const Counts image = {n, n + classes, n + 2 * classes, classes};
        const float iou_student = class_weighted ? weighted_iou(image, image.student, ignore_background != 0) : mean_iou(image);
        const float iou_teacher = class_weighted ? weighted_iou(image, image.teacher, ignore_background != 0) : mean_iou(image);
        const float rho_student = static_cast<float>(static_cast<double>(n[3 * classes]) / static_cast<double>(pixels));
        const float rho_teacher = static_cast<float>(static_cast<double>(n[3 * classes + 1]) / static_cast<double>(pixels));
        const float agreement = iou_teacher * rho_teacher + iou_student * rho_student;
        const float confident = rho_teacher + rho_student;
        const float value = version == IMAS_GAMMA_V1 ? agreement * 0.5f : confident > 0 ? agreement / confident : 0;
        const float row[5] = {iou_student, iou_teacher, rho_student, rho_teacher, value};
        std::memcpy(part + 5 * b, row, sizeof row);
        sum += static_cast<double>(value);
    }
    at<float>(*mean, 0, 0, 0, 0) = static_cast<float>(sum / static_cast<double>(images));

    // Ranks by counting, kept in the output; partners are found in pairs (the relation is symmetric) and marked by
    // their complement until all are known: no memory beside the output.
    const auto partner = [pairing](int64_t b) -> int32_t& { return at<int32_t>(*pairing, b, 0, 0, 0); };
    for (int64_t b = 0; b < images; ++b) {
        int32_t rank = 0;
        for (int64_t other = 0; other < images; ++other) rank += before(part[5 * other + 4], other, part[5 * b + 4], b);
        partner(b) = rank;
    }
    for (int64_t b = 0; b < images; ++b) {
        if (partner(b) < 0) continue;
        int64_t other = b;
        while (partner(other) != images - 1 - partner(b)) ++other;
        partner(b) = static_cast<int32_t>(~other);
        partner(other) = static_cast<int32_t>(~b);
    }
    for (int64_t b = 0; b < images; ++b) partner(b) = ~partner(b);
    return IMAS_OK;
}

}  // namespace imas::cpu
