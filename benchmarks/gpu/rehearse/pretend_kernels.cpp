// A libimas_cuda.so for the pretended GPU: its memory is host memory, so the CPU backend computes there.
#include <cstdio>
#include <cstdlib>

#include "backend.hpp"

namespace {

/** Writes the call to PRETEND_TRACE and answers where it is computed instead. */
const imas_backend* here(const char* kernel) {
    static const imas_backend cpu = {IMAS_CPU, 0, nullptr};
    if (const char* path = std::getenv("PRETEND_TRACE")) {
        if (FILE* file = std::fopen(path, "a")) {
            std::fprintf(file, "kernel %s - 0\n", kernel);
            std::fclose(file);
        }
    }
    return &cpu;
}

/** The function of the C interface with the backend replaced. */
template <auto function, typename = decltype(function)>
struct On;
template <auto function, typename Result, typename... Rest>
struct On<function, Result (*)(const imas_backend*, Rest...)> {
    static const char* name;
    static Result cpu(const imas_backend*, Rest... rest) { return function(here(name), rest...); }
};
template <auto function, typename Result, typename... Rest>
const char* On<function, Result (*)(const imas_backend*, Rest...)>::name = "workspace";

template <auto function>
auto named(const char* name) {
    On<function>::name = name;
    return &On<function>::cpu;
}

imas_set_error set_error;

int32_t capability(int32_t) {
    const char* const pretended = std::getenv("PRETEND_CAPABILITY");
    return pretended ? std::atoi(pretended) : 90;
}

int32_t available(int32_t) {
    if (capability(0) >= 75) return 1;
    set_error("the CUDA kernels do not run on device 0: pretended");
    return 0;
}

const imas_backend_table table = {"cuda", available, capability,
#define PLAIN(F, name) named<&imas_##name>(#name),
#define WITH_WORKSPACE(F, name) named<&imas_##name>(#name), &On<&imas_##name##_workspace>::cpu,
                                  IMAS_OPERATIONS(PLAIN, WITH_WORKSPACE, )
#undef PLAIN
#undef WITH_WORKSPACE
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const imas_backend_table* imas_cuda_backend(int32_t version,
                                                                                              imas_set_error error) {
    set_error = error;
    return version == IMAS_BACKEND_TABLE_VERSION ? &table : nullptr;
}
