/*
 * imas.h - the C interface of the iMAS kernels (CPU and CUDA backends implement the same functions).
 *
 * Glossary: B images, C classes, (h,w) the size of the network's logits, (H,W) the size of the images.
 * Wherever logits (h,w) meet pixels (H,W) the kernels enlarge bilinearly with aligned corners on the fly:
 * source row of output row i is i*(h-1)/(H-1), 0 when H = 1; columns likewise. The enlarged class tensor is
 * never stored.
 *
 * Rules that hold for every function:
 *  - returns IMAS_OK or a negative status; imas_last_error() then explains it (thread-local text, valid until the
 *    next call on that thread). Nothing is written to outputs when arguments are refused.
 *  - never allocates, throws, prints, exits or synchronises with the device; outputs and workspace belong to the
 *    caller and must not overlap each other or the inputs.
 *  - images and logits have at most 2^31-1 places each (H*W, h*w). A view that repeats memory (a stride of 0, say)
 *    has at most 2^25 places in all (N*H*W): it asks for any amount of work with a few bytes of memory.
 *  - `workspace` has at least the bytes that the matching *_workspace function returns (NULL is fine when it
 *    returns 0) and is aligned to 64 bytes.
 *  - CUDA takes at most 65535 images a call (imas_compose_batch: in its batch; imas_gamma: any number).
 *  - same inputs, same backend, same thread count or not: same bits.
 */
#ifndef IMAS_H
#define IMAS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Raised when a signature or a meaning changes. */
#define IMAS_ABI_VERSION 2

/** Largest number of classes (labels are bytes, 255 is "ignore"). */
#define IMAS_MAX_CLASSES 256

/** The label that takes no part in any loss or count. */
#define IMAS_IGNORE 255

enum imas_status {
    IMAS_OK = 0,
    IMAS_ERROR_ARGUMENT = -1,  /* null pointer, shape, dtype, range, overlap */
    IMAS_ERROR_WORKSPACE = -2, /* workspace missing, too small or misaligned */
    IMAS_ERROR_BACKEND = -3,   /* backend not built in, no such device */
    IMAS_ERROR_DEVICE = -4     /* a device launch failed */
};

enum imas_dtype { IMAS_F32 = 0, IMAS_BF16 = 1, IMAS_F16 = 2, IMAS_U8 = 3, IMAS_I32 = 4, IMAS_I64 = 5 };

enum imas_backend_kind { IMAS_CPU = 0, IMAS_CUDA = 1 };

enum imas_gamma_version { IMAS_GAMMA_V1 = 1, IMAS_GAMMA_V2 = 2 };

enum imas_supervised_kind { IMAS_CE = 0, IMAS_OHEM = 1 };

/** A view of memory owned by the caller. Axes are (N, C, H, W); strides count elements, not bytes. */
typedef struct imas_tensor {
    void* data;
    int32_t dtype;    /* enum imas_dtype */
    int32_t reserved; /* 0 */
    int64_t shape[4];
    int64_t stride[4];
} imas_tensor;

/** Where to compute. CPU: device and stream are ignored. CUDA: device ordinal and cudaStream_t (NULL: default). */
typedef struct imas_backend {
    int32_t kind; /* enum imas_backend_kind */
    int32_t device;
    void* stream;
} imas_backend;

/** IMAS_ABI_VERSION of the loaded library. */
int32_t imas_abi_version(void);

/** One line: library version, compiler, instruction set in use, OpenMP. */
const char* imas_build_info(void);

/** Text of the last error on this thread; empty when the last call succeeded. */
const char* imas_last_error(void);

/**
 * How many threads the CPU kernels of this process use, for all calls at once: a call computes on the thread that makes
 * it, and calls at the same time share threads - 1 helpers. 1: no helpers. 0, as at first: OpenMP's choice for every
 * call, however many there are. From 0 to 1024; calls under way go on as they began. Results are the same bits.
 */
int32_t imas_set_threads(int32_t threads);

/** What imas_set_threads was given last, 0 at first. */
int32_t imas_threads(void);

