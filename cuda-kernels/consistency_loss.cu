// Consistency loss of one view and its gradient: the kept pixels' cross-entropy, weighted by the image's gamma and
// divided by all pixels (method 3.7). The work is in pixel_loss.cuh: two launches.
#include "law/pixels.hpp"
#include "pixel_loss.cuh"

namespace imas::cuda {
namespace {

struct ConsistencyTarget {
    static constexpr bool kNeedsNumbers = true;

    View<const uint8_t> labels;
    View<const float> confidence, weight;
    float threshold, share;  // share: 1 / (B*H*W)
    int end_of_labels;

    struct Column {
        const uint8_t* label;
        const float* confidence;
        int64_t label_step, confidence_step;
        float threshold;
        int end_of_labels;

        __device__ __forceinline__ int operator()(int y) const {
            const int it = label[y * label_step];
            const bool sure = law::is_confident(confidence[y * confidence_step], threshold);
            return sure && it < end_of_labels ? it : -1;  // the two loads do not wait for each other
        }
    };

    __device__ __forceinline__ Column column(int image, int x) const {
        return Column{labels.at(image, 0, 0, x),
                      confidence.at(image, 0, 0, x),
                      labels.sh,
                      confidence.sh,
                      threshold,
                      end_of_labels};
    }
    __device__ __forceinline__ bool leaves_out(int image) const {
        return weight.data && law::left_out(*weight.at(image, 0, 0, 0));
    }
    __device__ __forceinline__ float coefficient(int image, unsigned char*) const {
        return weight.data ? *weight.at(image, 0, 0, 0) * share : share;
    }
    __device__ __forceinline__ int64_t kept(unsigned char*) const { return 0; }
};

}  // namespace

int32_t consistency_loss(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* labels,
                         const imas_tensor* confidence, float threshold, const imas_tensor* weight, float grad_scale,
                         const imas_tensor* loss, const imas_tensor* grad, void* workspace, size_t) {
    if (const int32_t refused = check_images("consistency_loss", logits->shape[0])) return refused;
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
    const int64_t* size = labels->shape;
    const double pixels = static_cast<double>(size[0]) * static_cast<double>(size[2]) * static_cast<double>(size[3]);
    const ConsistencyTarget target{
        view<const uint8_t>(labels),        view<const float>(confidence),
        optional_view<const float>(weight), threshold,
        static_cast<float>(1.0 / pixels),   static_cast<int>(law::end_of_labels(logits->shape[1]))};
    launch_pixel_loss(stream_of(backend), logits, labels, target, grad_scale, loss, nullptr, grad,
                      LossWorkspace(workspace, *logits, *labels));
    return launched("consistency_loss");
}

size_t consistency_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels) {
    return LossWorkspace(nullptr, *logits, *labels).bytes;
}

}  // namespace imas::cuda
