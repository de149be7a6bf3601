// The CUDA backend's functions, one file an operation; arguments are those of imas.h, already checked by the core.
#pragma once

#include "platform.cuh"

namespace imas::cuda {

decltype(::imas_pseudo_label) pseudo_label;
decltype(::imas_pseudo_label_workspace) pseudo_label_workspace;
decltype(::imas_gamma) gamma;
decltype(::imas_compose_batch) compose_batch;
decltype(::imas_consistency_loss) consistency_loss;
decltype(::imas_consistency_loss_workspace) consistency_loss_workspace;
decltype(::imas_supervised_loss) supervised_loss;
decltype(::imas_supervised_loss_workspace) supervised_loss_workspace;
decltype(::imas_ema_update) ema_update;
decltype(::imas_ema_update_workspace) ema_update_workspace;
decltype(::imas_confusion) confusion;
decltype(::imas_confusion_workspace) confusion_workspace;

inline bool same_strides(const imas_tensor& a, const imas_tensor& b) {
    return a.stride[0] == b.stride[0] && a.stride[1] == b.stride[1] && a.stride[2] == b.stride[2] && a.stride[3] == b.stride[3];
}

}  // namespace imas::cuda
