#include "cpu/caches.hpp"

#ifdef IMAS_X86_64
#include <cpuid.h>
#endif

namespace imas {

#ifdef IMAS_X86_64
namespace {

/** eax of an entry of AMD's list of caches; 0 where there is no list. */
unsigned cache(unsigned entry) {
    unsigned kind = 0, lines = 0, sets = 0, more = 0;
    return __get_cpuid_count(0x8000001D, entry, &kind, &lines, &sets, &more) ? kind : 0;
}

}  // namespace

bool cpu_hides_caches() {
    unsigned last = 0, maker[3] = {};
    if (!__get_cpuid(0, &last, &maker[0], &maker[2], &maker[1])) return false;
    return hides_caches(reinterpret_cast<const char*>(maker), cache(0), cache(2));
}
#else
bool cpu_hides_caches() { return false; }
#endif

}  // namespace imas
