#include "error.hpp"

#include <cstdarg>
#include <cstdio>

namespace imas {
namespace {
thread_local char text[512];
}

int32_t fail(int32_t status, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return status;
}

void clear_error() { text[0] = 0; }

const char* last_error() { return text; }

}  // namespace imas
