// The law of gamma (method 4): from one image's counts to the class-weighted symmetric IoU and gamma, and who is whose
// CutMix partner. Both backends form these numbers to the same bits: IoUs and shares in double, rounded to float once;
// sums in the order of the classes and of the images; no product fused with a sum: every compiler of these files is
// told so (CMakeLists.txt, cuda-kernels/backend.cmake), nvcc here as well.
#pragma once

#include <cstdint>

#include "imas.h"
#include "law/both.hpp"

namespace imas::law {

/** Numbers that imas_pseudo_label leaves for each image. */
template <class Int>
IMAS_BOTH Int counts_of_image(Int classes) {
    return 3 * classes + 2;
}

/** One image's counts: n_S(c), n_T(c), n_ST(c), confident pixels of student and teacher. */
struct Counts {
    const int32_t* student;
    const int32_t* teacher;
    const int32_t* both;
    const int32_t* confident;  // student, teacher
    int32_t classes;

    IMAS_BOTH Counts(const int32_t* n, int32_t classes_)
        : student(n),
          teacher(student + classes_),
          both(teacher + classes_),
          confident(both + classes_),
          classes(classes_) {}

    IMAS_BOTH int64_t either(int32_t c) const { return static_cast<int64_t>(student[c]) + teacher[c] - both[c]; }
    IMAS_BOTH bool present(int32_t c) const { return either(c) > 0; }
    IMAS_BOTH double iou(int32_t c) const { return static_cast<double>(both[c]) / static_cast<double>(either(c)); }

    /**
     * Class c's term of the weighted IoU, a sum over the classes from first_weighed() on; `total` is the sum of their
     * weights.
     */
    IMAS_BOTH double weighted_iou(int32_t c, const int32_t* weights, int64_t total) const {
        return present(c) && total > 0 ? iou(c) * (static_cast<double>(weights[c]) / static_cast<double>(total)) : 0.0;
    }

    /** Class c's term of the plain mean over the classes present in either map. */
    IMAS_BOTH double plain_iou(int32_t c) const { return present(c) ? iou(c) : 0.0; }
};

/** The first class that has a weight. */
IMAS_BOTH int32_t first_weighed(bool ignore_background) { return ignore_background ? 1 : 0; }

/** The mean over the classes present; 0 when there are none. */
IMAS_BOTH float mean_iou(double sum, int64_t present) {
    return present ? static_cast<float>(sum / static_cast<double>(present)) : 0.0f;
}

/** The share of the pixels that is confident. */
IMAS_BOTH float confident_share(int32_t confident, int64_t pixels) {
    return static_cast<float>(static_cast<double>(confident) / static_cast<double>(pixels));
}

/** a * b + c * d, each step rounded: never an FMA. */
IMAS_BOTH float sum_of_products(float a, float b, float c, float d) {
#ifdef __CUDA_ARCH__
    return __fadd_rn(__fmul_rn(a, b), __fmul_rn(c, d));
#else
    return a * b + c * d;
#endif
}

/** The five numbers of one image, in the order of imas_gamma's `parts`. */
struct GammaParts {
    float iou_student, iou_teacher, rho_student, rho_teacher, gamma;

    IMAS_BOTH GammaParts(float iou_student_, float iou_teacher_, float rho_student_, float rho_teacher_, bool v1)
        : iou_student(iou_student_), iou_teacher(iou_teacher_), rho_student(rho_student_), rho_teacher(rho_teacher_) {
        const float agreement = sum_of_products(iou_teacher, rho_teacher, iou_student, rho_student);
        const float confident = rho_teacher + rho_student;
        gamma = v1                 ? agreement * 0.5f
                : confident > 0.0f ? agreement / confident
                                   : 0.0f;  // v2 without a confident pixel is 0
    }

    IMAS_BOTH void store(float* to) const {
        to[0] = iou_student;
        to[1] = iou_teacher;
        to[2] = rho_student;
        to[3] = rho_teacher;
        to[4] = gamma;
    }
};

/** Gamma of image b among the `parts` of a batch. */
IMAS_BOTH float gamma_of(const float* parts, int64_t b) { return parts[5 * b + 4]; }

/** The batch mean, summed in the order of the images. */
IMAS_BOTH float mean_gamma(const float* parts, int64_t images) {
    double sum = 0.0;
    for (int64_t b = 0; b < images; ++b) sum += static_cast<double>(gamma_of(parts, b));
    return static_cast<float>(sum / static_cast<double>(images));
}

/** Does image a come before b: smaller gamma first, NaN last, equal ones in their order. */
IMAS_BOTH bool before(float a, int64_t index_a, float b, int64_t index_b) {
    const bool nan_a = a != a, nan_b = b != b;
    if (nan_a != nan_b) return nan_b;
    if (!nan_a && a != b) return a < b;
    return index_a < index_b;
}

/** How many images come before image b. */
IMAS_BOTH int32_t rank_of(const float* parts, int64_t images, int64_t b) {
    int32_t rank = 0;
    for (int64_t other = 0; other < images; ++other)
        rank += before(gamma_of(parts, other), other, gamma_of(parts, b), b);
    return rank;
}

/** The rank of an image's partner: the k-th easiest receives from the k-th hardest. */
IMAS_BOTH int64_t rank_of_partner(int64_t images, int64_t rank) { return images - 1 - rank; }

}  // namespace imas::law
