// The student's batch in one pass: labelled | weak | cutmix | strong, and the mixed labels and confidences.
//
// Flat path, for images and batch of one dense layout (all NCHW or all channels-last): an image is then one line of
// numbers in every tensor. A thread owns a run of 16 bytes of the narrower type: it reads weak and strong once and
// writes the weak, cutmix and strong part from them, so that each input leaves memory once (a partner's pixels inside
// a box come from there or from the L2 cache). Loads and stores take 16 bytes where the addresses allow, else 8; where
// images of odd size shift against each other by less, the elements of a run go one by one, still side by side in a
// warp. Further blocks of the same launch mix labels and confidences.
// General path, any strides and layouts: a block owns a row of one output image and walks it in the output's order.
//
// Pure copies and one multiply-add: no reduction, GPU-to-GPU identical. Floor at B = Bl = 4, 513x513, four parts: 99 MB
// of fp32, 33 us at 3 TB/s; 55 MB of bf16, 18 us (benchmarks/gpu/LIMITS.md).
#include "kernels.cuh"
#include "law/compose_batch.hpp"
#include "law/numbers.hpp"
#include "view.cuh"

namespace imas::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kPixels = 4;  // mixed labels and confidences a thread copies

/** What the batch is made of; absent views have a null pointer. */
template <typename In>
struct Sources {
    View<const In> labeled, weak, strong;
    View<const float> gamma;
    View<const int> pairing, boxes;
    View<const uint8_t> labels;
    View<const float> confidence;
    law::BatchParts<int> parts;
    int height, width;

    __device__ __forceinline__ law::Box box(int b) const {
        return law::Box{*boxes.at(b, 0, 0, 0), *boxes.at(b, 0, 0, 1), *boxes.at(b, 0, 0, 2), *boxes.at(b, 0, 0, 3)};
    }
};

struct Mixed {
    View<uint8_t> labels;
    View<float> confidence;
};

__device__ __forceinline__ float blend(float strong, float weak, float gamma) {
    return law::mix(gamma, strong, 1.0f - gamma, weak);
}

/** N neighbouring elements that travel as one. */
template <typename T, int N>
struct alignas(sizeof(T) * N) Run {
    T element[N];
};

/** N elements in pieces of kBytes; false, and nothing done, where the address does not allow it. */
template <int kBytes, typename T, int N>
__device__ __forceinline__ bool load_pieces(const T* from, float* to) {
    constexpr int kPiece = kBytes / static_cast<int>(sizeof(T));
    if (reinterpret_cast<uintptr_t>(from) % kBytes != 0) return false;
#pragma unroll
    for (int begin = 0; begin < N; begin += kPiece) {
        const Run<T, kPiece> run = *reinterpret_cast<const Run<T, kPiece>*>(from + begin);
#pragma unroll
        for (int i = 0; i < kPiece; i++) to[begin + i] = to_float(run.element[i]);
    }
    return true;
}

template <int kBytes, typename T, int N>
__device__ __forceinline__ bool store_pieces(T* to, const float* from) {
    constexpr int kPiece = kBytes / static_cast<int>(sizeof(T));
    if (reinterpret_cast<uintptr_t>(to) % kBytes != 0) return false;
#pragma unroll
    for (int begin = 0; begin < N; begin += kPiece) {
        Run<T, kPiece> run;
#pragma unroll
        for (int i = 0; i < kPiece; i++) run.element[i] = from_float<T>(from[begin + i]);
        *reinterpret_cast<Run<T, kPiece>*>(to + begin) = run;
    }
    return true;
}

/** The first n of N elements; the others are 0. */
template <typename T, int N>
__device__ __forceinline__ void load(const T* from, int n, float* to) {
    if (n == N && (load_pieces<16, T, N>(from, to) || load_pieces<8, T, N>(from, to))) return;
#pragma unroll
    for (int i = 0; i < N; i++) to[i] = i < n ? to_float(from[i]) : 0.0f;
}

template <typename T, int N>
__device__ __forceinline__ void store(T* to, int n, const float* from) {
    if (n == N && (store_pieces<16, T, N>(to, from) || store_pieces<8, T, N>(to, from))) return;
#pragma unroll
    for (int i = 0; i < N; i++) {
        if (i < n) to[i] = from_float<T>(from[i]);
    }
}

