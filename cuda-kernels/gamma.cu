// Counts -> class-weighted symmetric IoU, gamma, CutMix partners and the batch mean. The formulas are law/gamma.hpp's,
// and so are the bits: the CPU's, and those of every GPU.
//
// One block of kWarps warps. A warp owns an image at a time: its lanes form the classes' terms side by side, so that
// the loads overlap, and lane 0 adds them up in class order. A few hundred numbers in all: the launch dominates, and
// one launch is the floor.
#include "kernels.cuh"
#include "law/gamma.hpp"
#include "view.cuh"

namespace imas::cuda {
namespace {

constexpr int kWarps = 16;
constexpr int kRanked = 4096;  // images whose ranks are kept in shared memory; beyond, they are found again

/** Sum over the lanes of a warp, for all of them. Integers: any order. */
__device__ __forceinline__ long long warp_sum(long long value) {
    for (int mask = 16; mask > 0; mask /= 2) value += __shfl_xor_sync(0xffffffffu, value, mask);
    return value;
}

/**
 * Sum of IoU(c) * n(c) / sum of n; 0 when nothing is left to weigh. A warp; the result is lane 0's. `terms` has one a
 * class.
 */
__device__ float weighted_iou(const law::Counts& counts, const int* weights, bool ignore_background, double* terms,
                              int lane) {
    const int first = law::first_weighed(ignore_background);
    long long total = 0;
    for (int c = first + lane; c < counts.classes; c += 32) total += weights[c];
    total = warp_sum(total);
    for (int c = first + lane; c < counts.classes; c += 32) terms[c] = counts.weighted_iou(c, weights, total);
    __syncwarp();
    double sum = 0.0;
    if (lane == 0) {
        for (int c = first; c < counts.classes; c++) sum += terms[c];
    }
    __syncwarp();
    return static_cast<float>(sum);
}

/** Mean of IoU(c) over the classes present in either map. A warp; the result is lane 0's. */
__device__ float mean_iou(const law::Counts& counts, double* terms, int lane) {
    long long present = 0;
    for (int c = lane; c < counts.classes; c += 32) {
        terms[c] = counts.plain_iou(c);
        present += counts.present(c);
    }
    present = warp_sum(present);
    __syncwarp();  // the shuffles order no memory: lane 0 reads what the others wrote
    double sum = 0.0;
    if (lane == 0) {
        for (int c = 0; c < counts.classes; c++) sum += terms[c];
    }
    __syncwarp();
    return law::mean_iou(sum, present);
}

__global__ void __launch_bounds__(32 * kWarps, 1)
    gamma_kernel(const int* counts, int images, int classes, int64_t pixels, bool v1, bool class_weighted,
                 bool ignore_background, float* parts, View<int> pairing, float* mean) {
    IMAS_SHARED(memory);
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    double* const terms = reinterpret_cast<double*>(memory) + warp * classes;
    int* const ranks = reinterpret_cast<int*>(reinterpret_cast<double*>(memory) + kWarps * classes);
    for (int b = warp; b < images; b += kWarps) {
        const law::Counts image(counts + static_cast<int64_t>(b) * law::counts_of_image(classes), classes);
        const float of_student = class_weighted ? weighted_iou(image, image.student, ignore_background, terms, lane)
                                                : mean_iou(image, terms, lane);
        const float of_teacher =
            class_weighted ? weighted_iou(image, image.teacher, ignore_background, terms, lane) : of_student;
        if (lane > 0) continue;
        const float rho_student = law::confident_share(image.confident[0], pixels),
                    rho_teacher = law::confident_share(image.confident[1], pixels);
        law::GammaParts(of_student, of_teacher, rho_student, rho_teacher, v1)
            .store(parts + 5 * static_cast<int64_t>(b));
    }
    __syncthreads();
    if (threadIdx.x == 0) *mean = law::mean_gamma(parts, images);
    if (images <= kRanked) {
        for (int b = threadIdx.x; b < images; b += blockDim.x) ranks[b] = law::rank_of(parts, images, b);
    }
    __syncthreads();
    for (int b = threadIdx.x; b < images; b += blockDim.x) {
        const auto rank = [&](int image) {
            return images <= kRanked ? ranks[image] : law::rank_of(parts, images, image);
        };
        const int wanted = static_cast<int>(law::rank_of_partner(images, rank(b)));
        int partner = 0;
        while (rank(partner) != wanted) partner++;
        *pairing.at(b, 0, 0, 0) = partner;
    }
}

}  // namespace

int32_t gamma(const imas_backend* backend, const imas_tensor* counts, int64_t pixels, int32_t version,
              int32_t class_weighted, int32_t ignore_background, const imas_tensor* parts, const imas_tensor* pairing,
              const imas_tensor* mean) {
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
    const int images = static_cast<int>(counts->shape[0]), classes = static_cast<int>((counts->shape[3] - 2) / 3);
    const size_t shared_bytes = sizeof(double) * static_cast<size_t>(kWarps * classes) +
                                sizeof(int) * static_cast<size_t>(images < kRanked ? images : kRanked);
    IMAS_LAUNCH(gamma_kernel, dim3(1), dim3(32 * kWarps), shared_bytes, stream_of(backend),
                static_cast<const int*>(counts->data), images, classes, pixels, version == IMAS_GAMMA_V1,
                class_weighted != 0, ignore_background != 0, static_cast<float*>(parts->data), view<int>(pairing),
                static_cast<float*>(mean->data));
    return launched("gamma");
}

}  // namespace imas::cuda
