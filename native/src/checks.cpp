#include "checks.hpp"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <memory>
#include <new>

#include "argument.hpp"
#include "error.hpp"
#include "law/gamma.hpp"

namespace imas {
namespace {

const unsigned kF32 = only(IMAS_F32);
const unsigned kU8 = only(IMAS_U8);
const unsigned kI32 = only(IMAS_I32);
const unsigned kI64 = only(IMAS_I64);
/** Of views that repeat memory, which asks for any amount of work with a few bytes: seconds. */
const double kMostWork = 8589934592.0;

/** The memory of a tensor. */
struct Stretch {
    uintptr_t begin, end;
    bool written;
};

/**
 * Whether no teacher tensor overlaps another tensor, of those with any elements: in the order of their addresses, so
 * that it takes little time for a thousand. False also without the memory for that.
 */
bool teachers_apart(int64_t count, void* const* teacher, const void* const* student, const int64_t* numel) {
    const std::unique_ptr<Stretch[]> stretches(new (std::nothrow) Stretch[static_cast<size_t>(count) * 2]);
    if (!stretches) return false;
    Stretch* end = stretches.get();
    for (int64_t k = 0; k < count; ++k) {
        const uintptr_t bytes = static_cast<uintptr_t>(numel[k]) * 4;
        if (bytes == 0) continue;
        const uintptr_t t = reinterpret_cast<uintptr_t>(teacher[k]), s = reinterpret_cast<uintptr_t>(student[k]);
        *end++ = {t, t + bytes, true};
        *end++ = {s, s + bytes, false};
    }
    std::sort(stretches.get(), end, [](const Stretch& a, const Stretch& b) { return a.begin < b.begin; });
    uintptr_t any = 0, written = 0;  // how far those before reach
    for (const Stretch* next = stretches.get(); next < end; ++next) {
        if (next->begin < (next->written ? any : written)) return false;
        any = std::max(any, next->end);
        if (next->written) written = std::max(written, next->end);
    }
    return true;
}

int32_t check_classes(const Argument& logits) {
    const int64_t classes = logits.view->shape[1];
    if (classes <= IMAS_MAX_CLASSES) return IMAS_OK;
    return fail(IMAS_ERROR_ARGUMENT, "%s: %s has %" PRId64 " classes (axis 1), expected at most %d", logits.function,
                logits.name, classes, IMAS_MAX_CLASSES);
}

int32_t check_number(const char* function, const char* name, float value) {
    if (std::isfinite(value)) return IMAS_OK;
    return fail(IMAS_ERROR_ARGUMENT, "%s: %s is %g, expected a finite number", function, name,
                static_cast<double>(value));
}

/** The places of a map or of logits fit a 32-bit count. */
int32_t check_plane(const Argument& argument) {
    const int64_t places = argument.view->shape[2] * argument.view->shape[3];
    if (places <= INT32_MAX) return IMAS_OK;
    return fail(IMAS_ERROR_ARGUMENT, "%s: %s has %" PRId64 " pixels an image, expected at most %d", argument.function,
                argument.name, places, INT32_MAX);
}

/** The logits and a byte map [B,1,H,W] of the same batch. */
int32_t check_map(const Argument& logits, const Argument& map, bool output) {
    IMAS_TRY(logits.readable(kFloats));
    IMAS_TRY(check_classes(logits));
    IMAS_TRY(check_plane(logits));
    IMAS_TRY(output ? map.writable(kU8) : map.readable(kU8));
    const int64_t* s = map.view->shape;
    IMAS_TRY(map.has_shape(logits.view->shape[0], 1, s[2], s[3], "one map an image of the logits"));
    return check_plane(map);
}

/** A scalar output [1,1,1,1]. */
int32_t check_scalar(const Argument& scalar, unsigned type) {
    IMAS_TRY(scalar.writable(type));
    return scalar.has_shape(1, 1, 1, 1, "a scalar");
}

/** The gradient, where wanted, has the shape of the logits. */
int32_t check_grad(const Argument& grad, const imas_tensor& logits) {
    if (!grad.view) return IMAS_OK;
    IMAS_TRY(grad.writable(kFloats));
    return grad.has_shape(logits.shape[0], logits.shape[1], logits.shape[2], logits.shape[3], "the shape of logits");
}

}  // namespace

int32_t check_logits_and_labels(const char* function, const imas_tensor* logits, const char* labels_name,
                                const imas_tensor* labels) {
    return check_map({function, "logits", logits}, {function, labels_name, labels}, false);
}

int32_t check_pseudo_label(const imas_tensor* student, const imas_tensor* teacher, float threshold,
                           const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* counts) {
    const char* f = "imas_pseudo_label";
    const Argument in[] = {{f, "student", student}, {f, "teacher", teacher}};
    const Argument out[] = {{f, "labels", labels}, {f, "confidence", confidence}, {f, "counts", counts}};
    IMAS_TRY(check_map(in[0], out[0], true));
    const int64_t* s = student->shape;
    IMAS_TRY(in[1].readable(kFloats));
    IMAS_TRY(in[1].has_shape(s[0], s[1], s[2], s[3], "the shape of student"));
    IMAS_TRY(check_number(f, "threshold", threshold));
    IMAS_TRY(out[1].writable(kF32));
    IMAS_TRY(out[1].has_shape(s[0], 1, labels->shape[2], labels->shape[3], "the shape of labels"));
    IMAS_TRY(out[2].writable(kI32));
    IMAS_TRY(out[2].has_shape(s[0], 1, 1, law::counts_of_image(s[1]), "3*C+2 counts an image"));
    IMAS_TRY(out[2].contiguous());
    return disjoint(out, 3, in, 2);
}

int32_t check_gamma(const imas_tensor* counts, int64_t pixels, int32_t version, const imas_tensor* parts,
                    const imas_tensor* pairing, const imas_tensor* mean) {
    const char* f = "imas_gamma";
    const Argument in[] = {{f, "counts", counts}};
    const Argument out[] = {{f, "parts", parts}, {f, "pairing", pairing}, {f, "mean", mean}};
    IMAS_TRY(in[0].readable(kI32));
    const int64_t images = counts->shape[0];
    const int64_t columns = counts->shape[3];
    if (columns < 5 || (columns - 2) % 3 != 0 || (columns - 2) / 3 > IMAS_MAX_CLASSES) {
        return fail(IMAS_ERROR_ARGUMENT, "%s: counts has %" PRId64 " columns, expected 3*C+2 with C in 1 to %d", f,
                    columns, IMAS_MAX_CLASSES);
    }
    IMAS_TRY(in[0].has_shape(images, 1, 1, columns, "counts of imas_pseudo_label"));
    IMAS_TRY(in[0].contiguous());
    if (pixels < 1) return fail(IMAS_ERROR_ARGUMENT, "%s: pixels is %" PRId64 ", expected at least 1", f, pixels);
    if (version != IMAS_GAMMA_V1 && version != IMAS_GAMMA_V2) {
        return fail(IMAS_ERROR_ARGUMENT, "%s: version is %" PRId32 ", expected %d or %d", f, version, IMAS_GAMMA_V1,
                    IMAS_GAMMA_V2);
    }
    IMAS_TRY(out[0].writable(kF32));
    IMAS_TRY(out[0].has_shape(images, 1, 1, 5, "wIoU_S, wIoU_T, rho_S, rho_T, gamma an image"));
    IMAS_TRY(out[0].contiguous());
    IMAS_TRY(out[1].writable(kI32));
    IMAS_TRY(out[1].has_shape(images, 1, 1, 1, "one partner an image"));
    IMAS_TRY(check_scalar(out[2], kF32));
    return disjoint(out, 3, in, 1);
}

int32_t check_compose_batch(const imas_tensor* labeled, const imas_tensor* weak, const imas_tensor* strong,
                            const imas_tensor* gamma, const imas_tensor* pairing, const imas_tensor* boxes,
                            int32_t include_weak, const imas_tensor* labels, const imas_tensor* confidence,
                            const imas_tensor* batch, const imas_tensor* mixed_labels,
                            const imas_tensor* mixed_confidence) {
    const char* f = "imas_compose_batch";
    const Argument in[] = {{f, "weak", weak},     {f, "strong", strong},        {f, "labeled", labeled},
                           {f, "gamma", gamma},   {f, "pairing", pairing},      {f, "boxes", boxes},
                           {f, "labels", labels}, {f, "confidence", confidence}};
    const Argument out[] = {
        {f, "batch", batch}, {f, "mixed_labels", mixed_labels}, {f, "mixed_confidence", mixed_confidence}};
    IMAS_TRY(in[0].readable(kFloats));
    const int64_t images = weak->shape[0], height = weak->shape[2], width = weak->shape[3];
    const unsigned same_type = 1u << weak->dtype;
    IMAS_TRY(in[0].has_shape(images, 3, height, width, "RGB images"));
    IMAS_TRY(in[1].readable(same_type));
    IMAS_TRY(in[1].has_shape(images, 3, height, width, "the shape of weak"));
    if (labeled) {
        IMAS_TRY(in[2].readable(same_type));
        IMAS_TRY(in[2].has_shape(labeled->shape[0], 3, height, width, "images of weak's size"));
    }
    if (gamma) {
        IMAS_TRY(in[3].readable(kF32));
        IMAS_TRY(in[3].has_shape(images, 1, 1, 1, "one gamma an image"));
    }
    const bool cutmix = boxes != nullptr;
    const bool together = (pairing != nullptr) == cutmix && (labels != nullptr) == cutmix &&
                          (confidence != nullptr) == cutmix && (mixed_labels != nullptr) == cutmix &&
                          (mixed_confidence != nullptr) == cutmix;
    if (!together) {
        return fail(IMAS_ERROR_ARGUMENT,
                    "%s: pairing, boxes, labels, confidence, mixed_labels and mixed_confidence must be given together "
                    "or all be null",
                    f);
    }
    if (include_weak != 0 && include_weak != 1)
        return fail(IMAS_ERROR_ARGUMENT, "%s: include_weak is %" PRId32 ", expected 0 or 1", f, include_weak);
    if (cutmix) {
        IMAS_TRY(in[4].readable(kI32));
        IMAS_TRY(in[4].has_shape(images, 1, 1, 1, "one partner an image"));
        IMAS_TRY(in[5].readable(kI32));
        IMAS_TRY(in[5].has_shape(images, 1, 1, 4, "top, left, bottom, right an image"));
        IMAS_TRY(in[6].readable(kU8));
        IMAS_TRY(in[6].has_shape(images, 1, height, width, "one label map an image"));
        IMAS_TRY(in[7].readable(kF32));
        IMAS_TRY(in[7].has_shape(images, 1, height, width, "one confidence map an image"));
        IMAS_TRY(out[1].writable(kU8));
        IMAS_TRY(out[1].has_shape(images, 1, height, width, "the shape of labels"));
        IMAS_TRY(out[2].writable(kF32));
        IMAS_TRY(out[2].has_shape(images, 1, height, width, "the shape of confidence"));
    }
    const int64_t parts = 1 + include_weak + (cutmix ? 1 : 0);
    IMAS_TRY(out[0].writable(kFloats));
    IMAS_TRY(out[0].has_shape((labeled ? labeled->shape[0] : 0) + parts * images, 3, height, width,
                              "labeled | weak | cutmix | strong"));
    return disjoint(out, 3, in, 8);
}

int32_t check_consistency_loss(const imas_tensor* logits, const imas_tensor* labels, const imas_tensor* confidence,
                               float threshold, const imas_tensor* weight, float grad_scale, const imas_tensor* loss,
                               const imas_tensor* grad) {
    const char* f = "imas_consistency_loss";
    const Argument in[] = {
        {f, "logits", logits}, {f, "labels", labels}, {f, "confidence", confidence}, {f, "weight", weight}};
    const Argument out[] = {{f, "loss", loss}, {f, "grad", grad}};
    IMAS_TRY(check_map(in[0], in[1], false));
    IMAS_TRY(in[2].readable(kF32));
    IMAS_TRY(in[2].has_shape(labels->shape[0], 1, labels->shape[2], labels->shape[3], "the shape of labels"));
    IMAS_TRY(check_number(f, "threshold", threshold));
    if (weight) {
        IMAS_TRY(in[3].readable(kF32));
        IMAS_TRY(in[3].has_shape(logits->shape[0], 1, 1, 1, "one weight an image"));
    }
    IMAS_TRY(check_number(f, "grad_scale", grad_scale));
    IMAS_TRY(check_scalar(out[0], kF32));
    IMAS_TRY(check_grad(out[1], *logits));
    return disjoint(out, 2, in, 4);
}

int32_t check_supervised_loss(const imas_tensor* logits, const imas_tensor* labels, int32_t kind, float thresh,
                              int64_t min_kept, float grad_scale, const imas_tensor* loss, const imas_tensor* kept,
                              const imas_tensor* grad) {
    const char* f = "imas_supervised_loss";
    const Argument in[] = {{f, "logits", logits}, {f, "labels", labels}};
    const Argument out[] = {{f, "loss", loss}, {f, "kept", kept}, {f, "grad", grad}};
    IMAS_TRY(check_map(in[0], in[1], false));
    if (kind != IMAS_CE && kind != IMAS_OHEM)
        return fail(IMAS_ERROR_ARGUMENT, "%s: kind is %" PRId32 ", expected %d or %d", f, kind, IMAS_CE, IMAS_OHEM);
    if (kind == IMAS_OHEM) IMAS_TRY(check_number(f, "thresh", thresh));
    if (min_kept < 0) return fail(IMAS_ERROR_ARGUMENT, "%s: min_kept is %" PRId64 ", expected 0 or more", f, min_kept);
    IMAS_TRY(check_number(f, "grad_scale", grad_scale));
    IMAS_TRY(check_scalar(out[0], kF32));
    if (kept) IMAS_TRY(check_scalar(out[1], kI64));
    IMAS_TRY(check_grad(out[2], *logits));
    return disjoint(out, 3, in, 2);
}

int32_t check_ema_update(int64_t count, void* const* teacher, const void* const* student, const int64_t* numel,
                         float decay) {
    const char* f = "imas_ema_update";
    if (count < 0 || count > INT32_MAX)
        return fail(IMAS_ERROR_ARGUMENT, "%s: count is %" PRId64 ", expected 0 to %d", f, count, INT32_MAX);
    if (!(decay >= 0 && decay <= 1))
        return fail(IMAS_ERROR_ARGUMENT, "%s: decay is %g, expected 0 to 1", f, static_cast<double>(decay));
    if (count == 0) return IMAS_OK;
    if (!teacher || !student || !numel) {
        return fail(IMAS_ERROR_ARGUMENT, "%s: %s is missing (null)", f,
                    !teacher   ? "teacher"
                    : !student ? "student"
                               : "numel");
    }
    for (int64_t k = 0; k < count; ++k) {
        if (numel[k] < 0 || numel[k] > INT64_MAX / 8)
            return fail(IMAS_ERROR_ARGUMENT, "%s: numel[%" PRId64 "] is %" PRId64 ", expected an element count", f, k,
                        numel[k]);
        if (numel[k] == 0) continue;
        const uintptr_t t = reinterpret_cast<uintptr_t>(teacher[k]), s = reinterpret_cast<uintptr_t>(student[k]);
        if (!t || !s) return fail(IMAS_ERROR_ARGUMENT, "%s: %s[%" PRId64 "] is null", f, !t ? "teacher" : "student", k);
        if (t % 4 || s % 4)
            return fail(IMAS_ERROR_ARGUMENT, "%s: %s[%" PRId64 "] is not aligned to 4 bytes", f,
                        t % 4 ? "teacher" : "student", k);
        const uintptr_t bytes = static_cast<uintptr_t>(numel[k]) * 4;
        if (t > UINTPTR_MAX - bytes || s > UINTPTR_MAX - bytes)
            return fail(IMAS_ERROR_ARGUMENT, "%s: tensor %" PRId64 " reaches beyond the address space", f, k);
    }
    if (teachers_apart(count, teacher, student, numel)) return IMAS_OK;
    // Which one it is: every teacher tensor against every student tensor and the other teachers.
    for (int64_t i = 0; i < count; ++i) {
        const uintptr_t begin = reinterpret_cast<uintptr_t>(teacher[i]),
                        end = begin + static_cast<uintptr_t>(numel[i]) * 4;
        int64_t clash = 0;
        for (int64_t j = 0; j < count; ++j) {
            const uintptr_t bytes = static_cast<uintptr_t>(numel[j]) * 4;
            const uintptr_t s = reinterpret_cast<uintptr_t>(student[j]), t = reinterpret_cast<uintptr_t>(teacher[j]);
            clash += (bytes > 0) & (begin < s + bytes) & (s < end);
            clash += (bytes > 0) & (i != j) & (begin < t + bytes) & (t < end);
        }
        if (clash && numel[i] > 0)
            return fail(IMAS_ERROR_ARGUMENT, "%s: teacher[%" PRId64 "] overlaps another tensor in memory", f, i);
    }
    return IMAS_OK;
}

int32_t check_confusion(const imas_tensor* logits, const imas_tensor* truth, const imas_tensor* counts) {
    const char* f = "imas_confusion";
    const Argument in[] = {{f, "logits", logits}, {f, "truth", truth}};
    const Argument out[] = {{f, "counts", counts}};
    IMAS_TRY(check_map(in[0], in[1], false));
    IMAS_TRY(out[0].writable(kI64));
    IMAS_TRY(out[0].has_shape(1, 1, 3, logits->shape[1], "intersection, predicted and true area a class"));
    IMAS_TRY(out[0].contiguous());
    return disjoint(out, 1, in, 2);
}

namespace {

int32_t check_number(const char* function, const char* name, int32_t value, int32_t least, int32_t most) {
    if (value >= least && value <= most) return IMAS_OK;
    return fail(IMAS_ERROR_ARGUMENT, "%s: %s is %" PRId32 ", expected %" PRId32 " to %" PRId32, function, name, value,
                least, most);
}

/** Bounds a convolution's work where one of its two inputs repeats memory: shapes cost nothing there. */
int32_t check_work(const char* function, const imas_tensor& one, const imas_tensor& other, double work) {
    if ((!repeats(one) && !repeats(other)) || work <= kMostWork) return IMAS_OK;
    return fail(IMAS_ERROR_ARGUMENT, "%s: %.3g multiply-adds over repeated memory, expected at most %.3g", function,
                work, kMostWork);
}

/** Channels as registers count them, which hold 32 at the most. */
int64_t filled(int64_t channels) { return channels < 32 ? 32 : channels; }

double product(int64_t a, int64_t b, int64_t c) {
    return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

int32_t check_window(const char* function, int32_t stride, int32_t padding, int32_t dilation) {
    IMAS_TRY(check_number(function, "stride", stride, 1, INT16_MAX));
    IMAS_TRY(check_number(function, "padding", padding, 0, INT16_MAX));
    return check_number(function, "dilation", dilation, 1, INT16_MAX);
}

/** Places that so many taps make of those of an axis; 0 for none. */
int64_t places_of(int64_t size, int64_t taps, int32_t stride, int32_t padding, int32_t dilation) {
    const int64_t free = size + 2 * int64_t{padding} - 1, taken = (taps - 1) * dilation;
    return taken > free ? 0 : (free - taken) / stride + 1;
}

/** One number a plane of the result, where there is a bias. */
int32_t check_bias(const Argument& bias, int64_t planes) {
    if (!bias.view) return IMAS_OK;
    IMAS_TRY(bias.readable(kF32));
    return bias.has_shape(1, planes, 1, 1, "one number a plane");
}

}  // namespace

int32_t check_images_and_gradient(const char* function, const imas_tensor* images, const imas_tensor* gradient) {
    const Argument in[] = {{function, "images", images}, {function, "gradient", gradient}};
    for (const Argument& argument : in) {
        IMAS_TRY(argument.readable(kF32));
        IMAS_TRY(check_plane(argument));
    }
    if (images->shape[0] == gradient->shape[0]) return IMAS_OK;
    return fail(IMAS_ERROR_ARGUMENT, "%s: gradient has %" PRId64 " images, expected %" PRId64 " as images has",
                function, gradient->shape[0], images->shape[0]);
}

int32_t check_weight_gradient(const imas_tensor* images, const imas_tensor* gradient, int32_t stride, int32_t padding,
                              int32_t dilation, const imas_tensor* weights) {
    const char* f = "imas_weight_gradient";
    const Argument in[] = {{f, "images", images}, {f, "gradient", gradient}};
    const Argument out[] = {{f, "weights", weights}};
    IMAS_TRY(check_images_and_gradient(f, images, gradient));
    IMAS_TRY(check_window(f, stride, padding, dilation));
    IMAS_TRY(out[0].writable(kF32));
    int64_t size[2];
    for (int axis = 2; axis < 4; ++axis)
        size[axis - 2] = places_of(images->shape[axis], weights->shape[axis], stride, padding, dilation);
    IMAS_TRY(in[1].has_shape(images->shape[0], weights->shape[0], size[0], size[1],
                             "what these weights make of these images"));
    IMAS_TRY(out[0].has_shape(gradient->shape[1], images->shape[1], weights->shape[2], weights->shape[3],
                              "planes of gradient by channels of images"));
    const int64_t *g = gradient->shape, *w = weights->shape;
    IMAS_TRY(check_work(f, *images, *gradient,
                        product(g[0], g[2], g[3]) * product(filled(w[0]), filled(w[1]), w[2] * w[3])));
    return disjoint(out, 1, in, 2);
}

int32_t check_images_and_weights(const char* function, const imas_tensor* images, const imas_tensor* weights,
                                 int32_t dilation, int32_t flags) {
    const Argument in[] = {{function, "images", images}, {function, "weights", weights}};
    IMAS_TRY(in[0].readable(kF32));
    IMAS_TRY(check_plane(in[0]));
    IMAS_TRY(in[1].readable(kF32));
    IMAS_TRY(check_number(function, "dilation", dilation, 1, INT16_MAX));
    IMAS_TRY(check_number(function, "flags", flags, 0, 7));
    const int64_t channels = images->shape[1], *w = weights->shape;
    return flags & IMAS_CONVOLUTION_TRANSPOSED
               ? in[1].has_shape(channels, w[1], 3, 3, "weights of as many planes as images has channels")
               : in[1].has_shape(w[0], channels, 3, 3, "weights of as many channels as images has");
}

int32_t check_convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias,
                          int32_t dilation, int32_t flags, const imas_tensor* result) {
    const char* f = "imas_convolution";
    IMAS_TRY(check_images_and_weights(f, images, weights, dilation, flags));
    const Argument in[] = {{f, "images", images}, {f, "weights", weights}, {f, "bias", bias}};
    const Argument out[] = {{f, "result", result}};
    const int64_t planes = weights->shape[flags & IMAS_CONVOLUTION_TRANSPOSED ? 1 : 0];
    IMAS_TRY(check_bias(in[2], planes));
    IMAS_TRY(out[0].writable(kF32));
    IMAS_TRY(out[0].has_shape(images->shape[0], planes, images->shape[2], images->shape[3],
                              "what these weights make of these images"));
    const int64_t *x = images->shape, points = 36;  // with a tile for every place
    IMAS_TRY(
        check_work(f, *images, *weights, product(x[0], x[2], x[3]) * product(filled(x[1]), filled(planes), points)));
    return disjoint(out, 1, in, 3);
}

int32_t check_weights_and_result(const char* function, const imas_tensor* weights, const imas_tensor* result,
                                 int32_t flags) {
    const Argument in[] = {{function, "weights", weights}};
    const Argument out[] = {{function, "result", result}};
    IMAS_TRY(in[0].readable(kF32));
    IMAS_TRY(check_plane(in[0]));
    IMAS_TRY(check_number(function, "flags", flags, 0, 7));
    IMAS_TRY(out[0].writable(kF32));
    return check_plane(out[0]);
}

int32_t check_plain_convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias,
                                int32_t stride, int32_t padding, int32_t dilation, int32_t flags,
                                const imas_tensor* result) {
    const char* f = "imas_plain_convolution";
    const Argument in[] = {{f, "images", images}, {f, "weights", weights}, {f, "bias", bias}};
    const Argument out[] = {{f, "result", result}};
    IMAS_TRY(in[0].readable(kF32));
    IMAS_TRY(check_plane(in[0]));
    IMAS_TRY(check_weights_and_result(f, weights, result, flags));
    IMAS_TRY(check_window(f, stride, padding, dilation));
    const bool transposed = flags & IMAS_CONVOLUTION_TRANSPOSED;
    const int64_t *x = images->shape, *w = weights->shape, *y = result->shape, planes = w[transposed ? 1 : 0];
    IMAS_TRY(transposed ? in[1].has_shape(x[1], w[1], w[2], w[3], "weights of as many planes as images has channels")
                        : in[1].has_shape(w[0], x[1], w[2], w[3], "weights of as many channels as images has"));
    IMAS_TRY(check_bias(in[2], planes));
    int64_t size[2];  // of the side that the window makes of the other
    for (int axis = 2; axis < 4; ++axis)
        size[axis - 2] = places_of((transposed ? y : x)[axis], w[axis], stride, padding, dilation);
    if (transposed) {
        IMAS_TRY(out[0].has_shape(x[0], planes, y[2], y[3], "images by planes"));
        IMAS_TRY(in[0].has_shape(x[0], x[1], size[0], size[1], "what these weights make of the result's size"));
    } else {
        IMAS_TRY(out[0].has_shape(x[0], planes, size[0], size[1], "what these weights make of these images"));
    }
    IMAS_TRY(check_work(f, *images, *weights,
                        product(y[0], y[2], y[3]) * product(filled(x[1]), filled(planes), w[2] * w[3])));
    return disjoint(out, 1, in, 3);
}

int32_t check_workspace(const char* function, const Workspace& workspace,
                        std::initializer_list<const imas_tensor*> views) {
    if (workspace.needed == 0) return IMAS_OK;
    if (!workspace.data)
        return fail(IMAS_ERROR_WORKSPACE, "%s: workspace is missing (null), %zu bytes are needed", function,
                    workspace.needed);
    if (workspace.bytes < workspace.needed) {
        return fail(IMAS_ERROR_WORKSPACE, "%s: workspace has %zu bytes, %zu are needed", function, workspace.bytes,
                    workspace.needed);
    }
    const uintptr_t begin = reinterpret_cast<uintptr_t>(workspace.data);
    if (begin % 64 != 0) return fail(IMAS_ERROR_WORKSPACE, "%s: workspace is not aligned to 64 bytes", function);
    for (const imas_tensor* view : views) {
        if (!view) continue;
        const uintptr_t first = reinterpret_cast<uintptr_t>(view->data);
        if (begin < first + static_cast<uintptr_t>(extent_bytes(*view)) && first < begin + workspace.needed) {
            return fail(IMAS_ERROR_WORKSPACE, "%s: workspace overlaps one of the arguments", function);
        }
    }
    return IMAS_OK;
}

}  // namespace imas
