// Finds libimas_cuda.so beside this library (or on the library path) the first time CUDA is asked for. The environment
// variable IMAS_CUDA_LIBRARY names another library to load instead: one built elsewhere, or the host emulation.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "backend.hpp"
#include "error.hpp"

namespace imas {
namespace {

const char kLibrary[] = "libimas_cuda.so";

void set_error(const char* text) { fail(IMAS_ERROR_DEVICE, "%s", text); }

const imas_backend_table* table_of(void* library, const char* name, char* problem, size_t size) {
    auto open_backend = reinterpret_cast<imas_backend_open>(dlsym(library, "imas_cuda_backend"));
    const imas_backend_table* table = open_backend ? open_backend(IMAS_BACKEND_TABLE_VERSION, set_error) : nullptr;
    if (!table)
        std::snprintf(problem, size, "%s is of another version; build both libraries from the same sources", name);
    return table;
}

/** The library's table, or nullptr with the reason in `problem`. */
const imas_backend_table* open(char* problem, size_t size) {
    const char* const named = std::getenv("IMAS_CUDA_LIBRARY");
    if (named && *named) {
        void* const library = dlopen(named, RTLD_NOW | RTLD_LOCAL);
        if (!library)
            std::snprintf(problem, size, "the CUDA backend that IMAS_CUDA_LIBRARY names does not load: %s", dlerror());
        return library ? table_of(library, named, problem, size) : nullptr;
    }
    char path[4096] = "";
    Dl_info self;
    if (dladdr(reinterpret_cast<void*>(&set_error), &self) && self.dli_fname) {
        const char* slash = std::strrchr(self.dli_fname, '/');
        if (slash) {
            std::snprintf(path, sizeof path, "%.*s/%s", static_cast<int>(slash - self.dli_fname), self.dli_fname,
                          kLibrary);
        }
    }
    void* library = path[0] ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (!library) library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        std::snprintf(problem, size,
                      "the CUDA backend is not built in: %s (build with nvcc on the path, or use the CPU backend)",
                      dlerror());
        return nullptr;
    }
    return table_of(library, kLibrary, problem, size);
}

}  // namespace

const imas_backend_table* cuda_backend() {
    static char problem[400];
    static std::once_flag once;
    static const imas_backend_table* table;
    std::call_once(once, [] { table = open(problem, sizeof problem); });
    if (!table) fail(IMAS_ERROR_BACKEND, "%s", problem);
    return table;
}

}  // namespace imas
