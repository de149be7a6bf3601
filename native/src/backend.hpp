// What a backend hands to the core: the functions of imas.h without argument checks (the core has done them),
// and whether it can run here. The CUDA backend lives in a shared library of its own (libimas_cuda.so) and is
// found at run time, so the core needs no CUDA to be built or loaded.
#pragma once

#include "imas.h"

/** Raised when this table changes; the core refuses a backend library of another number. */
#define IMAS_BACKEND_TABLE_VERSION 1

struct imas_backend_table {
    const char* name;
    /** 1 when a call may be made; else 0, with the reason given to the core's error text. */
    int32_t (*available)();
    decltype(&::imas_pseudo_label) pseudo_label;
    decltype(&::imas_pseudo_label_workspace) pseudo_label_workspace;
    decltype(&::imas_gamma) gamma;
    decltype(&::imas_compose_batch) compose_batch;
    decltype(&::imas_consistency_loss) consistency_loss;
    decltype(&::imas_consistency_loss_workspace) consistency_loss_workspace;
    decltype(&::imas_supervised_loss) supervised_loss;
    decltype(&::imas_supervised_loss_workspace) supervised_loss_workspace;
    decltype(&::imas_ema_update) ema_update;
    decltype(&::imas_ema_update_workspace) ema_update_workspace;
    decltype(&::imas_confusion) confusion;
    decltype(&::imas_confusion_workspace) confusion_workspace;
};

/** Sets the core's error text; backends in other libraries get this function when they are opened. */
typedef void (*imas_set_error)(const char* text);

/**
 * The one symbol a backend library exports (`imas_cuda_backend` in libimas_cuda.so): its table, or NULL when it
 * speaks another table version.
 */
typedef const imas_backend_table* (*imas_backend_open)(int32_t table_version, imas_set_error set_error);

namespace imas {

/** The CPU backend for the instruction set of this machine. */
const imas_backend_table* cpu_backend();

/** The CUDA backend, or nullptr with the error text set. */
const imas_backend_table* cuda_backend();

/** The instruction set that cpu_backend() chose. */
const char* cpu_instruction_set();

}  // namespace imas
