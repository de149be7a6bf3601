// Consistency loss of one view: cross-entropy against the pseudo-labels of confident pixels, weighted by image.
#include "cpu/kernels.hpp"
#include "cpu/labels.hpp"
#include "cpu/loss.hpp"
#include "law/pixels.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** Labelled pixels of which the teacher is sure, in images that have a weight. */
struct ConfidentPixels {
    LabelledPixels labelled;
    const imas_tensor& confidence;
    const imas_tensor* weight;
    float threshold;

    float weight_of(int64_t image) const { return weight ? at<float>(*weight, image, 0, 0, 0) : 1.0f; }

    Chosen operator()(int64_t image, int64_t y, int64_t x, int64_t n) const {
        const Chosen chosen = labelled(image, y, x, n);
        if (law::left_out(weight_of(image))) return {chosen.label, Ints{}};
        const Floats sure = load_floats(&at<float>(confidence, image, 0, y, x), confidence.stride[3], n);
        return {chosen.label, law::is_confident(sure, threshold) & chosen.kept};
    }

    [[gnu::always_inline]] void prefetch_row(int64_t image, int64_t y, int64_t x, int64_t n) const {
        labelled.prefetch_row(image, y, x, n);
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
    const LabelledPixels labelled = {*labels, splat(static_cast<int32_t>(law::end_of_labels(space.classes)))};
    int32_t bad = -1;
    count_labelled(space, labelled, bad);
    if (bad >= 0) return refuse_label("imas_consistency_loss", bad, space.classes);

    const ConfidentPixels choose = {labelled, *confidence, weight, threshold};
    const auto factor = [&](int64_t image) {
        return static_cast<float>(static_cast<double>(choose.weight_of(image)) * static_cast<double>(grad_scale) /
                                  pixels);
    };
    all_chunks(space, *logits, grad, factor, 1, choose);
    double total = 0;
    for (int64_t image = 0; image < space.images; ++image) {
        double sum = 0;
        int64_t kept = 0;
        for (int64_t chunk = 0; chunk < space.chunks; ++chunk) {
            sum += space.losses[image * space.chunks + chunk];
            kept += space.kept[image * space.chunks + chunk];
        }
        if (kept) total += sum * (static_cast<double>(choose.weight_of(image)) / pixels);
    }
    at<float>(*loss, 0, 0, 0, 0) = all_nan(*logits) ? __builtin_nanf("") : static_cast<float>(total);
    return IMAS_OK;
}

size_t consistency_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels) {
    Carver carver(nullptr);
    LossSpace(carver, *logits, *labels);
    return carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
