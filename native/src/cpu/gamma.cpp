// Counts of one image -> the symmetric class-weighted IoU and gamma; a few hundred numbers, one thread. The formulas
// are law/gamma.hpp's.
#include "law/gamma.hpp"

#include "cpu/kernels.hpp"
#include "cpu/numbers.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** Sum of IoU(c) * n(c) / sum of n; 0 when nothing is left to weigh. */
float weighted_iou(const law::Counts& counts, const int32_t* weights, bool ignore_background) {
    const int32_t first = law::first_weighed(ignore_background);
    int64_t total = 0;
    for (int32_t c = first; c < counts.classes; ++c) total += weights[c];
    double sum = 0;
    for (int32_t c = first; c < counts.classes; ++c) sum += counts.weighted_iou(c, weights, total);
    return static_cast<float>(sum);
}

/** Mean of IoU(c) over the classes present in either map. */
float mean_iou(const law::Counts& counts) {
    double sum = 0;
    int64_t present = 0;
    for (int32_t c = 0; c < counts.classes; ++c) {
        sum += counts.plain_iou(c);
        present += counts.present(c);
    }
    return law::mean_iou(sum, present);
}

}  // namespace

int32_t gamma(const imas_backend*, const imas_tensor* counts, int64_t pixels, int32_t version, int32_t class_weighted,
              int32_t ignore_background, const imas_tensor* parts, const imas_tensor* pairing,
              const imas_tensor* mean) {
    const int64_t images = counts->shape[0];
    const int32_t classes = static_cast<int32_t>((counts->shape[3] - 2) / 3);
    float* part = static_cast<float*>(parts->data);
    for (int64_t b = 0; b < images; ++b) {
        const law::Counts image(static_cast<const int32_t*>(counts->data) + b * law::counts_of_image(classes), classes);
        const float iou_student =
            class_weighted ? weighted_iou(image, image.student, ignore_background != 0) : mean_iou(image);
        const float iou_teacher =
            class_weighted ? weighted_iou(image, image.teacher, ignore_background != 0) : mean_iou(image);
        const float rho_student = law::confident_share(image.confident[0], pixels),
                    rho_teacher = law::confident_share(image.confident[1], pixels);
        law::GammaParts(iou_student, iou_teacher, rho_student, rho_teacher, version == IMAS_GAMMA_V1)
            .store(part + 5 * b);
    }
    at<float>(*mean, 0, 0, 0, 0) = law::mean_gamma(part, images);

    // Ranks by counting, kept in the output; partners are found in pairs (the relation is symmetric) and marked by
    // their complement until all are known: no memory beside the output.
    const auto partner = [pairing](int64_t b) -> int32_t& { return at<int32_t>(*pairing, b, 0, 0, 0); };
    for (int64_t b = 0; b < images; ++b) partner(b) = law::rank_of(part, images, b);
    for (int64_t b = 0; b < images; ++b) {
        if (partner(b) < 0) continue;
        int64_t other = b;
        while (partner(other) != law::rank_of_partner(images, partner(b))) ++other;
        partner(b) = static_cast<int32_t>(~other);
        partner(other) = static_cast<int32_t>(~b);
    }
    for (int64_t b = 0; b < images; ++b) partner(b) = ~partner(b);
    return IMAS_OK;
}

}  // namespace imas::cpu::IMAS_ISA
