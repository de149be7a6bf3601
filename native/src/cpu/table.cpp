#include "cpu/kernels.hpp"

namespace imas::cpu::IMAS_ISA {

namespace {
int32_t available() { return 1; }
}  // namespace

extern const imas_backend_table table;
const imas_backend_table table = {"cpu", available,
#define IMAS_ENTRY(name) name,
                                  IMAS_EACH_FUNCTION(IMAS_ENTRY)
#undef IMAS_ENTRY
};

}  // namespace imas::cpu::IMAS_ISA
