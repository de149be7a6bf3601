// Whether the processor tells the sizes of its caches, on which oneDNN's choices depend.
#pragma once

namespace imas {

/** What imas_cpu_hides_caches answers. */
bool cpu_hides_caches();

}  // namespace imas
