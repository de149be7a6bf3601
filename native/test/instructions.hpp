// Of tests for one instruction set (IMAS_CPU): where the machine lacks it, a narrower one would be tested in its place.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "imas.h"

namespace test {

inline constexpr int skipped = 77;  // SKIP_RETURN_CODE of the tests

/** Whether this machine lacks the instruction set that IMAS_CPU names; said on the standard output. */
inline bool lacks_instructions() {
    const char* wanted = std::getenv("IMAS_CPU");
    if (!wanted) return false;
    bool lacks = false;
#ifdef __x86_64__
    if (std::strcmp(wanted, "avx2") == 0) lacks = !__builtin_cpu_supports("avx2");
    if (std::strcmp(wanted, "avx512") == 0) lacks = !__builtin_cpu_supports("avx512bw");
#endif
    if (lacks) std::printf("this machine lacks what IMAS_CPU=%s asks for: left out\n", wanted);
    return lacks;
}

/** Whether the kernels use what IMAS_CPU names, where it names an instruction set. */
inline bool uses_instructions() {
    const char* wanted = std::getenv("IMAS_CPU");
    const char* const names[][2] = {{"baseline", "baseline"}, {"avx2", "AVX2"}, {"avx512", "AVX-512"}};
    for (const auto& name : names) {
        if (wanted && std::strcmp(wanted, name[0]) == 0) return std::strcmp(imas_cpu_instruction_set(), name[1]) == 0;
    }
    return true;
}

}  // namespace test
