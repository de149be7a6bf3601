// Counts -> class-weighted symmetric IoU, gamma, CutMix partners and the batch mean (method 4).
//
// One block of kWarps warps. A warp owns an image at a time: its lanes form the classes' terms side by side, so that the
// loads overlap, and lane 0 adds them up in class order. A few hundred numbers in all: the launch dominates, and one
// launch is the floor. IoUs and shares are formed in double and rounded to float once, as the CPU does, to the same
// bits: GPU-to-GPU identical.
#include "kernels.cuh"
#include "view.cuh"

namespace imas::cuda {
namespace {

constexpr int kWarps = 16;
constexpr int kRanked = 4096;  // images whose ranks are kept in shared memory; beyond, they are found again

/** One image's counts: n_S(c), n_T(c), n_ST(c), confident pixels of student and teacher. */
struct Counts {
    const int* student;
    const int* teacher;
    const int* both;
    int classes;

    __device__ long long either(int c) const { return static_cast<long long>(student[c]) + teacher[c] - both[c]; }
    __device__ double iou(int c) const { return static_cast<double>(both[c]) / static_cast<double>(either(c)); }
};

/** Sum over the lanes of a warp, for all of them. Integers: any order. */
__device__ __forceinline__ long long warp_sum(long long value) {
    for (int mask = 16; mask > 0; mask /= 2) value += __shfl_xor_sync(0xffffffffu, value, mask);
    return value;
}

/** Sum of IoU(c) * n(c) / sum of n; 0 when nothing is left to weigh. A warp; the result is lane 0's. `terms` has one a class. */
__device__ float weighted_iou(const Counts& counts, const int* weights, bool ignore_background, double* terms, int lane) {
    const int first = ignore_background ? 1 : 0;
    long long total = 0;
    for (int c = first + lane; c < counts.classes; c += 32) total += weights[c];
    total = warp_sum(total);
    for (int c = first + lane; c < counts.classes; c += 32) terms[c] = counts.either(c) > 0 && total > 0 ? counts.iou(c) * (static_cast<double>(weights[c]) / static_cast<double>(total)) : 0.0;
    __syncwarp();
    double sum = 0.0;
    if (lane == 0) {
        for (int c = first; c < counts.classes; c++) sum += terms[c];
    }
    __syncwarp();
    return static_cast<float>(sum);
}

/** Mean of IoU(c) over the classes present in either map; 0 when there are none. A warp; the result is lane 0's. */
__device__ float mean_iou(const Counts& counts, double* terms, int lane) {
    long long present = 0;
    for (int c = lane; c < counts.classes; c += 32) {
        const bool there = counts.either(c) > 0;
        terms[c] = there ? counts.iou(c) : 0.0;
        present += there;
    }
    present = warp_sum(present);
    __syncwarp();  // the shuffles order no memory: lane 0 reads what the others wrote
    double sum = 0.0;
    if (lane == 0) {
        for (int c = 0; c < counts.classes; c++) sum += terms[c];
    }
    __syncwarp();
    return present ? static_cast<float>(sum / static_cast<double>(present)) : 0.0f;
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
    for (int other = 0; other < images; other++) rank += before(parts[5 * static_cast<int64_t>(other) + 4], other, parts[5 * static_cast<int64_t>(image) + 4], image);
    return rank;
}

__global__ void __launch_bounds__(32 * kWarps, 1) gamma_kernel(const int* counts, int images, int classes, double pixels, bool v1, bool class_weighted, bool ignore_background, float* parts, View<int> pairing, float* mean) {
    IMAS_SHARED(memory);
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    double* const terms = reinterpret_cast<double*>(memory) + warp * classes;
    int* const ranks = reinterpret_cast<int*>(reinterpret_cast<double*>(memory) + kWarps * classes);
    for (int b = warp; b < images; b += kWarps) {
        const int* n = counts + static_cast<int64_t>(b) * (3 * classes + 2);
        const Counts image{n, n + classes, n + 2 * classes, classes};
        const float of_student = class_weighted ? weighted_iou(image, image.student, ignore_background, terms, lane) : mean_iou(image, terms, lane);
        const float of_teacher = class_weighted ? weighted_iou(image, image.teacher, ignore_background, terms, lane) : of_student;
        if (lane > 0) continue;
        const float rho_student = static_cast<float>(n[3 * classes] / pixels);
        const float rho_teacher = static_cast<float>(n[3 * classes + 1] / pixels);
        const float agreement = __fadd_rn(__fmul_rn(of_teacher, rho_teacher), __fmul_rn(of_student, rho_student));  // never an FMA: the CPU's bits
        const float confident = rho_teacher + rho_student;
        float* part = parts + 5 * static_cast<int64_t>(b);
        part[0] = of_student;
        part[1] = of_teacher;
        part[2] = rho_student;
        part[3] = rho_teacher;
        part[4] = v1 ? agreement * 0.5f : confident > 0.0f ? agreement / confident : 0.0f;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        double sum = 0.0;
        for (int b = 0; b < images; b++) sum += parts[5 * static_cast<int64_t>(b) + 4];
        *mean = static_cast<float>(sum / images);
    }
    if (images <= kRanked) {
        for (int b = threadIdx.x; b < images; b += blockDim.x) ranks[b] = rank_of(parts, images, b);
    }
    __syncthreads();
    for (int b = threadIdx.x; b < images; b += blockDim.x) {
        const auto rank = [&](int image) { return images <= kRanked ? ranks[image] : rank_of(parts, images, image); };
        const int wanted = images - 1 - rank(b);
        int partner = 0;
        while (rank(partner) != wanted) partner++;
        *pairing.at(b, 0, 0, 0) = partner;
    }
}

}  // namespace

int32_t gamma(const imas_backend* backend, const imas_tensor* counts, int64_t pixels, int32_t version, int32_t class_weighted, int32_t ignore_background, const imas_tensor* parts, const imas_tensor* pairing, const imas_tensor* mean) {
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
    const int images = static_cast<int>(counts->shape[0]), classes = static_cast<int>((counts->shape[3] - 2) / 3);
    const size_t shared_bytes = sizeof(double) * static_cast<size_t>(kWarps * classes) + sizeof(int) * static_cast<size_t>(images < kRanked ? images : kRanked);
    IMAS_LAUNCH(gamma_kernel, dim3(1), dim3(32 * kWarps), shared_bytes, stream_of(backend), static_cast<const int*>(counts->data), images, classes, static_cast<double>(pixels), version == IMAS_GAMMA_V1, class_weighted != 0, ignore_background != 0, static_cast<float*>(parts->data), view<int>(pairing), static_cast<float*>(mean->data));
    return launched("gamma");
}

}  // namespace imas::cuda
