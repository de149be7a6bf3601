// What the CPU computes without a twin on CUDA: one function and its workspace query, for each instruction set.
#pragma once

#include "cpu/isa.hpp"
#include "imas.h"

namespace imas {

/** imas_weight_gradient, its arguments already checked. */
struct WeightGradient {
    int32_t (*compute)(const imas_tensor* images, const imas_tensor* gradient, int32_t stride, int32_t padding,
                       int32_t dilation, const imas_tensor* weights, void* workspace);
    size_t (*workspace)(const imas_tensor* images, const imas_tensor* gradient);
};

namespace cpu {
namespace baseline {
extern const WeightGradient weight_gradient_functions;
}
namespace avx2 {
extern const WeightGradient weight_gradient_functions;
}
namespace avx512 {
extern const WeightGradient weight_gradient_functions;
}
}  // namespace cpu

/** Those of the instruction set that cpu_backend() chose. */
const WeightGradient& weight_gradient();

}  // namespace imas