/** Elements [first, first + n) of unlabelled image b, for all its parts. */
template <typename In, typename Out, int N>
__device__ __forceinline__ void compose_run(const Sources<In>& from, Out* batch, int64_t image_size, int b,
                                            int64_t first, int n, bool channels_last) {
    float weak[N], value[N];
    load<In, N>(from.weak.data + b * image_size + first, n, weak);
    load<In, N>(from.strong.data + b * image_size + first, n, value);
    Out* const to = batch + first;
    if (from.parts.weak) store<Out, N>(to + (from.parts.labeled + b) * image_size, n, weak);
    if (from.gamma.data) {
        const float gamma = *from.gamma.at(b, 0, 0, 0);
#pragma unroll
        for (int i = 0; i < N; i++) value[i] = blend(value[i], weak[i], gamma);
    }
    store<Out, N>(to + (from.parts.first_strong() + b) * image_size, n, value);
    if (!from.parts.mixed) return;
    const law::Box box = from.box(b);
    const In* const partner = from.weak.data + *from.pairing.at(b, 0, 0, 0) * image_size + first;
    const int plane = from.height * from.width, element = static_cast<int>(first);
    const int pixel =
        channels_last ? element / 3 : element - (element >= plane ? plane : 0) - (element >= 2 * plane ? plane : 0);
    int y = pixel / from.width, x = pixel - y * from.width, channel = channels_last ? element - 3 * pixel : 2;
#pragma unroll
    for (int i = 0; i < N; i++) {
        if (i < n && box.has(y, x)) weak[i] = to_float(partner[i]);
        if (++channel < 3) continue;
        channel = channels_last ? 0 : 2;
        if (++x < from.width) continue;
        x = 0;
        if (++y == from.height) y = 0;  // the next plane
    }
    store<Out, N>(to + (from.parts.first_mixed() + b) * image_size, n, weak);
}

/** Mixed labels and confidences of image b, any strides; blockIdx.x: which pixels. */
template <typename In>
__device__ __forceinline__ void mix_maps(const Sources<In>& from, const Mixed& to, int b) {
    const int pixels = from.height * from.width, partner = *from.pairing.at(b, 0, 0, 0);
    const law::Box box = from.box(b);
#pragma unroll
    for (int k = 0; k < kPixels; k++) {
        const int64_t pixel = (static_cast<int64_t>(blockIdx.x) * kPixels + k) * kThreads + threadIdx.x;
        if (pixel >= pixels) return;
        const int y = static_cast<int>(pixel) / from.width, x = static_cast<int>(pixel) - y * from.width;
        const int source = box.has(y, x) ? partner : b;
        *to.labels.at(b, 0, y, x) = *from.labels.at(source, 0, y, x);
        *to.confidence.at(b, 0, y, x) = *from.confidence.at(source, 0, y, x);
    }
}

template <typename In>
__global__ void __launch_bounds__(kThreads) mix_maps_kernel(const __grid_constant__ Sources<In> from, Mixed to) {
    mix_maps(from, to, blockIdx.y);
}

template <typename In, typename Out>
constexpr int run_length() {
    return 16 / (sizeof(In) < sizeof(Out) ? sizeof(In) : sizeof(Out));
}

/**
 * blockIdx.y: a labelled image, then an unlabelled one for all its parts, then the maps of a mixed one. A thread a run.
 */
template <typename In, typename Out>
__global__ void __launch_bounds__(kThreads) compose_flat_kernel(const __grid_constant__ Sources<In> from, Out* batch,
                                                                bool channels_last, int unlabeled, Mixed maps) {
    constexpr int N = run_length<In, Out>();
    const int64_t image_size = 3 * static_cast<int64_t>(from.height) * from.width;
    const int image = blockIdx.y, b = image - from.parts.labeled;
    if (b >= unlabeled) return mix_maps(from, maps, b - unlabeled);
    // Runs lie on 16-byte borders of the image's first part in the batch.
    const int64_t begin =
        (image < from.parts.labeled || from.parts.weak ? image : from.parts.first_strong() + b) * image_size;
    const int phase = static_cast<int>(reinterpret_cast<uintptr_t>(batch + begin) / sizeof(Out) % N);
    int64_t first = (static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x) * N - phase;
    const int64_t end = first + N < image_size ? first + N : image_size;
    first = first > 0 ? first : 0;
    const int n = static_cast<int>(end - first);
    if (n <= 0) return;
    if (image < from.parts.labeled) {
        float value[N];
        load<In, N>(from.labeled.data + image * image_size + first, n, value);
        store<Out, N>(batch + image * image_size + first, n, value);
    } else {
        compose_run<In, Out, N>(from, batch, image_size, b, first, n, channels_last);
    }
}

/** Calls visit(c, x) for every element of a row, in the output's memory order. */
template <typename Visit>
__device__ __forceinline__ void for_row(bool channels_last, int width, Visit visit) {
    for (int64_t i = threadIdx.x; i < 3 * static_cast<int64_t>(width); i += kThreads) {
        if (channels_last) {
            visit(static_cast<int>(i % 3), static_cast<int>(i / 3));
        } else {
            visit(static_cast<int>(i / width), static_cast<int>(i % width));
        }
    }
}

