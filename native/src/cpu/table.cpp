#include "cpu/kernels.hpp"

namespace imas::cpu::IMAS_ISA {

namespace {
int32_t available() { return 1; }
}  // namespace

extern const imas_backend_table table;
const imas_backend_table table = {
    "cpu",           available,
    pseudo_label,    pseudo_label_workspace,
    gamma,           compose_batch,
    consistency_loss, consistency_loss_workspace,
    supervised_loss, supervised_loss_workspace,
    ema_update,      ema_update_workspace,
    confusion,       confusion_workspace,
};

}  // namespace imas::cpu::IMAS_ISA
