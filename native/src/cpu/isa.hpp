// The CPU kernels are compiled once for each instruction set, each time in a namespace of its own; table.cpp of each
// set gathers them and dispatch.cpp chooses at run time. So nothing in these files may be shared with other sets by
// the linker: only functions of this namespace, nothing from the C++ library that is compiled into the object.
#pragma once

#ifndef IMAS_ISA
#define IMAS_ISA baseline
#endif
