// Of tests for one instruction set (IMAS_CPU): where the machine lacks it, a narrower one would be tested in its place.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "imas.h"

namespace test {

inline constexpr int skipped = 77;  // SKIP_RETURN_CODE of the tests

/** Whether the kernels use other instructions than IMAS_CPU names; said on the standard output. */
inline bool lacks_instructions() {
    const char* wanted = std::getenv("IMAS_CPU");
    if (!wanted) return false;
    const char* const names[][2] = {{"baseline", "baseline"}, {"avx2", "AVX2"}, {"avx512", "AVX-512"}};
    for (const auto& name : names) {
        const std::string used = std::string("cpu backend: ") + name[1] + ",";
        if (std::strcmp(name[0], wanted) == 0 && std::strstr(imas_build_info(), used.c_str())) return false;
    }
    std::printf("%s: not what IMAS_CPU=%s asks for, left out\n", imas_build_info(), wanted);
    return true;
}

}  // namespace test
