// The error text of the C interface: one line per thread, written by whoever refuses a call.
#pragma once

#include <cstdint>

namespace imas {

/** Formats the text that imas_last_error() shows on this thread and returns `status`. */
__attribute__((format(printf, 2, 3))) int32_t fail(int32_t status, const char* format, ...);

/** Forgets the text; every function of the interface starts with it. */
void clear_error();

const char* last_error();

}  // namespace imas
