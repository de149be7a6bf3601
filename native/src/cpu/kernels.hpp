// The CPU backend's functions, one file an operation; arguments are those of imas.h, already checked.
#pragma once

#include "backend.hpp"
#include "cpu/isa.hpp"

namespace imas::cpu::IMAS_ISA {

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

}  // namespace imas::cpu::IMAS_ISA
