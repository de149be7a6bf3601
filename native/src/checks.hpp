// Argument checks of every function of imas.h, the same for all backends. Each returns IMAS_OK or a status with the
// error text set; after IMAS_OK a backend may trust shapes, types, strides and that outputs overlap nothing.
#pragma once

#include <initializer_list>

#include "imas.h"

namespace imas {

/** A caller's workspace and what the call needs. */
struct Workspace {
    void* data;
    size_t bytes;
    size_t needed;
};

int32_t check_logits_and_labels(const char* function, const imas_tensor* logits, const char* labels_name,
                                const imas_tensor* labels);

int32_t check_pseudo_label(const imas_tensor* student, const imas_tensor* teacher, float threshold,
                           const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* counts);

int32_t check_gamma(const imas_tensor* counts, int64_t pixels, int32_t version, const imas_tensor* parts,
                    const imas_tensor* pairing, const imas_tensor* mean);

int32_t check_compose_batch(const imas_tensor* labeled, const imas_tensor* weak, const imas_tensor* strong,
                            const imas_tensor* gamma, const imas_tensor* pairing, const imas_tensor* boxes,
                            int32_t include_weak, const imas_tensor* labels, const imas_tensor* confidence,
                            const imas_tensor* batch, const imas_tensor* mixed_labels,
                            const imas_tensor* mixed_confidence);

int32_t check_consistency_loss(const imas_tensor* logits, const imas_tensor* labels, const imas_tensor* confidence,
                               float threshold, const imas_tensor* weight, float grad_scale, const imas_tensor* loss,
                               const imas_tensor* grad);

int32_t check_supervised_loss(const imas_tensor* logits, const imas_tensor* labels, int32_t kind, float thresh,
                              int64_t min_kept, float grad_scale, const imas_tensor* loss, const imas_tensor* kept,
                              const imas_tensor* grad);

int32_t check_ema_update(int64_t count, void* const* teacher, const void* const* student, const int64_t* numel,
                         float decay);

int32_t check_confusion(const imas_tensor* logits, const imas_tensor* truth, const imas_tensor* counts);

/** Images and gradient alone, as the workspace query has them. */
int32_t check_images_and_gradient(const char* function, const imas_tensor* images, const imas_tensor* gradient);

int32_t check_weight_gradient(const imas_tensor* images, const imas_tensor* gradient, int32_t stride, int32_t padding,
                              int32_t dilation, const imas_tensor* weights);

/** Images and weights alone, as the workspace query has them. */
int32_t check_images_and_weights(const char* function, const imas_tensor* images, const imas_tensor* weights,
                                 int32_t dilation, int32_t flags);

int32_t check_convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias,
                          int32_t dilation, int32_t flags, const imas_tensor* result);

/** Weights and result alone, as the workspace query has them. */
int32_t check_weights_and_result(const char* function, const imas_tensor* weights, const imas_tensor* result,
                                 int32_t flags);

int32_t check_plain_convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias,
                                int32_t stride, int32_t padding, int32_t dilation, int32_t flags,
                                const imas_tensor* result);

/** The workspace is there, large enough, aligned to 64 bytes and overlaps none of the views (NULL entries skipped). */
int32_t check_workspace(const char* function, const Workspace& workspace,
                        std::initializer_list<const imas_tensor*> views);

}  // namespace imas
