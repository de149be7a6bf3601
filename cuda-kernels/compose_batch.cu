// The student's batch in one pass: labelled | weak | cutmix | strong, and the mixed labels and confidences.
//
// A block owns one row of one output image, all three channels; its threads walk the row in the order in which the
// output lies in memory, so stores are contiguous for NCHW and for channels-last alike. Pure copies and one
// multiply-add: no reduction, GPU-to-GPU identical.
#include "kernels.cuh"
#include "view.cuh"

namespace imas::cuda {
namespace {

constexpr int kThreads = 256;

struct Box {
    int top, left, bottom, right;
};

/** What the batch is made of; absent views have a null pointer. */
template <typename In>
struct Sources {
    View<const In> labeled, weak, strong;
    View<const float> gamma;
    View<const int> pairing, boxes;
    int labeled_count, weak_count, mixed_count, count;  // images of each part; mixed_count 0 without CutMix
};

template <typename In>
__device__ __forceinline__ Box box_of(const Sources<In>& from, int b) {
    return Box{*from.boxes.at(b, 0, 0, 0), *from.boxes.at(b, 0, 0, 1), *from.boxes.at(b, 0, 0, 2), *from.boxes.at(b, 0, 0, 3)};
}

/** Calls visit(c, x) for every element of a row of `channels` channels, in the output's memory order. */
template <typename Visit>
__device__ __forceinline__ void for_row(bool channels_last, int channels, int width, Visit visit) {
    for (int i = threadIdx.x; i < channels * width; i += kThreads) {
        if (channels_last) {
            visit(i % channels, i / channels);
        } else {
            visit(i / width, i % width);
        }
    }
}

template <typename In>
__global__ void __launch_bounds__(kThreads) compose_kernel(Sources<In> from, int width, bool channels_last, FloatOutput batch, View<const uint8_t> labels, View<const float> confidence, View<uint8_t> mixed_labels, View<float> mixed_confidence) {
    const int y = blockIdx.x, n = blockIdx.y;
    const int first_weak = from.labeled_count, first_mixed = first_weak + from.weak_count, first_strong = first_mixed + from.mixed_count;
    if (n < first_mixed) {
        const View<const In>& source = n < first_weak ? from.labeled : from.weak;
        const int b = n < first_weak ? n : n - first_weak;
        for_row(channels_last, 3, width, [&](int c, int x) { batch.store(n, c, y, x, to_float(*source.at(b, c, y, x))); });
    } else if (n < first_strong) {
        const int b = n - first_mixed;
        const Box box = box_of(from, b);
        const int partner = *from.pairing.at(b, 0, 0, 0);
        const bool row_inside = y >= box.top && y < box.bottom;
        const auto source = [&](int x) { return row_inside && x >= box.left && x < box.right ? partner : b; };
        for_row(channels_last, 3, width, [&](int c, int x) { batch.store(n, c, y, x, to_float(*from.weak.at(source(x), c, y, x))); });
        for_row(false, 1, width, [&](int, int x) {
            *mixed_labels.at(b, 0, y, x) = *labels.at(source(x), 0, y, x);
            *mixed_confidence.at(b, 0, y, x) = *confidence.at(source(x), 0, y, x);
        });
    } else {
        const int b = n - first_strong;
        if (from.gamma.data) {
            const float g = *from.gamma.at(b, 0, 0, 0);
            for_row(channels_last, 3, width, [&](int c, int x) { batch.store(n, c, y, x, to_float(*from.strong.at(b, c, y, x)) * g + to_float(*from.weak.at(b, c, y, x)) * (1.0f - g)); });
        } else {
            for_row(channels_last, 3, width, [&](int c, int x) { batch.store(n, c, y, x, to_float(*from.strong.at(b, c, y, x))); });
        }
    }
}

}  // namespace

int32_t compose_batch(const imas_backend* backend, const imas_tensor* labeled, const imas_tensor* weak, const imas_tensor* strong, const imas_tensor* gamma, const imas_tensor* pairing, const imas_tensor* boxes, int32_t include_weak, const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* batch, const imas_tensor* mixed_labels, const imas_tensor* mixed_confidence) {
    const DeviceScope scope(backend);
    const int count = static_cast<int>(weak->shape[0]);
    const dim3 grid(static_cast<unsigned>(batch->shape[2]), static_cast<unsigned>(batch->shape[0]));
    with_float_type(weak->dtype, [&](auto in) {
        using In = decltype(in);
        const Sources<In> from{optional_view<const In>(labeled), view<const In>(weak), view<const In>(strong), optional_view<const float>(gamma), optional_view<const int>(pairing), optional_view<const int>(boxes), labeled ? static_cast<int>(labeled->shape[0]) : 0, include_weak ? count : 0, boxes ? count : 0, count};
        IMAS_LAUNCH(compose_kernel<In>, grid, dim3(kThreads), 0, stream_of(backend), from, static_cast<int>(batch->shape[3]), batch->stride[1] == 1, float_output(batch), optional_view<const uint8_t>(labels), optional_view<const float>(confidence), optional_view<uint8_t>(mixed_labels), optional_view<float>(mixed_confidence));
    });
    return launched("compose_batch");
}

}  // namespace imas::cuda
