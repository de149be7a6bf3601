// Tensor views on the device, element types, and the align-corners enlargement that every kernel applies on the fly.
#pragma once

#include "law/enlarge.hpp"
#include "law/numbers.hpp"
#include "platform.cuh"

namespace imas::cuda {

struct Bf16 {
    uint16_t bits;
};
struct F16 {
    uint16_t bits;
};

__device__ __forceinline__ float to_float(float value) { return value; }
__device__ __forceinline__ float to_float(Bf16 value) {
    return __uint_as_float(static_cast<unsigned>(value.bits) << 16);
}

template <typename T>
__device__ __forceinline__ T from_float(float value);
template <>
__device__ __forceinline__ float from_float<float>(float value) {
    return value;
}
/** Rounds to nearest, ties to even; a NaN stays a (quiet) NaN. */
template <>
__device__ __forceinline__ Bf16 from_float<Bf16>(float value) {
    const unsigned bits = __float_as_uint(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return Bf16{static_cast<uint16_t>(law::quiet_bf16(bits))};
    return Bf16{static_cast<uint16_t>(law::nearest_bf16(bits))};
}

#ifdef IMAS_EMULATION
inline float to_float(F16 value) {
    _Float16 half;
    std::memcpy(&half, &value.bits, 2);
    return static_cast<float>(half);
}
template <>
inline F16 from_float<F16>(float value) {
    const _Float16 half = static_cast<_Float16>(value);
    F16 result;
    std::memcpy(&result.bits, &half, 2);
    return result;
}
#else
__device__ __forceinline__ float to_float(F16 value) { return __half2float(__ushort_as_half(value.bits)); }
template <>
__device__ __forceinline__ F16 from_float<F16>(float value) {
    return F16{__half_as_ushort(__float2half_rn(value))};
}
#endif

/** A 4-axis view; strides count elements. */
template <typename T>
struct View {
    T* data;
    int64_t sn, sc, sh, sw;

    __device__ __forceinline__ T* at(int64_t n, int64_t c, int64_t y, int64_t x) const {
        return data + n * sn + c * sc + y * sh + x * sw;
    }
};

template <typename T>
View<T> view(const imas_tensor* t) {
    return View<T>{static_cast<T*>(t->data), t->stride[0], t->stride[1], t->stride[2], t->stride[3]};
}

/** A view whose pointer is null when the tensor is absent. */
template <typename T>
View<T> optional_view(const imas_tensor* t) {
    return t ? view<T>(t) : View<T>{nullptr, 0, 0, 0, 0};
}

/** One axis of the enlargement, with the fraction rounded once; 0 exactly on grid points. */
struct Axis : law::Axis {
    __host__ __device__ __forceinline__ float fraction(int o) const {
        return static_cast<float>(rest(o)) / static_cast<float>(static_cast<int>(step()));
    }
};

inline Axis axis(int64_t in, int64_t out) { return Axis{{static_cast<int>(in), static_cast<int>(out)}}; }

/** Where an output element falls between two inputs, as element offsets along the axis. */
struct Tap {
    int lower;
    float fraction;
    int64_t first, second;
};

__device__ __forceinline__ Tap tap(const Axis& axis, int o, int64_t stride) {
    const int lower = axis.lower(o);
    const float fraction = axis.fraction(o);
    return Tap{lower, fraction, lower * stride, (fraction > 0.0f ? lower + 1 : lower) * stride};
}

__device__ __forceinline__ float lerp(float a, float b, float fraction) {
    return law::mix(1.0f - fraction, a, fraction, b);
}

__device__ __forceinline__ int min_int(int a, int b) { return a < b ? a : b; }
__device__ __forceinline__ int max_int(int a, int b) { return a > b ? a : b; }

/** An output whose element type is known at run time only: stores are few beside the work, so one kernel serves all. */
struct FloatOutput {
    void* data;
    int32_t dtype;
    int64_t sn, sc, sh, sw;

    __device__ __forceinline__ int64_t offset(int64_t n, int64_t c, int64_t y, int64_t x) const {
        return n * sn + c * sc + y * sh + x * sw;
    }

    __device__ __forceinline__ void store_at(int64_t offset, float value) const {
        if (dtype == IMAS_F32) {
            static_cast<float*>(data)[offset] = value;
        } else if (dtype == IMAS_BF16) {
            static_cast<Bf16*>(data)[offset] = from_float<Bf16>(value);
        } else {
            static_cast<F16*>(data)[offset] = from_float<F16>(value);
        }
    }

    __device__ __forceinline__ void store(int64_t n, int64_t c, int64_t y, int64_t x, float value) const {
        store_at(offset(n, c, y, x), value);
    }
};

/** An output whose pointer is null when the tensor is absent. */
inline FloatOutput float_output(const imas_tensor* t) {
    return t ? FloatOutput{t->data, t->dtype, t->stride[0], t->stride[1], t->stride[2], t->stride[3]}
             : FloatOutput{nullptr, IMAS_F32, 0, 0, 0, 0};
}

/** Calls f with a value of the logits' element type. */
template <typename F>
void with_float_type(int32_t dtype, F f) {
    if (dtype == IMAS_BF16) {
        f(Bf16{});
    } else if (dtype == IMAS_F16) {
        f(F16{});
    } else {
        f(float{});
    }
}

}  // namespace imas::cuda
