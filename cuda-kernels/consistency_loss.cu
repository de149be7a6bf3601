// Consistency loss of one view and its gradient: the kept pixels' cross-entropy, weighted by the image's gamma and
// divided by all pixels (method 3.7). The work is in pixel_loss.cuh.
#include "pixel_loss.cuh"

namespace imas::cuda {
namespace {

struct ConsistencyTarget {
    View<const uint8_t> labels;
    View<const float> confidence, weight;
    float threshold, share;  // share: 1 / (B*H*W)
    int classes;

    __device__ __forceinline__ PixelTarget operator()(int image, int y, int x) const {
        const int label = *labels.at(image, 0, y, x);
        const bool kept = label < classes && label != IMAS_IGNORE && *confidence.at(image, 0, y, x) >= threshold;
        return PixelTarget{kept ? label : -1, weight.data ? *weight.at(image, 0, 0, 0) * share : share};
    }
};

}  // namespace

int32_t consistency_loss(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* labels, const imas_tensor* confidence, float threshold, const imas_tensor* weight, float grad_scale, const imas_tensor* loss, const imas_tensor* grad, void* workspace, size_t) {
    const DeviceScope scope(backend);
    const int64_t* size = labels->shape;
    const double pixels = static_cast<double>(size[0]) * static_cast<double>(size[2]) * static_cast<double>(size[3]);
    const ConsistencyTarget target{view<const uint8_t>(labels), view<const float>(confidence), optional_view<const float>(weight), threshold, static_cast<float>(1.0 / pixels), static_cast<int>(logits->shape[1])};
    launch_pixel_loss(stream_of(backend), logits, labels, target, grad_scale, loss, grad, static_cast<double*>(workspace));
    return launched("consistency_loss");
}

size_t consistency_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels) { return partial_loss_bytes(*logits, *labels); }

}  // namespace imas::cuda
