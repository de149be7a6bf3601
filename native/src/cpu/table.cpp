#include "cpu/kernels.hpp"

namespace imas {

const imas_backend_table* cpu_backend() {
    using namespace cpu;
    static const imas_backend_table table = {
        "cpu",         [] { return int32_t{1}; }, pseudo_label, pseudo_label_workspace, gamma,     compose_batch, consistency_loss, consistency_loss_workspace,
        supervised_loss, supervised_loss_workspace, ema_update,   ema_update_workspace,   confusion, confusion_workspace,
    };
    return &table;
}

const char* cpu_instruction_set() { return "x86-64"; }

}  // namespace imas