/** The instruction set that the CPU kernels use on this machine: "baseline", "AVX2" or "AVX-512". */
const char* imas_cpu_instruction_set(void);

/**
 * 1 on a processor of AMD's whose list of caches (CPUID 0x8000001D) lacks the nearest ones, as some virtual machines
 * make it, else 0. oneDNN 3.7.1, which is within libtorch 2.10, chooses its ways by their sizes: there it divides by
 * zero, which ends the process, or computes convolutions of 1x1 taps wrongly. The kernels do not ask for caches.
 */
int32_t imas_cpu_hides_caches(void);

/** 1 when the backend kind is built in and at least one device is usable, else 0 (imas_last_error says why). */
int32_t imas_backend_available(int32_t kind);

/**
 * 1 when the kernels can run on this device, else 0 (imas_last_error says why). On CUDA this asks the driver whether
 * the kernels have machine code for the device, or PTX that it can translate, and prepares the device for use (some
 * hundred MB of its memory). Every number is the one CPU.
 */
int32_t imas_device_available(int32_t kind, int32_t device);

/** Compute capability of a CUDA device, 10 * major + minor; 0 when it is not known (imas_last_error says why). */
int32_t imas_cuda_capability(int32_t device);

/**
 * Pseudo-labels of the teacher and the counts that gamma needs (method 3.1-3.2, 4).
 *
 * student, teacher   logits [B,C,h,w], f32/bf16/f16, any strides (the same view may be given twice)
 * threshold          confidence threshold tau, rounded to float32 before comparing with >=
 * labels             out u8  [B,1,H,W]: first class with the largest teacher probability
 * confidence         out f32 [B,1,H,W]: that probability
 * counts             out i32 [B,1,1,3*C+2], contiguous: n_S(0..C-1), n_T(0..C-1), n_ST(0..C-1),
 *                    confident pixels of the student, confident pixels of the teacher
 * A pixel with NaN or +infinity among its enlarged logits, or with -infinity alone, gets label 0, confidence NaN, and
 * is confident nowhere; else -infinity is a class of probability 0.
 */
int32_t imas_pseudo_label(const imas_backend* backend, const imas_tensor* student, const imas_tensor* teacher,
                          float threshold, const imas_tensor* labels, const imas_tensor* confidence,
                          const imas_tensor* counts, void* workspace, size_t workspace_bytes);
size_t imas_pseudo_label_workspace(const imas_backend* backend, const imas_tensor* student, const imas_tensor* labels);

/**
 * Class-weighted symmetric IoU and gamma (method 4), CutMix partners and the batch mean.
 *
 * counts             i32 [B,1,1,3*C+2] of imas_pseudo_label
 * pixels             H*W, the denominator of the confident shares
 * version            enum imas_gamma_version
 * class_weighted     0: plain mean over the classes present (background included), 1: weighted by class share
 * ignore_background  1: class 0 has weight 0 (only with class_weighted)
 * parts              out f32 [B,1,1,5], contiguous: wIoU_S, wIoU_T, rho_S, rho_T, gamma
 * pairing            out i32 [B,1,1,1]: partner of each image: sorted by gamma ascending (stable, NaN last), the
 *                    k-th easiest receives from the k-th hardest
 * mean               out f32 [1,1,1,1]: mean gamma of the batch
 * v2 with no confident pixel at all is 0 (published code: NaN).
 */
int32_t imas_gamma(const imas_backend* backend, const imas_tensor* counts, int64_t pixels, int32_t version,
                   int32_t class_weighted, int32_t ignore_background, const imas_tensor* parts,
                   const imas_tensor* pairing, const imas_tensor* mean);

