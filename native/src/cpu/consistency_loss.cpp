// Consistency loss of one view: cross-entropy against the pseudo-labels of confident pixels, weighted by image.
#include "cpu/kernels.hpp"
#include "cpu/loss.hpp"
#include "law/pixels.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

struct ConfidentPixels {
    const imas_tensor& labels;
    const imas_tensor& confidence;
    float threshold;
    Ints end_of_labels;

    Chosen operator()(int64_t image, int64_t y, int64_t x, int64_t n) const {
        const Floats sure = load_floats(&at<float>(confidence, image, 0, y, x), confidence.stride[3], n);
        const Ints label = load_labels(&at<uint8_t>(labels, image, 0, y, x), labels.stride[3], n);
        return {label, law::is_confident(sure, threshold) & (label < end_of_labels)};
    }

    [[gnu::always_inline]] void prefetch_row(int64_t image, int64_t y, int64_t x, int64_t n) const {
        prefetch(&at<uint8_t>(labels, image, 0, y, x), n, labels.stride[3]);
        prefetch(&at<float>(confidence, image, 0, y, x), n, confidence.stride[3] * 4);
    }
};

}  // namespace

int32_t consistency_loss(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels,
                         const imas_tensor* confidence, float threshold, const imas_tensor* weight, float grad_scale,
                         const imas_tensor* loss, const imas_tensor* grad, void* workspace, size_t) {
    Carver carver(workspace);
    LossSpace space(carver, *logits, *labels);
    space.fill();
    const double pixels =
        static_cast<double>(space.height) * static_cast<double>(space.width) * static_cast<double>(space.images);
    const auto image_weight = [=](int64_t image) { return weight ? at<float>(*weight, image, 0, 0, 0) : 1.0f; };
    const auto factor = [&](int64_t image) {
        return static_cast<float>(static_cast<double>(image_weight(image)) * static_cast<double>(grad_scale) / pixels);
    };
    const ConfidentPixels choose = {*labels, *confidence, threshold,
                                    splat(static_cast<int32_t>(law::end_of_labels(space.classes)))};
    all_chunks(space, *logits, grad, factor, 1, choose);
    double total = 0;
    for (int64_t image = 0; image < space.images; ++image) {
        double sum = 0;
        int64_t kept = 0;
        for (int64_t chunk = 0; chunk < space.chunks; ++chunk) {
            sum += space.losses[image * space.chunks + chunk];
            kept += space.kept[image * space.chunks + chunk];
        }
        const double share = static_cast<double>(image_weight(image)) / pixels;
        if (kept && share != 0) total += sum * share;  // an infinite loss that has no weight is none
    }
    at<float>(*loss, 0, 0, 0, 0) = static_cast<float>(total);
    return IMAS_OK;
}

size_t consistency_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels) {
    Carver carver(nullptr);
    LossSpace(carver, *logits, *labels);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
