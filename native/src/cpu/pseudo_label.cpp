#include "cpu/kernels.hpp"
#include "cpu/plain.hpp"

namespace imas {
namespace cpu {

int32_t pseudo_label(const imas_backend*, const imas_tensor* student, const imas_tensor* teacher, float threshold,
                     const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* counts, void*, size_t) {
    const int64_t classes = student->shape[1], height = labels->shape[2], width = labels->shape[3];
#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < student->shape[0]; ++b) {
        int32_t* n = static_cast<int32_t*>(counts->data) + b * (3 * classes + 2);
        std::memset(n, 0, static_cast<size_t>(3 * classes + 2) * 4);
        float x[IMAS_MAX_CLASSES];
        for (int64_t i = 0; i < height; ++i) {
            const Tap row = tap(i, student->shape[2], height);
            for (int64_t j = 0; j < width; ++j) {
                const Tap column = tap(j, student->shape[3], width);
                enlarge(*student, b, row, column, x);
                const Softmax s = softmax(x, classes);
                enlarge(*teacher, b, row, column, x);
                const Softmax t = softmax(x, classes);
                at<uint8_t>(*labels, b, 0, i, j) = static_cast<uint8_t>(t.best);
                at<float>(*confidence, b, 0, i, j) = t.probability;
                ++n[s.best];
                ++n[classes + t.best];
                if (s.best == t.best) ++n[2 * classes + s.best];
                n[3 * classes] += s.probability >= threshold;
                n[3 * classes + 1] += t.probability >= threshold;
            }
        }
    }
    return IMAS_OK;
}

size_t pseudo_label_workspace(const imas_backend*, const imas_tensor* student, const imas_tensor*) {
    const int64_t* n = student->shape;
    return bytes_of(n[0], n[1], n[2], n[3], 4);
}

}  // namespace cpu
}  // namespace imas
