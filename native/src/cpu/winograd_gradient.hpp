// The gradient of a convolution's weights by Winograd's minimal filtering, for those that it suits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.hpp"
#include "imas.h"

namespace imas::cpu::IMAS_ISA {

/** As imas_weight_gradient with 3x3 taps, stride 1 and as much padding as dilation. */
void winograd_gradient(const imas_tensor& images, const imas_tensor& gradient, int64_t dilation,
                       const imas_tensor& weights, void* workspace);

/** Whatever the dilation. */
size_t winograd_gradient_workspace(const imas_tensor& images, const imas_tensor& gradient);

}  // namespace imas::cpu::IMAS_ISA
