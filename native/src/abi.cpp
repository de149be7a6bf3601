// The functions of imas.h: clear the error, check the arguments, find the backend, call it.
#include <cinttypes>
#include <cstdio>

#include "argument.hpp"
#include "backend.hpp"
#include "checks.hpp"
#include "cpu/caches.hpp"
#include "cpu/convolution.hpp"
#include "cpu/plain_convolution.hpp"
#include "cpu/weight_gradient.hpp"
#include "error.hpp"
#include "threads.hpp"

#define IMAS_EXPORT extern "C" __attribute__((visibility("default")))

namespace imas {
namespace {

/** One call of the interface: clears the error and finds the backend; `status` says whether that is there. */
struct Call {
    const char* function;
    const imas_backend_table* table = nullptr;
    int32_t status = IMAS_OK;

    Call(const char* function_, const imas_backend* backend) : function(function_) {
        clear_error();
        if (!backend) status = fail(IMAS_ERROR_ARGUMENT, "%s: backend is missing (null)", function);
        else if (backend->kind == IMAS_CPU) table = cpu_backend();
        else if (backend->kind == IMAS_CUDA) table = cuda_backend();
        else
            fail(IMAS_ERROR_BACKEND, "%s: backend kind is %" PRId32 ", expected %d (cpu) or %d (cuda)", function,
                 backend->kind, IMAS_CPU, IMAS_CUDA);
        if (!table && status == IMAS_OK) status = IMAS_ERROR_BACKEND;  // the text is there
    }
};

/** The backend of a question about one device, or nullptr with the error text set. */
const imas_backend_table* table_for(const char* function, int32_t kind, int32_t device) {
    const imas_backend backend = {kind, device, nullptr};
    const Call call(function, &backend);
    if (call.table && device < 0) {
        fail(IMAS_ERROR_ARGUMENT, "%s: device is %" PRId32 ", expected a number from 0", function, device);
        return nullptr;
    }
    return call.table;
}

/** The workspace query of a logits-and-map function: 0 with the error text set when the arguments are refused. */
template <class Query>
size_t workspace_of(const char* function, const imas_backend* backend, const imas_tensor* logits, const char* map_name,
                    const imas_tensor* map, Query query) {
    const Call call(function, backend);
    if (call.status != IMAS_OK || check_logits_and_labels(function, logits, map_name, map) != IMAS_OK) return 0;
    return query(*call.table);
}

}  // namespace
}  // namespace imas

using namespace imas;

IMAS_EXPORT int32_t imas_abi_version(void) { return IMAS_ABI_VERSION; }

IMAS_EXPORT const char* imas_build_info(void) {
    static char text[256];
    static const int length =
        std::snprintf(text, sizeof text, "imas kernels %s (ABI %d), %s, cpu backend: %s, OpenMP %d", IMAS_VERSION,
                      IMAS_ABI_VERSION, IMAS_COMPILER, cpu_instruction_set(), IMAS_OPENMP);
    return length > 0 ? text : "";
}

IMAS_EXPORT const char* imas_last_error(void) { return last_error(); }

IMAS_EXPORT int32_t imas_set_threads(int32_t threads) {
    clear_error();
    return set_threads(threads);
}

IMAS_EXPORT int32_t imas_threads(void) { return threads(); }

IMAS_EXPORT const char* imas_cpu_instruction_set(void) { return cpu_instruction_set(); }

IMAS_EXPORT int32_t imas_cpu_hides_caches(void) { return cpu_hides_caches(); }

IMAS_EXPORT int32_t imas_backend_available(int32_t kind) {
    const imas_backend backend = {kind, 0, nullptr};
    const Call call("imas_backend_available", &backend);
    return call.table ? call.table->available(-1) : 0;
}

IMAS_EXPORT int32_t imas_device_available(int32_t kind, int32_t device) {
    const imas_backend_table* const table = table_for("imas_device_available", kind, device);
    return table ? table->available(device) : 0;
}

IMAS_EXPORT int32_t imas_cuda_capability(int32_t device) {
    const imas_backend_table* const table = table_for("imas_cuda_capability", IMAS_CUDA, device);
    return table ? table->capability(device) : 0;
}

IMAS_EXPORT int32_t imas_pseudo_label(const imas_backend* backend, const imas_tensor* student,
                                      const imas_tensor* teacher, float threshold, const imas_tensor* labels,
                                      const imas_tensor* confidence, const imas_tensor* counts, void* workspace,
                                      size_t workspace_bytes) {
    const Call call("imas_pseudo_label", backend);
    IMAS_TRY(call.status);
    IMAS_TRY(check_pseudo_label(student, teacher, threshold, labels, confidence, counts));
    IMAS_TRY(check_workspace(call.function,
                             {workspace, workspace_bytes, call.table->pseudo_label_workspace(backend, student, labels)},
                             {student, teacher, labels, confidence, counts}));
    const Team team(backend->kind);
    return call.table->pseudo_label(backend, student, teacher, threshold, labels, confidence, counts, workspace,
                                    workspace_bytes);
}

