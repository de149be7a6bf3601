#include "cpu/kernels.hpp"
#include "cpu/plain.hpp"

namespace imas {
namespace cpu {

int32_t consistency_loss(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, const imas_tensor* confidence,
                         float threshold, const imas_tensor* weight, float grad_scale, const imas_tensor* loss,
                         const imas_tensor* grad, void* workspace, size_t) {
    const int64_t images = logits->shape[0], classes = logits->shape[1], h = logits->shape[2], w = logits->shape[3];
    const int64_t height = labels->shape[2], width = labels->shape[3];
    const double pixels = static_cast<double>(height) * static_cast<double>(width) * static_cast<double>(images);
    float* planes = static_cast<float*>(workspace);
    double* sums = reinterpret_cast<double*>(static_cast<char*>(workspace) + bytes_of(images, classes, h, w, 4));
#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < images; ++b) {
        float x[IMAS_MAX_CLASSES];
        float* plane = planes + b * classes * h * w;
        std::memset(plane, 0, static_cast<size_t>(classes * h * w) * 4);
        const float image_weight = weight ? at<float>(*weight, b, 0, 0, 0) : 1;
        const float factor = static_cast<float>(static_cast<double>(image_weight) * static_cast<double>(grad_scale) / pixels);
        double sum = 0;
        for (int64_t i = 0; i < height; ++i) {
            const Tap row = tap(i, h, height);
            for (int64_t j = 0; j < width; ++j) {
                const int64_t label = at<uint8_t>(*labels, b, 0, i, j);
                if (!(at<float>(*confidence, b, 0, i, j) >= threshold) || label == IMAS_IGNORE || label >= classes) continue;
                const Tap column = tap(j, w, width);
                enlarge(*logits, b, row, column, x);
                const Softmax s = softmax(x, classes);
                sum += static_cast<double>(s.largest - x[label] + std::log(s.sum));
                if (grad) add_gradient(plane, h, w, classes, x, s, label, factor, row, column);
            }
        }
        sums[b] = sum * static_cast<double>(image_weight) / pixels;
    }
    double total = 0;
    for (int64_t b = 0; b < images; ++b) total += sums[b];
    at<float>(*loss, 0, 0, 0, 0) = static_cast<float>(total);
    if (grad) write_gradient(planes, *grad);
    return IMAS_OK;
}

size_t consistency_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor*) {
    const int64_t* n = logits->shape;
    const size_t planes = bytes_of(n[0], n[1], n[2], n[3], 4);
    return planes == SIZE_MAX ? planes : planes + bytes_of(n[0], 1, 1, 1, 8);
}

}  // namespace cpu
}  // namespace imas
