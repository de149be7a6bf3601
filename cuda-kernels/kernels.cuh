// The CUDA backend's functions, one file an operation; arguments are those of imas.h, already checked by the core.
#pragma once

#include "operations.hpp"
#include "platform.cuh"

namespace imas::cuda {

#define IMAS_DECLARE(name) decltype(::imas_##name) name;
IMAS_EACH_FUNCTION(IMAS_DECLARE)
#undef IMAS_DECLARE

inline bool same_strides(const imas_tensor& a, const imas_tensor& b) {
    return a.stride[0] == b.stride[0] && a.stride[1] == b.stride[1] && a.stride[2] == b.stride[2] &&
           a.stride[3] == b.stride[3];
}

}  // namespace imas::cuda
