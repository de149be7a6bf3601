#include <algorithm>

#include "cpu/kernels.hpp"
#include "cpu/plain.hpp"
#include "error.hpp"

namespace imas {
namespace cpu {

int32_t supervised_loss(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, int32_t kind, float thresh,
                        int64_t min_kept, float grad_scale, const imas_tensor* loss, const imas_tensor* kept,
                        const imas_tensor* grad, void* workspace, size_t) {
    const int64_t images = logits->shape[0], classes = logits->shape[1], h = logits->shape[2], w = logits->shape[3];
    const int64_t height = labels->shape[2], width = labels->shape[3], pixels = height * width;
    int64_t labelled = 0;
    for (int64_t b = 0; b < images; ++b) {
        for (int64_t i = 0; i < height; ++i) {
            for (int64_t j = 0; j < width; ++j) {
                const int label = at<uint8_t>(*labels, b, 0, i, j);
                if (label == IMAS_IGNORE) continue;
                if (label >= classes) return fail(IMAS_ERROR_ARGUMENT, "imas_supervised_loss: labels has %d, expected 0 to %lld or 255", label, static_cast<long long>(classes - 1));
                ++labelled;
            }
        }
    }
    const size_t plane_bytes = bytes_of(images, classes, h, w, 4), sum_bytes = bytes_of(images, 1, 1, 2, 8);
    float* planes = static_cast<float*>(workspace);
    double* sums = reinterpret_cast<double*>(static_cast<char*>(workspace) + plane_bytes);
    int64_t* keeps = reinterpret_cast<int64_t*>(sums + images);
    float* p = reinterpret_cast<float*>(static_cast<char*>(workspace) + plane_bytes + sum_bytes);
    const bool ohem = kind == IMAS_OHEM && min_kept > 0 && min_kept <= labelled;
    float limit = 0;
    int64_t taken = labelled;
    for (int pass = ohem ? 0 : 1; pass < 2; ++pass) {
#pragma omp parallel for schedule(static)
        for (int64_t b = 0; b < images; ++b) {
            float x[IMAS_MAX_CLASSES];
            float* plane = planes + b * classes * h * w;
            std::memset(plane, 0, static_cast<size_t>(classes * h * w) * 4);
            const float factor = static_cast<float>(static_cast<double>(grad_scale) / static_cast<double>(taken));
            double sum = 0;
            int64_t count = 0;
            for (int64_t i = 0; i < height; ++i) {
                const Tap row = tap(i, h, height);
                for (int64_t j = 0; j < width; ++j) {
                    const int64_t label = at<uint8_t>(*labels, b, 0, i, j);
                    const int64_t index = b * pixels + i * width + j;
                    if (label == IMAS_IGNORE) {
                        if (pass == 0) p[index] = 1;
                        continue;
                    }
                    if (pass == 1 && ohem && !(p[index] <= limit)) continue;
                    const Tap column = tap(j, w, width);
                    enlarge(*logits, b, row, column, x);
                    const Softmax s = softmax(x, classes);
                    if (pass == 0) {
                        p[index] = std::exp(x[label] - s.largest) / s.sum;
                        continue;
                    }
                    sum += static_cast<double>(s.largest - x[label] + std::log(s.sum));
                    ++count;
                    if (grad) add_gradient(plane, h, w, classes, x, s, label, factor, row, column);
                }
            }
            sums[b] = sum;
            keeps[b] = count;
        }
        if (pass == 0) {
            // The selection works on a copy laid out behind the probabilities; NaN ranks above 1.
            float* copy = p + images * pixels;
            for (int64_t i = 0; i < images * pixels; ++i) copy[i] = p[i] == p[i] ? p[i] : 2;
            std::nth_element(copy, copy + min_kept - 1, copy + images * pixels);
            const float q = copy[min_kept - 1];
            limit = q <= 1 && q > thresh ? q : thresh;
            taken = 0;
            for (int64_t b = 0; b < images; ++b) {
                for (int64_t i = 0; i < pixels; ++i) {
                    const bool valid = at<uint8_t>(*labels, b, 0, i / width, i % width) != IMAS_IGNORE;
                    taken += valid && p[b * pixels + i] <= limit;
                }
            }
        }
    }
    double total = 0;
    for (int64_t b = 0; b < images; ++b) total += sums[b];
    at<float>(*loss, 0, 0, 0, 0) = taken ? static_cast<float>(total / static_cast<double>(taken)) : 0;
    if (kept) at<int64_t>(*kept, 0, 0, 0, 0) = taken;
    if (grad) write_gradient(planes, *grad);
    return IMAS_OK;
}

size_t supervised_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, int32_t kind) {
    const int64_t* n = logits->shape;
    const size_t planes = bytes_of(n[0], n[1], n[2], n[3], 4);
    const size_t sums = bytes_of(n[0], 1, 1, 2, 8);
    const size_t p = kind == IMAS_OHEM ? bytes_of(n[0], labels->shape[2], labels->shape[3], 2, 4) : 0;
    return planes == SIZE_MAX || p == SIZE_MAX ? SIZE_MAX : planes + sums + p;
}

}  // namespace cpu
}  // namespace imas
