// Consistency loss of one view: cross-entropy against the pseudo-labels of confident pixels, weighted by image.
#include "cpu/kernels.hpp"
#include "cpu/loss.hpp"

namespace imas::cpu::IMAS_ISA {

int32_t consistency_loss(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, const imas_tensor* confidence,
                         float threshold, const imas_tensor* weight, float grad_scale, const imas_tensor* loss,
                         const imas_tensor* grad, void* workspace, size_t) {
    Carver carver(workspace);
    LossSpace space(carver, *logits, *labels);
    space.columns.fill(space.w, space.width);
    const double pixels = static_cast<double>(space.height) * static_cast<double>(space.width) * static_cast<double>(space.images);
    const auto image_weight = [=](int64_t image) { return weight ? at<float>(*weight, image, 0, 0, 0) : 1.0f; };
    const auto factor = [&](int64_t image) { return static_cast<float>(static_cast<double>(image_weight(image)) * static_cast<double>(grad_scale) / pixels); };
    const Ints classes = splat(static_cast<int32_t>(space.logits.classes < IMAS_IGNORE ? space.logits.classes : IMAS_IGNORE));
    const auto choose = [=](int64_t image, int64_t y, int64_t x, int64_t n) {
        const Floats sure = load_floats(&at<float>(*confidence, image, 0, y, x), confidence->stride[3], n);
        const Ints label = load_labels(&at<uint8_t>(*labels, image, 0, y, x), labels->stride[3], n);
        return Chosen{label, (sure >= threshold) & (label < classes)};
    };
#pragma omp parallel
    {
        read_logits(space, *logits);
        all_chunks(space, grad != nullptr, factor, choose);
        if (grad) write_gradient(space, *grad, 1);
    }
    double total = 0;
    for (int64_t image = 0; image < space.images; ++image) {
        double sum = 0;
        int64_t kept = 0;
        for (int64_t chunk = 0; chunk < space.chunks; ++chunk) {
            sum += space.losses[image * space.chunks + chunk];
            kept += space.kept[image * space.chunks + chunk];
        }
        if (kept) total += sum * static_cast<double>(image_weight(image)) / pixels;
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
