#include "cpu/caches.hpp"

#include <cstring>

#ifdef IMAS_X86_64
#include <cpuid.h>
#endif

namespace imas {

#ifdef IMAS_X86_64
namespace {

/** AMD's list of caches, one a subleaf; its first number's low five bits are 0 behind the last. */
const unsigned kCaches = 0x8000001D;

/** Whether this is one of the makers whose caches oneDNN looks up in AMD's list. */
bool lists_as_amd() {
    unsigned last = 0, name[3] = {};
    if (!__get_cpuid(0, &last, &name[0], &name[2], &name[1])) return false;
    return std::memcmp(name, "AuthenticAMD", sizeof name) == 0 || std::memcmp(name, "HygonGenuine", sizeof name) == 0;
}

}  // namespace

bool cpu_hides_caches() {
    if (!lists_as_amd()) return false;
    unsigned kind = 0, lines = 0, sets = 0, more = 0;
    return !__get_cpuid_count(kCaches, 0, &kind, &lines, &sets, &more) || (kind & 31) == 0;
}
#else
bool cpu_hides_caches() { return false; }
#endif

}  // namespace imas
