// Chooses the widest instruction set this machine has; IMAS_CPU=baseline|avx2|avx512 in the environment allows none
// wider (to compare, or to look for a fault).
#include <cstdlib>
#include <cstring>

#include "backend.hpp"
#include "cpu/convolution.hpp"
#include "cpu/plain_convolution.hpp"
#include "cpu/weight_gradient.hpp"

namespace imas {

namespace cpu {
namespace baseline {
extern const imas_backend_table table;
}
namespace avx2 {
extern const imas_backend_table table;
}
namespace avx512 {
extern const imas_backend_table table;
}
}  // namespace cpu

namespace {

struct Choice {
    const imas_backend_table* table;
    const WeightGradient* weight_gradient;
    const Convolution* convolution;
    const PlainConvolution* plain_convolution;
    const char* name;
};

Choice choose() {
    const char* widest = std::getenv("IMAS_CPU");
    const auto is = [widest](const char* name) { return widest && std::strcmp(widest, name) == 0; };
#ifdef IMAS_X86_64
    __builtin_cpu_init();
#ifdef __clang__  // does not know how to ask; whatever has AVX2 and FMA has this
    const bool f16c = true;
#else
    const bool f16c = __builtin_cpu_supports("f16c");
#endif
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && f16c;
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                        __builtin_cpu_supports("avx512cd");
    if (avx512 && !is("avx2") && !is("baseline")) {
        return {&cpu::avx512::table, &cpu::avx512::weight_gradient_functions, &cpu::avx512::convolution_functions,
                &cpu::avx512::plain_convolution_functions, "AVX-512"};
    }
    if (avx2 && !is("baseline"))
        return {&cpu::avx2::table, &cpu::avx2::weight_gradient_functions, &cpu::avx2::convolution_functions,
                &cpu::avx2::plain_convolution_functions, "AVX2"};
#else
    (void)is;
#endif
    return {&cpu::baseline::table, &cpu::baseline::weight_gradient_functions, &cpu::baseline::convolution_functions,
            &cpu::baseline::plain_convolution_functions, "baseline"};
}

const Choice& choice() {
    static const Choice chosen = choose();
    return chosen;
}

}  // namespace

const imas_backend_table* cpu_backend() { return choice().table; }

const WeightGradient& weight_gradient() { return *choice().weight_gradient; }

const Convolution& convolution() { return *choice().convolution; }

const PlainConvolution& plain_convolution() { return *choice().plain_convolution; }

const char* cpu_instruction_set() { return choice().name; }

}  // namespace imas
