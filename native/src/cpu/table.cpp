#include "cpu/kernels.hpp"

namespace imas::cpu::IMAS_ISA {

namespace {
int32_t available(int32_t) { return 1; }
int32_t capability(int32_t) { return 0; }  // of CUDA alone; never asked
}  // namespace

extern const imas_backend_table table;
const imas_backend_table table = {"cpu", available, capability,
#define IMAS_ENTRY(name) name,
                                  IMAS_EACH_FUNCTION(IMAS_ENTRY)
#undef IMAS_ENTRY
};

}  // namespace imas::cpu::IMAS_ISA
