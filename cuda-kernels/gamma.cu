// Counts -> class-weighted symmetric IoU, gamma, CutMix partners and the batch mean (method 4).
//
// One block. A thread owns an image for the IoUs and its rank; a few hundred numbers in all, so the launch dominates
// and one launch is the optimum. IoUs and shares are formed in double and rounded to float once, as the CPU does.
// Every sum runs in one thread in class or image order: GPU-to-GPU identical.
#include "kernels.cuh"
#include "view.cuh"

namespace imas::cuda {
namespace {

constexpr int kThreads = 128;

/** One image's counts: n_S(c), n_T(c), n_ST(c), confident pixels of student and teacher. */
struct Counts {
    const int* student;
    const int* teacher;
    const int* both;
    int classes;

    __device__ long long either(int c) const { return static_cast<long long>(student[c]) + teacher[c] - both[c]; }
    __device__ double iou(int c) const { return static_cast<double>(both[c]) / static_cast<double>(either(c)); }
};

/** Sum of IoU(c) * n(c) / sum of n; 0 when nothing is left to weigh. */
__device__ float weighted_iou(const Counts& counts, const int* weights, bool ignore_background) {
    const int first = ignore_background ? 1 : 0;
    long long total = 0;
    for (int c = first; c < counts.classes; c++) total += weights[c];
    if (total <= 0) return 0.0f;
    double sum = 0.0;
    for (int c = first; c < counts.classes; c++) {
        if (counts.either(c) > 0) sum += counts.iou(c) * (static_cast<double>(weights[c]) / static_cast<double>(total));
    }
    return static_cast<float>(sum);
}

/** Mean of IoU(c) over the classes present in either map; 0 when there are none. */
__device__ float mean_iou(const Counts& counts) {
    double sum = 0.0;
    int present = 0;
    for (int c = 0; c < counts.classes; c++) {
        if (counts.either(c) <= 0) continue;
        sum += counts.iou(c);
        present++;
    }
    return present ? static_cast<float>(sum / present) : 0.0f;
}

/** Does image a come before b: smaller gamma first, NaN last, equal ones in their order. */
__device__ bool before(float a, int index_a, float b, int index_b) {
    const bool nan_a = a != a, nan_b = b != b;
    if (nan_a != nan_b) return nan_b;
    if (!nan_a && a != b) return a < b;
    return index_a < index_b;
}

__device__ int rank_of(const float* parts, int images, int image) {
    int rank = 0;
    for (int other = 0; other < images; other++) rank += before(parts[5 * other + 4], other, parts[5 * image + 4], image);
    return rank;
}

__global__ void __launch_bounds__(kThreads) gamma_kernel(const int* counts, int images, int classes, double pixels, bool v1, bool class_weighted, bool ignore_background, float* parts, View<int> pairing, float* mean) {
    for (int b = threadIdx.x; b < images; b += kThreads) {
        const int* n = counts + static_cast<int64_t>(b) * (3 * classes + 2);
        const Counts image{n, n + classes, n + 2 * classes, classes};
        const float iou_student = class_weighted ? weighted_iou(image, image.student, ignore_background) : mean_iou(image);
        const float iou_teacher = class_weighted ? weighted_iou(image, image.teacher, ignore_background) : mean_iou(image);
        const float rho_student = static_cast<float>(n[3 * classes] / pixels);
        const float rho_teacher = static_cast<float>(n[3 * classes + 1] / pixels);
        const float agreement = iou_teacher * rho_teacher + iou_student * rho_student;
        const float confident = rho_teacher + rho_student;
        float* part = parts + 5 * b;
        part[0] = iou_student;
        part[1] = iou_teacher;
        part[2] = rho_student;
        part[3] = rho_teacher;
        part[4] = v1 ? agreement * 0.5f : confident > 0.0f ? agreement / confident : 0.0f;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        double sum = 0.0;
        for (int b = 0; b < images; b++) sum += parts[5 * b + 4];
        *mean = static_cast<float>(sum / images);
    }
    for (int b = threadIdx.x; b < images; b += kThreads) {
        const int wanted = images - 1 - rank_of(parts, images, b);
        for (int other = 0; other < images; other++) {
            if (rank_of(parts, images, other) == wanted) {
                *pairing.at(b, 0, 0, 0) = other;
                break;
            }
        }
    }
}

}  // namespace

int32_t gamma(const imas_backend* backend, const imas_tensor* counts, int64_t pixels, int32_t version, int32_t class_weighted, int32_t ignore_background, const imas_tensor* parts, const imas_tensor* pairing, const imas_tensor* mean) {
    const DeviceScope scope(backend);
    const int images = static_cast<int>(counts->shape[0]), classes = static_cast<int>((counts->shape[3] - 2) / 3);
    IMAS_LAUNCH(gamma_kernel, dim3(1), dim3(kThreads), 0, stream_of(backend), static_cast<const int*>(counts->data), images, classes, static_cast<double>(pixels), version == IMAS_GAMMA_V1, class_weighted != 0, ignore_background != 0, static_cast<float*>(parts->data), view<int>(pairing), static_cast<float*>(mean->data));
    return launched("gamma");
}

}  // namespace imas::cuda
