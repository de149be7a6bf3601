// What a backend hands to the core: the functions of imas.h without argument checks (the core has done them),
// and whether it can run here. The CUDA backend lives in a shared library of its own (libimas_cuda.so) and is
// found at run time, so the core needs no CUDA to be built or loaded.
#pragma once

#include "imas.h"
#include "operations.hpp"

/** Raised when this table changes; the core refuses a backend library of another number. */
#define IMAS_BACKEND_TABLE_VERSION 2

struct imas_backend_table {
    const char* name;
    /** 1 when a call may be made on the device; else 0, with the reason given to the core's error text. -1: on any. */
    int32_t (*available)(int32_t device);
    /** Compute capability of a CUDA device, 10 * major + minor; 0 with the reason where there is none. */
    int32_t (*capability)(int32_t device);
#define IMAS_MEMBER(name) decltype(&::imas_##name) name;
    IMAS_EACH_FUNCTION(IMAS_MEMBER)
#undef IMAS_MEMBER
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
