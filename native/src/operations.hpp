// The operations, listed once. From this list come the members of a backend's table (backend.hpp), the declarations and
// tables of both backends (cpu/kernels.hpp, cpu/table.cpp, cuda-kernels/kernels.cuh, cuda-kernels/backend.cu), the
// groups of the native tests, and CMake's file lists (native/cmake/operations.cmake, which stops where imas.h declares
// others).
//
// What adding an operation `name` takes:
//   native/include/imas.h            imas_name, and imas_name_workspace if it needs one, with shapes, types and errors
//   here                             a line; and IMAS_BACKEND_TABLE_VERSION goes up by one
//   native/src/checks.hpp, .cpp      check_name: whatever can be wrong with the arguments
//   native/src/abi.cpp               the exported functions: check, then call the backend
//   native/src/law/                  what both backends must agree on, if there is anything
//   native/src/cpu/name.cpp          the CPU kernel
//   cuda-kernels/name.cu             the CUDA kernel; then renew resources.csv (cuda-kernels/resources.sh says how)
//   native/test/reference.hpp, .cpp  what it computes, in double
//   native/test/name_test.cpp        test_name(): either backend against the reference
//   cuda-kernels/test/name_test.cpp  orders_name(): emulated CUDA against the CPU, under several orders of threads
//   native/test/bench.cpp            its time at the published sizes
#pragma once

/** Calls PLAIN(F, name) or WITH_WORKSPACE(F, name) for every operation. The backend's table has this order. */
#define IMAS_OPERATIONS(PLAIN, WITH_WORKSPACE, F) \
    WITH_WORKSPACE(F, pseudo_label)               \
    PLAIN(F, gamma)                               \
    PLAIN(F, compose_batch)                       \
    WITH_WORKSPACE(F, consistency_loss)           \
    WITH_WORKSPACE(F, supervised_loss)            \
    WITH_WORKSPACE(F, ema_update)                 \
    WITH_WORKSPACE(F, confusion)

#define IMAS_NAME(F, name) F(name)
#define IMAS_NAME_AND_WORKSPACE(F, name) F(name) F(name##_workspace)

/** Calls F(name) for every operation. */
#define IMAS_EACH_OPERATION(F) IMAS_OPERATIONS(IMAS_NAME, IMAS_NAME, F)

/** Calls F(name) for every function of a backend: the operations and their workspace queries. */
#define IMAS_EACH_FUNCTION(F) IMAS_OPERATIONS(IMAS_NAME, IMAS_NAME_AND_WORKSPACE, F)