/**
 * The student's batch (method 3.3-3.5): labelled | weak | cutmix | strong, in one pass.
 *
 * labeled            [Bl,3,H,W] normalised images, f32/bf16/f16; NULL when there are none
 * weak, strong       [B,3,H,W], same dtype
 * gamma              f32 [B,1,1,1]: strong part = gamma*strong + (1-gamma)*weak; NULL: strong as it is
 *                    (a Bernoulli choice is gamma rounded to 0 or 1 by the caller)
 * pairing            i32 [B,1,1,1], and boxes i32 [B,1,1,4] (top, left, bottom, right; bottom and right exclusive,
 *                    0 <= top <= bottom <= H): inside box b image b takes the pixels of weak[pairing[b]].
 *                    Both NULL: no CutMix part.
 * include_weak       1: the weak part is in the batch (parity), 0: left out
 * labels, confidence u8/f32 [B,1,H,W] of imas_pseudo_label; NULL without CutMix
 * batch              out [Bl + include_weak*B + (boxes ? B : 0) + B, 3, H, W], f32/bf16/f16, any strides
 * mixed_labels, mixed_confidence  out u8/f32 [B,1,H,W]; NULL without CutMix
 */
int32_t imas_compose_batch(const imas_backend* backend, const imas_tensor* labeled, const imas_tensor* weak,
                           const imas_tensor* strong, const imas_tensor* gamma, const imas_tensor* pairing,
                           const imas_tensor* boxes, int32_t include_weak, const imas_tensor* labels,
                           const imas_tensor* confidence, const imas_tensor* batch, const imas_tensor* mixed_labels,
                           const imas_tensor* mixed_confidence);

/**
 * Consistency loss of one view (method 3.7) and its gradient with respect to the low-resolution logits.
 * loss = mean over b of weight[b] / (H*W) * sum over kept pixels of -log softmax(logits)[label];
 * kept: confidence >= threshold (float32) and label != 255.
 *
 * logits             [B,C,h,w], f32/bf16/f16
 * labels             u8 [B,1,H,W], values < C or 255 (others: IMAS_ERROR_ARGUMENT on CPU; on CUDA treated as 255)
 * confidence         f32 [B,1,H,W]; NaN is not kept
 * weight             f32 [B,1,1,1] (gamma), NULL: 1; an image of weight 0 is left out, as if nothing of it were kept
 * grad_scale         factor of the gradient alone (lambda, 1/2 with two views)
 * loss               out f32 [1,1,1,1], without grad_scale
 * grad               out [B,C,h,w], f32/bf16/f16, = grad_scale * dloss/dlogits; NULL: not wanted
 * A kept pixel with NaN or +infinity among its enlarged logits, or with -infinity alone, makes the loss NaN, and the
 * gradient at the logits it lies between (and perhaps at their neighbours, in the same image); what is not kept harms
 * nothing. Only where all logits of the batch are NaN the loss is NaN, whatever is kept: such a network must not look
 * well because nothing is sure. -infinity is a class of probability 0: where it is the label, the loss is infinite.
 * Logits beyond 1e36 may make it infinite, too.
 */
int32_t imas_consistency_loss(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* labels,
                              const imas_tensor* confidence, float threshold, const imas_tensor* weight,
                              float grad_scale, const imas_tensor* loss, const imas_tensor* grad, void* workspace,
                              size_t workspace_bytes);
size_t imas_consistency_loss_workspace(const imas_backend* backend, const imas_tensor* logits,
                                       const imas_tensor* labels);

/**
 * Supervised loss (method 3.6) and its gradient with respect to the low-resolution logits.
 * CE: mean of -log softmax[label] over labelled pixels. OHEM(thresh, min_kept): with n labelled pixels and
 * 0 < min_kept <= n, only labelled pixels with probability of the true class <= max(thresh, q), q the min_kept-th
 * smallest over all pixels (ignored ones count as 1); otherwise CE. No labelled pixel: loss 0, gradient 0
 * (published code: NaN).
 *
 * labels             u8 [B,1,H,W], values < C or 255 (others: IMAS_ERROR_ARGUMENT on CPU; on CUDA treated as 255)
 * kept               out i64 [1,1,1,1]: pixels in the mean; NULL: not wanted
 * Logits that are not finite: a labelled pixel as a kept one in imas_consistency_loss; OHEM ranks such a pixel last and
 * leaves it out: where there are fewer than min_kept others, it takes them all. Where there are no others, it takes
 * every labelled pixel, so that the loss is NaN, as cross-entropy's.
 */
