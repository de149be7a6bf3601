// imas_plain_convolution for each instruction set; without a twin on CUDA.
#pragma once

#include "cpu/isa.hpp"
#include "imas.h"

namespace imas {

/** imas_plain_convolution, its arguments already checked. */
struct PlainConvolution {
    int32_t (*compute)(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias, int32_t stride,
                       int32_t padding, int32_t dilation, int32_t flags, const imas_tensor* result, void* workspace);
    size_t (*workspace)(const imas_tensor* weights, const imas_tensor* result, int32_t flags);
};

namespace cpu {
namespace baseline {
extern const PlainConvolution plain_convolution_functions;
}
namespace avx2 {
extern const PlainConvolution plain_convolution_functions;
}
namespace avx512 {
extern const PlainConvolution plain_convolution_functions;
}
}  // namespace cpu

/** Those of the instruction set that cpu_backend() chose. */
const PlainConvolution& plain_convolution();

}  // namespace imas
