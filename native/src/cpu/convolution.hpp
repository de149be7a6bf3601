// imas_convolution for each instruction set; without a twin on CUDA.
#pragma once

#include "cpu/isa.hpp"
#include "imas.h"

namespace imas {

/** imas_convolution, its arguments already checked. */
struct Convolution {
    int32_t (*compute)(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias, int32_t dilation,
                       int32_t flags, const imas_tensor* result, void* workspace);
    size_t (*workspace)(const imas_tensor* images, const imas_tensor* weights, int32_t dilation, int32_t flags);
    bool (*pays)(const imas_tensor* images, int64_t out, int64_t dilation);
};

namespace cpu {
namespace baseline {
extern const Convolution convolution_functions;
}
namespace avx2 {
extern const Convolution convolution_functions;
}
namespace avx512 {
extern const Convolution convolution_functions;
}
}  // namespace cpu

/** Those of the instruction set that cpu_backend() chose. */
const Convolution& convolution();

}  // namespace imas
