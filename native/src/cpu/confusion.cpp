#include "cpu/kernels.hpp"
#include "cpu/plain.hpp"

namespace imas {
namespace cpu {

int32_t confusion(const imas_backend*, const imas_tensor* logits, const imas_tensor* truth, const imas_tensor* counts, void*, size_t) {
    const int64_t classes = logits->shape[1], height = truth->shape[2], width = truth->shape[3];
    int64_t* intersection = static_cast<int64_t*>(counts->data);
    int64_t* predicted = intersection + classes;
    int64_t* actual = predicted + classes;
    float x[IMAS_MAX_CLASSES];
    for (int64_t b = 0; b < logits->shape[0]; ++b) {
        for (int64_t i = 0; i < height; ++i) {
            const Tap row = tap(i, logits->shape[2], height);
            for (int64_t j = 0; j < width; ++j) {
                const int64_t label = at<uint8_t>(*truth, b, 0, i, j);
                if (label == IMAS_IGNORE) continue;
                enlarge(*logits, b, row, tap(j, logits->shape[3], width), x);
                const int64_t best = softmax(x, classes).best;
                ++predicted[best];
                if (label < classes) ++actual[label];
                if (label == best) ++intersection[label];
            }
        }
    }
    return IMAS_OK;
}

size_t confusion_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor*) {
    const int64_t* n = logits->shape;
    return bytes_of(n[0], n[1], n[2], n[3], 4);
}

}  // namespace cpu
}  // namespace imas
