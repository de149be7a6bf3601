// Whether the processor tells the sizes of its caches, by which oneDNN chooses its ways.
#pragma once

#include <cstring>

namespace imas {

/** What imas_cpu_hides_caches answers. */
bool cpu_hides_caches();

/**
 * The same of any processor.
 *
 * @param maker  twelve letters of CPUID 0
 * @param first  eax of the first entry of CPUID 0x8000001D, whose low five bits are 0 where there is no cache
 * @param second that of the second level's entry, the third
 */
inline bool hides_caches(const char* maker, unsigned first, unsigned second) {
    return std::memcmp(maker, "AuthenticAMD", 12) == 0 && ((first & 31) == 0 || (second & 31) == 0);
}

}  // namespace imas