int32_t imas_supervised_loss(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* labels,
                             int32_t kind, float thresh, int64_t min_kept, float grad_scale, const imas_tensor* loss,
                             const imas_tensor* kept, const imas_tensor* grad, void* workspace, size_t workspace_bytes);
size_t imas_supervised_loss_workspace(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* labels,
                                      int32_t kind);

/**
 * teacher[k][i] = decay * teacher[k][i] + (1 - decay) * student[k][i] for all tensors in one call (method 3.8).
 * teacher, student   host arrays of `count` pointers to contiguous f32 data; numel: host array of element counts.
 * decay in [0,1]; 0 copies. Workspace: device memory for the pointer tables on CUDA, 0 bytes on CPU.
 */
int32_t imas_ema_update(const imas_backend* backend, int64_t count, void* const* teacher, const void* const* student,
                        const int64_t* numel, float decay, void* workspace, size_t workspace_bytes);
size_t imas_ema_update_workspace(const imas_backend* backend, int64_t count, const int64_t* numel);

/**
 * Adds one batch to the counts behind mIoU (method 5). Pixels whose truth is 255 are left out.
 * logits             [B,C,h,w]; the prediction is the first class with the largest enlarged logit, 0 where any is NaN
 * truth              u8 [B,1,H,W]; values from C to 254 are wrong predictions of no class: predicted area alone
 * counts             in/out i64 [1,1,3,C], contiguous: intersection, predicted area, true area
 */
int32_t imas_confusion(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* truth,
                       const imas_tensor* counts, void* workspace, size_t workspace_bytes);
size_t imas_confusion_workspace(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* truth);

/** What imas_convolution does besides; may be added up. */
enum {
    /** The transposed convolution, which makes the gradient of images from that of what the convolution gave. */
    IMAS_CONVOLUTION_TRANSPOSED = 1,
    /** Adds to what result holds. */
    IMAS_CONVOLUTION_ADD = 2,
    /** max(x, 0) at the end; NaN stays. */
    IMAS_CONVOLUTION_RELU = 4
};

/**
 * A convolution of 3x3 taps, stride 1 and as much padding as dilation, on the CPU alone: not a part of the method, but
 * where a training step spends its time. By Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2016), which takes
 * a quarter of the multiply-adds: rounding is up to some 4e-6 of the largest result, twice oneDNN's, and what
 * is not finite makes NaN of up to 4x4 places around those that it reaches.
 * result[n][o][y][x] = bias[o] + sum over c, i, j of weights[o][c][i][j] *
 * images[n][c][y + (i-1)*dilation][x + (j-1)*dilation], where places outside the images count as 0.
 *
 * images             f32 [N,C,H,W], any strides; fastest channels-last
 * weights            f32 [O,C,3,3], any strides; [C,O,3,3] for the transposed convolution
 * bias               f32 [1,O,1,1], any stride, or NULL for none
 * dilation           1 to 32767, on both axes
 * flags              IMAS_CONVOLUTION_..., or 0
 * result             out f32 [N,O,H,W], any strides; fastest channels-last
 * Where images or weights repeat memory (or may, for strides that interleave), N*H*W*O*C*36, C and O counted as 32 at
 * least, is at most 2^33: what it costs with a tile for every place, as large dilations have it.
 */
int32_t imas_convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias,
                         int32_t dilation, int32_t flags, const imas_tensor* result, void* workspace,
                         size_t workspace_bytes);
/** SIZE_MAX where it does not fit into memory, 0 for arguments that are refused. */
size_t imas_convolution_workspace(const imas_tensor* images, const imas_tensor* weights, int32_t dilation,
                                  int32_t flags);
/**
 * Whether imas_convolution takes three fifths of the plain way's work or less: 1 for 16 channels or more on both sides
 * and images that fall into few tiles of 4x4 places beside these; else 0, as for arguments that are refused.
 */
