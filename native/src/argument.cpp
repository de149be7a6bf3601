#include "argument.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "error.hpp"

namespace imas {
namespace {

const int64_t kLargestExtent = INT32_MAX;
const int64_t kLargestStride = int64_t{1} << 48;
const int64_t kMostRepeated = int64_t{1} << 25;

const char* dtype_name(int32_t dtype) {
    switch (dtype) {
        case IMAS_F32: return "f32";
        case IMAS_BF16: return "bf16";
        case IMAS_F16: return "f16";
        case IMAS_U8: return "u8";
        case IMAS_I32: return "i32";
        case IMAS_I64: return "i64";
        default: return "an unknown type";
    }
}

/** "f32, bf16 or f16" for a set of types. */
void list_types(unsigned types, char* text, size_t size) {
    size_t used = 0;
    text[0] = 0;
    for (int32_t type = IMAS_F32; type <= IMAS_I64; ++type) {
        if (!(types & 1u << type)) continue;
        const bool last = !(types >> (type + 1));
        const char* separator = used == 0 ? "" : last ? " or " : ", ";
        used += static_cast<size_t>(std::snprintf(text + used, size - used, "%s%s", separator, dtype_name(type)));
    }
}

/** Distance in elements between the first and the last element; -1 when it does not fit. */
int64_t reach(const imas_tensor& view) {
    int64_t sum = 0;
    for (int axis = 0; axis < 4; ++axis) {
        int64_t step;
        if (view.shape[axis] == 1) continue;
        if (__builtin_mul_overflow(view.shape[axis] - 1, view.stride[axis], &step) ||
            __builtin_add_overflow(sum, step, &sum))
            return -1;
    }
    return sum;
}

/** True when walking the axes from the smallest stride up never meets an element twice. */
bool injective(const imas_tensor& view) {
    int64_t inner = 0;  // distance covered by the axes seen so far
    bool used[4] = {false, false, false, false};
    for (int round = 0; round < 4; ++round) {
        int next = -1;
        for (int axis = 0; axis < 4; ++axis) {
            if (!used[axis] && (next < 0 || view.stride[axis] < view.stride[next])) next = axis;
        }
        used[next] = true;
        if (view.shape[next] == 1) continue;
        if (view.stride[next] <= inner) return false;
        inner += (view.shape[next] - 1) * view.stride[next];
    }
    return true;
}

/** N*H*W, or INT64_MAX when it does not fit. */
int64_t places(const imas_tensor& view) {
    int64_t n;
    if (__builtin_mul_overflow(view.shape[0] * view.shape[2], view.shape[3], &n)) return INT64_MAX;
    return n;
}

struct Range {
    uintptr_t begin, end;
};

Range range_of(const imas_tensor& view) {
    const uintptr_t begin = reinterpret_cast<uintptr_t>(view.data);
    return {begin, begin + static_cast<uintptr_t>(extent_bytes(view))};
}

}  // namespace

int64_t dtype_bytes(int32_t dtype) {
    switch (dtype) {
        case IMAS_F32:
        case IMAS_I32: return 4;
        case IMAS_BF16:
        case IMAS_F16: return 2;
        case IMAS_U8: return 1;
        case IMAS_I64: return 8;
        default: return 0;
    }
}

int64_t extent_bytes(const imas_tensor& view) { return (reach(view) + 1) * dtype_bytes(view.dtype); }

bool repeats(const imas_tensor& view) { return !injective(view); }

int32_t Argument::readable(unsigned types) const {
    if (!view) return fail(IMAS_ERROR_ARGUMENT, "%s: %s is missing (null)", function, name);
    if (!view->data) return fail(IMAS_ERROR_ARGUMENT, "%s: %s has no data (null pointer)", function, name);
    const int32_t dtype = view->dtype;
    if (dtype < IMAS_F32 || dtype > IMAS_I64 || !(types & 1u << dtype)) {
        char expected[64];
        list_types(types, expected, sizeof expected);
        return fail(IMAS_ERROR_ARGUMENT, "%s: %s has dtype %" PRId32 " (%s), expected %s", function, name, dtype,
                    dtype_name(dtype), expected);
    }
    if (view->reserved != 0)
        return fail(IMAS_ERROR_ARGUMENT, "%s: %s has reserved = %" PRId32 ", expected 0", function, name,
                    view->reserved);
    for (int axis = 0; axis < 4; ++axis) {
        if (view->shape[axis] < 1 || view->shape[axis] > kLargestExtent) {
            return fail(IMAS_ERROR_ARGUMENT, "%s: %s has extent %" PRId64 " on axis %d, expected 1 to %" PRId64,
                        function, name, view->shape[axis], axis, kLargestExtent);
        }
        if (view->stride[axis] < 0) {
            return fail(IMAS_ERROR_ARGUMENT, "%s: %s has stride %" PRId64 " on axis %d, expected 0 or more", function,
                        name, view->stride[axis], axis);
        }
    }
    const int64_t elements = reach(*view);
    const int64_t bytes = dtype_bytes(dtype);
    const uintptr_t address = reinterpret_cast<uintptr_t>(view->data);
    // Strides of axes of extent 1 reach nowhere, yet kernels multiply by them.
    const bool far = *std::max_element(view->stride, view->stride + 4) > kLargestStride;
    if (far || elements < 0 || elements >= INT64_MAX / bytes ||
        static_cast<uintptr_t>((elements + 1) * bytes) > UINTPTR_MAX - address) {
        return fail(IMAS_ERROR_ARGUMENT, "%s: %s reaches beyond the address space (shape times stride overflows)",
                    function, name);
    }
    if (address % static_cast<uintptr_t>(bytes) != 0) {
        return fail(IMAS_ERROR_ARGUMENT, "%s: %s is not aligned to its %" PRId64 "-byte elements", function, name,
                    bytes);
    }
    if (places(*view) > kMostRepeated && !injective(*view)) {
        return fail(IMAS_ERROR_ARGUMENT,
                    "%s: %s repeats memory over %" PRId64 " places (N*H*W), expected at most %" PRId64, function, name,
                    places(*view), kMostRepeated);
    }
    return IMAS_OK;
}

int32_t Argument::writable(unsigned types) const {
    IMAS_TRY(readable(types));
    if (!injective(*view)) {
        return fail(IMAS_ERROR_ARGUMENT,
                    "%s: %s is an output whose strides [%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64
                    "] put several elements in one place",
                    function, name, view->stride[0], view->stride[1], view->stride[2], view->stride[3]);
    }
    return IMAS_OK;
}

int32_t Argument::has_shape(int64_t n, int64_t c, int64_t h, int64_t w, const char* why) const {
    const int64_t* s = view->shape;
    if (s[0] == n && s[1] == c && s[2] == h && s[3] == w) return IMAS_OK;
    return fail(IMAS_ERROR_ARGUMENT,
                "%s: %s has shape [%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "], expected [%" PRId64 ",%" PRId64
                ",%" PRId64 ",%" PRId64 "] (%s)",
                function, name, s[0], s[1], s[2], s[3], n, c, h, w, why);
}

int32_t Argument::contiguous() const {
    int64_t expected = 1;
    for (int axis = 3; axis >= 0; --axis) {
        if (view->shape[axis] != 1 && view->stride[axis] != expected) {
            return fail(IMAS_ERROR_ARGUMENT,
                        "%s: %s has stride %" PRId64 " on axis %d, expected %" PRId64 " (contiguous)", function, name,
                        view->stride[axis], axis, expected);
        }
        expected *= view->shape[axis];
    }
    return IMAS_OK;
}

int32_t disjoint(const Argument* outputs, int output_count, const Argument* inputs, int input_count) {
    for (int i = 0; i < output_count; ++i) {
        if (!outputs[i].view) continue;
        const Range a = range_of(*outputs[i].view);
        for (int j = 0; j < input_count + i; ++j) {
            const Argument& other = j < input_count ? inputs[j] : outputs[j - input_count];
            if (!other.view) continue;
            const Range b = range_of(*other.view);
            if (a.begin < b.end && b.begin < a.end) {
                return fail(IMAS_ERROR_ARGUMENT, "%s: output %s overlaps %s in memory", outputs[i].function,
                            outputs[i].name, other.name);
            }
        }
    }
    return IMAS_OK;
}

}  // namespace imas