IMAS_EXPORT size_t imas_pseudo_label_workspace(const imas_backend* backend, const imas_tensor* student,
                                               const imas_tensor* labels) {
    return workspace_of(
        "imas_pseudo_label_workspace", backend, student, "labels", labels,
        [&](const imas_backend_table& table) { return table.pseudo_label_workspace(backend, student, labels); });
}

IMAS_EXPORT int32_t imas_gamma(const imas_backend* backend, const imas_tensor* counts, int64_t pixels, int32_t version,
                               int32_t class_weighted, int32_t ignore_background, const imas_tensor* parts,
                               const imas_tensor* pairing, const imas_tensor* mean) {
    const Call call("imas_gamma", backend);
    IMAS_TRY(call.status);
    IMAS_TRY(check_gamma(counts, pixels, version, parts, pairing, mean));
    return call.table->gamma(backend, counts, pixels, version, class_weighted, ignore_background, parts, pairing, mean);
}

IMAS_EXPORT int32_t imas_compose_batch(const imas_backend* backend, const imas_tensor* labeled, const imas_tensor* weak,
                                       const imas_tensor* strong, const imas_tensor* gamma, const imas_tensor* pairing,
                                       const imas_tensor* boxes, int32_t include_weak, const imas_tensor* labels,
                                       const imas_tensor* confidence, const imas_tensor* batch,
                                       const imas_tensor* mixed_labels, const imas_tensor* mixed_confidence) {
    const Call call("imas_compose_batch", backend);
    IMAS_TRY(call.status);
    IMAS_TRY(check_compose_batch(labeled, weak, strong, gamma, pairing, boxes, include_weak, labels, confidence, batch,
                                 mixed_labels, mixed_confidence));
    const Team team(backend->kind);
    return call.table->compose_batch(backend, labeled, weak, strong, gamma, pairing, boxes, include_weak, labels,
                                     confidence, batch, mixed_labels, mixed_confidence);
}

IMAS_EXPORT int32_t imas_consistency_loss(const imas_backend* backend, const imas_tensor* logits,
                                          const imas_tensor* labels, const imas_tensor* confidence, float threshold,
                                          const imas_tensor* weight, float grad_scale, const imas_tensor* loss,
                                          const imas_tensor* grad, void* workspace, size_t workspace_bytes) {
    const Call call("imas_consistency_loss", backend);
    IMAS_TRY(call.status);
    IMAS_TRY(check_consistency_loss(logits, labels, confidence, threshold, weight, grad_scale, loss, grad));
    IMAS_TRY(check_workspace(
        call.function, {workspace, workspace_bytes, call.table->consistency_loss_workspace(backend, logits, labels)},
        {logits, labels, confidence, weight, loss, grad}));
    const Team team(backend->kind);
    return call.table->consistency_loss(backend, logits, labels, confidence, threshold, weight, grad_scale, loss, grad,
                                        workspace, workspace_bytes);
}

IMAS_EXPORT size_t imas_consistency_loss_workspace(const imas_backend* backend, const imas_tensor* logits,
                                                   const imas_tensor* labels) {
    return workspace_of(
        "imas_consistency_loss_workspace", backend, logits, "labels", labels,
        [&](const imas_backend_table& table) { return table.consistency_loss_workspace(backend, logits, labels); });
}

IMAS_EXPORT int32_t imas_supervised_loss(const imas_backend* backend, const imas_tensor* logits,
                                         const imas_tensor* labels, int32_t kind, float thresh, int64_t min_kept,
                                         float grad_scale, const imas_tensor* loss, const imas_tensor* kept,
                                         const imas_tensor* grad, void* workspace, size_t workspace_bytes) {
    const Call call("imas_supervised_loss", backend);
    IMAS_TRY(call.status);
    IMAS_TRY(check_supervised_loss(logits, labels, kind, thresh, min_kept, grad_scale, loss, kept, grad));
    IMAS_TRY(check_workspace(
        call.function,
        {workspace, workspace_bytes, call.table->supervised_loss_workspace(backend, logits, labels, kind)},
        {logits, labels, loss, kept, grad}));
    const Team team(backend->kind);
    return call.table->supervised_loss(backend, logits, labels, kind, thresh, min_kept, grad_scale, loss, kept, grad,
                                       workspace, workspace_bytes);
}

IMAS_EXPORT size_t imas_supervised_loss_workspace(const imas_backend* backend, const imas_tensor* logits,
                                                  const imas_tensor* labels, int32_t kind) {
    return workspace_of("imas_supervised_loss_workspace", backend, logits, "labels", labels,
                        [&](const imas_backend_table& table) {
                            return table.supervised_loss_workspace(backend, logits, labels, kind);
                        });
}

IMAS_EXPORT int32_t imas_ema_update(const imas_backend* backend, int64_t count, void* const* teacher,
                                    const void* const* student, const int64_t* numel, float decay, void* workspace,
                                    size_t workspace_bytes) {
    const Call call("imas_ema_update", backend);
    IMAS_TRY(call.status);
    IMAS_TRY(check_ema_update(count, teacher, student, numel, decay));
    IMAS_TRY(check_workspace(
        call.function, {workspace, workspace_bytes, call.table->ema_update_workspace(backend, count, numel)}, {}));
    const Team team(backend->kind);
    return call.table->ema_update(backend, count, teacher, student, numel, decay, workspace, workspace_bytes);
}