int32_t imas_convolution_pays(const imas_tensor* images, const imas_tensor* weights, int32_t dilation, int32_t flags);

/**
 * Any convolution, and with taps of 1x1 a layer that is linear in its channels, on the CPU alone: not a part of the
 * method, but where a training step spends its time on processors or in networks that imas_convolution is not for. As
 * a product of matrices; sums run in float32 over 256 products, then over these, in the same order on any number of
 * threads, and what is not finite may make NaN of what it reaches with zeros around the images.
 * result[n][o][y][x] = bias[o] + sum over c, i, j of weights[o][c][i][j] *
 * images[n][c][y*stride + i*dilation - padding][x*stride + j*dilation - padding], where places outside count as 0; and
 * transposed result[n][o][y][x] = bias[o] + sum over c, i, j of weights[c][o][i][j] * images[n][c][y'][x'] where
 * y'*stride + i*dilation - padding = y and x' likewise.
 *
 * images             f32 [N,C,H,W], any strides; fastest channels-last
 * weights            f32 [O,C,kh,kw], any strides; [C,O,kh,kw] for the transposed convolution
 * bias               f32 [1,O,1,1], any stride, or NULL for none
 * stride, dilation   1 to 32767, on both axes; padding 0 to 32767, on all sides
 * flags              IMAS_CONVOLUTION_..., or 0
 * result             out f32 [N,O,H',W'], any strides; fastest channels-last.
 *                    H' = (H + 2*padding - dilation*(kh-1) - 1) / stride + 1, W' likewise; transposed H' and W' of
 *                    which the same makes H and W
 * The work is N*H'*W'*O*C*kh*kw multiply-adds: at most 2^33, C and O counted as 32 at least, where images or weights
 * repeat memory (or may, for strides that interleave).
 */
int32_t imas_plain_convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias,
                               int32_t stride, int32_t padding, int32_t dilation, int32_t flags,
                               const imas_tensor* result, void* workspace, size_t workspace_bytes);
/** SIZE_MAX where it does not fit into memory, 0 for weights, flags or a result that are refused. */
size_t imas_plain_convolution_workspace(const imas_tensor* weights, const imas_tensor* result, int32_t flags);

/**
 * The gradient of a convolution with respect to its weights, on the CPU alone: not a part of the method, but where a
 * training step spends its time on processors with AVX2 or AVX-512, where libtorch's own was the slower.
 * weights[o][c][i][j] = sum over n, y, x of gradient[n][o][y][x] * images[n][c][y*stride + i*dilation - padding]
 * [x*stride + j*dilation - padding], where places outside the images count as 0.
 *
 * images             f32 [N,C,H,W], any strides; fastest channels-last
 * gradient           f32 [N,O,H',W'], of the loss with respect to what the convolution gave, any strides
 * stride, dilation   1 to 32767, on both axes; padding 0 to 32767, on all sides
 * weights            out f32 [O,C,kh,kw], any strides; H' = (H + 2*padding - dilation*(kh-1) - 1) / stride + 1, W'
 *                    likewise
 * The work is N*H'*W'*O*C*kh*kw multiply-adds: at most 2^33, C and O counted as 32 at least, where images or gradient
 * repeat memory (or may, for strides that interleave). Sums run in float32 over some 256 places, then over these; with
 * 3x3 taps, stride 1 and padding as dilation, where imas_convolution_pays for these images, at the points of minimal
 * filtering over 144 tiles of 4x4 places.
 */
int32_t imas_weight_gradient(const imas_tensor* images, const imas_tensor* gradient, int32_t stride, int32_t padding,
                             int32_t dilation, const imas_tensor* weights, void* workspace, size_t workspace_bytes);
/** SIZE_MAX where it does not fit into memory, 0 for shapes that are refused. */
size_t imas_weight_gradient_workspace(const imas_tensor* images, const imas_tensor* gradient);

#ifdef __cplusplus
}
#endif
#endif
