// The CPU backend's functions, one file an operation; arguments are those of imas.h, already checked.
#pragma once

#include "backend.hpp"
#include "cpu/isa.hpp"

namespace imas::cpu::IMAS_ISA {

#define IMAS_DECLARE(name) decltype(::imas_##name) name;
IMAS_EACH_FUNCTION(IMAS_DECLARE)
#undef IMAS_DECLARE

}  // namespace imas::cpu::IMAS_ISA