template <typename In>
__global__ void __launch_bounds__(kThreads)
    compose_rows_kernel(const __grid_constant__ Sources<In> from, bool channels_last, FloatOutput batch) {
    const int y = blockIdx.x, n = blockIdx.y;
    if (n < from.parts.first_mixed()) {
        const bool labeled = n < from.parts.labeled;
        const View<const In>& source = labeled ? from.labeled : from.weak;
        const int b = labeled ? n : n - from.parts.labeled;
        for_row(channels_last, from.width,
                [&](int c, int x) { batch.store(n, c, y, x, to_float(*source.at(b, c, y, x))); });
    } else if (n < from.parts.first_strong()) {
        const int b = n - from.parts.first_mixed(), partner = *from.pairing.at(b, 0, 0, 0);
        const law::Box box = from.box(b);
        for_row(channels_last, from.width, [&](int c, int x) {
            batch.store(n, c, y, x, to_float(*from.weak.at(box.has(y, x) ? partner : b, c, y, x)));
        });
    } else {
        const int b = n - from.parts.first_strong();
        const float gamma = from.gamma.data ? *from.gamma.at(b, 0, 0, 0) : 0.0f;
        for_row(channels_last, from.width, [&](int c, int x) {
            const float strong = to_float(*from.strong.at(b, c, y, x));
            batch.store(n, c, y, x,
                        from.gamma.data ? blend(strong, to_float(*from.weak.at(b, c, y, x)), gamma) : strong);
        });
    }
}

enum class Layout { planar, interleaved, other };

/** Which dense layout of [n,3,H,W] images this is. */
Layout layout_of(const imas_tensor& t) {
    const int64_t *n = t.shape, *s = t.stride, plane = n[2] * n[3];
    if (n[0] > 1 && s[0] != 3 * plane) return Layout::other;
    const auto is = [&](int64_t by_channel, int64_t by_row, int64_t by_column) {
        return s[1] == by_channel && (n[2] == 1 || s[2] == by_row) && (n[3] == 1 || s[3] == by_column);
    };
    return is(plane, n[3], 1) ? Layout::planar : is(1, 3 * n[3], 3) ? Layout::interleaved : Layout::other;
}

}  // namespace

int32_t compose_batch(const imas_backend* backend, const imas_tensor* labeled, const imas_tensor* weak,
                      const imas_tensor* strong, const imas_tensor* gamma, const imas_tensor* pairing,
                      const imas_tensor* boxes, int32_t include_weak, const imas_tensor* labels,
                      const imas_tensor* confidence, const imas_tensor* batch, const imas_tensor* mixed_labels,
                      const imas_tensor* mixed_confidence) {
    if (const int32_t refused = check_images("compose_batch", batch->shape[0])) return refused;
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
    const cudaStream_t stream = stream_of(backend);
    const int count = static_cast<int>(weak->shape[0]),
              labeled_count = labeled ? static_cast<int>(labeled->shape[0]) : 0;
    const int64_t height = weak->shape[2], width = weak->shape[3];
    const Layout layout = layout_of(*batch);
    const bool flat = layout != Layout::other && layout_of(*weak) == layout && layout_of(*strong) == layout &&
                      (!labeled || layout_of(*labeled) == layout) && 3 * height * width <= INT32_MAX;
    with_float_type(weak->dtype, [&](auto in) {
        using In = decltype(in);
        const Sources<In> from{optional_view<const In>(labeled),
                               view<const In>(weak),
                               view<const In>(strong),
                               optional_view<const float>(gamma),
                               optional_view<const int>(pairing),
                               optional_view<const int>(boxes),
                               optional_view<const uint8_t>(labels),
                               optional_view<const float>(confidence),
                               {labeled_count, include_weak ? count : 0, boxes ? count : 0},
                               static_cast<int>(height),
                               static_cast<int>(width)};
        const Mixed maps{optional_view<uint8_t>(mixed_labels), optional_view<float>(mixed_confidence)};
        const unsigned blocks_of_maps = blocks_for(height * width, kThreads * kPixels);
        if (flat) {
            with_float_type(batch->dtype, [&](auto out) {
                using Out = decltype(out);
                constexpr int N = run_length<In, Out>();
                const unsigned blocks = blocks_for(3 * height * width + N - 1, kThreads * N);
                const dim3 grid(blocks > blocks_of_maps ? blocks : blocks_of_maps,
                                static_cast<unsigned>(labeled_count + count + (boxes ? count : 0)));
                IMAS_LAUNCH((compose_flat_kernel<In, Out>), grid, dim3(kThreads), 0, stream, from,
                            static_cast<Out*>(batch->data), layout == Layout::interleaved, count, maps);
            });
        } else {
            const dim3 grid(static_cast<unsigned>(height), static_cast<unsigned>(batch->shape[0]));
            IMAS_LAUNCH(compose_rows_kernel<In>, grid, dim3(kThreads), 0, stream, from, batch->stride[1] == 1,
                        float_output(batch));
            if (boxes)
                IMAS_LAUNCH(mix_maps_kernel<In>, dim3(blocks_of_maps, static_cast<unsigned>(count)), dim3(kThreads), 0,
                            stream, from, maps);
        }
    });
    return launched("compose_batch");
}

}  // namespace imas::cuda