IMAS_EXPORT size_t imas_ema_update_workspace(const imas_backend* backend, int64_t count, const int64_t* numel) {
    const Call call("imas_ema_update_workspace", backend);
    return call.table ? call.table->ema_update_workspace(backend, count, numel) : 0;
}

IMAS_EXPORT int32_t imas_confusion(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* truth,
                                   const imas_tensor* counts, void* workspace, size_t workspace_bytes) {
    const Call call("imas_confusion", backend);
    IMAS_TRY(call.status);
    IMAS_TRY(check_confusion(logits, truth, counts));
    IMAS_TRY(check_workspace(call.function,
                             {workspace, workspace_bytes, call.table->confusion_workspace(backend, logits, truth)},
                             {logits, truth, counts}));
    const Team team(backend->kind);
    return call.table->confusion(backend, logits, truth, counts, workspace, workspace_bytes);
}

IMAS_EXPORT size_t imas_confusion_workspace(const imas_backend* backend, const imas_tensor* logits,
                                            const imas_tensor* truth) {
    return workspace_of(
        "imas_confusion_workspace", backend, logits, "truth", truth,
        [&](const imas_backend_table& table) { return table.confusion_workspace(backend, logits, truth); });
}

IMAS_EXPORT int32_t imas_convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias,
                                     int32_t dilation, int32_t flags, const imas_tensor* result, void* workspace,
                                     size_t workspace_bytes) {
    clear_error();
    IMAS_TRY(check_convolution(images, weights, bias, dilation, flags, result));
    IMAS_TRY(check_workspace("imas_convolution",
                             {workspace, workspace_bytes, convolution().workspace(images, weights, dilation, flags)},
                             {images, weights, bias, result}));
    const Team team(IMAS_CPU);
    return convolution().compute(images, weights, bias, dilation, flags, result, workspace);
}

IMAS_EXPORT size_t imas_convolution_workspace(const imas_tensor* images, const imas_tensor* weights, int32_t dilation,
                                              int32_t flags) {
    clear_error();
    if (check_images_and_weights("imas_convolution_workspace", images, weights, dilation, flags) != IMAS_OK) return 0;
    return convolution().workspace(images, weights, dilation, flags);
}

IMAS_EXPORT int32_t imas_convolution_pays(const imas_tensor* images, const imas_tensor* weights, int32_t dilation,
                                          int32_t flags) {
    clear_error();
    if (check_images_and_weights("imas_convolution_pays", images, weights, dilation, flags) != IMAS_OK) return 0;
    return convolution().pays(images, weights->shape[flags & IMAS_CONVOLUTION_TRANSPOSED ? 1 : 0], dilation);
}

IMAS_EXPORT int32_t imas_plain_convolution(const imas_tensor* images, const imas_tensor* weights,
                                           const imas_tensor* bias, int32_t stride, int32_t padding, int32_t dilation,
                                           int32_t flags, const imas_tensor* result, void* workspace,
                                           size_t workspace_bytes) {
    clear_error();
    IMAS_TRY(check_plain_convolution(images, weights, bias, stride, padding, dilation, flags, result));
    IMAS_TRY(check_workspace("imas_plain_convolution",
                             {workspace, workspace_bytes, plain_convolution().workspace(weights, result, flags)},
                             {images, weights, bias, result}));
    const Team team(IMAS_CPU);
    return plain_convolution().compute(images, weights, bias, stride, padding, dilation, flags, result, workspace);
}

IMAS_EXPORT size_t imas_plain_convolution_workspace(const imas_tensor* weights, const imas_tensor* result,
                                                    int32_t flags) {
    clear_error();
    if (check_weights_and_result("imas_plain_convolution_workspace", weights, result, flags) != IMAS_OK) return 0;
    return plain_convolution().workspace(weights, result, flags);
}

IMAS_EXPORT int32_t imas_weight_gradient(const imas_tensor* images, const imas_tensor* gradient, int32_t stride,
                                         int32_t padding, int32_t dilation, const imas_tensor* weights, void* workspace,
                                         size_t workspace_bytes) {
    clear_error();
    IMAS_TRY(check_weight_gradient(images, gradient, stride, padding, dilation, weights));
    IMAS_TRY(check_workspace("imas_weight_gradient",
                             {workspace, workspace_bytes, weight_gradient().workspace(images, gradient)},
                             {images, gradient, weights}));
    const Team team(IMAS_CPU);
    return weight_gradient().compute(images, gradient, stride, padding, dilation, weights, workspace);
}

IMAS_EXPORT size_t imas_weight_gradient_workspace(const imas_tensor* images, const imas_tensor* gradient) {
    clear_error();
    if (check_images_and_gradient("imas_weight_gradient_workspace", images, gradient) != IMAS_OK) return 0;
    return weight_gradient().workspace(images, gradient);
}
