// The student's batch: labelled | weak | cutmix | strong, and the mixed labels and confidences. One task is one row of
// one labelled image, or one row of an unlabelled one for all its parts, so that a weak row comes from memory once. Rows
// pass through a small float buffer (read and widen, blend, narrow and write), which serves any mix of types and
// layouts; plain copies of the same type and layout go straight.
#include "cpu/kernels.hpp"
#include "cpu/numbers.hpp"
#include "error.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

const int64_t kTile = 512;  // pixels buffered at a time
const int kChannels = 3;

struct Box {
    int64_t top, left, bottom, right;
};

Box box_of(const imas_tensor& boxes, int64_t image) {
    const auto edge = [&](int64_t k) { return int64_t{at<int32_t>(boxes, image, 0, 0, k)}; };
    return {edge(0), edge(1), edge(2), edge(3)};
}

/** Boxes lie in the image and partners in the batch; only this backend can look. */
int32_t check_values(const imas_tensor& weak, const imas_tensor& pairing, const imas_tensor& boxes) {
    const int64_t images = weak.shape[0], height = weak.shape[2], width = weak.shape[3];
    for (int64_t b = 0; b < images; ++b) {
        const int32_t partner = at<int32_t>(pairing, b, 0, 0, 0);
        if (partner < 0 || partner >= images) {
            return fail(IMAS_ERROR_ARGUMENT, "imas_compose_batch: pairing[%lld] is %d, expected 0 to %lld", static_cast<long long>(b), partner, static_cast<long long>(images - 1));
        }
        const Box box = box_of(boxes, b);
        if (box.top < 0 || box.top > box.bottom || box.bottom > height || box.left < 0 || box.left > box.right || box.right > width) {
            return fail(IMAS_ERROR_ARGUMENT, "imas_compose_batch: box %lld is (%lld,%lld)-(%lld,%lld), expected rows in 0 to %lld and columns in 0 to %lld",
                        static_cast<long long>(b), static_cast<long long>(box.top), static_cast<long long>(box.left), static_cast<long long>(box.bottom),
                        static_cast<long long>(box.right), static_cast<long long>(height), static_cast<long long>(width));
        }
    }
    return IMAS_OK;
}

template <class Read>
void read_line(float* line, int64_t n, int64_t stride, Read read) {
    if (stride == 1) {
        for (int64_t x = 0; x < n; ++x) line[x] = read(x);
    } else {
        for (int64_t x = 0; x < n; ++x) line[x] = read(x * stride);
    }
}

/** n pixels of one row as floats, [3][kTile]. */
void read_tile(float* tile, const imas_tensor& image, int64_t b, int64_t y, int64_t x, int64_t n) {
    for (int c = 0; c < kChannels; ++c) {
        const int64_t from = offset(image, b, c, y, x), stride = image.stride[3];
        float* line = tile + c * kTile;
        if (image.dtype == IMAS_F32) {
            const float* source = static_cast<const float*>(image.data) + from;
            read_line(line, n, stride, [=](int64_t i) { return source[i]; });
        } else {
            const uint16_t* source = static_cast<const uint16_t*>(image.data) + from;
            if (image.dtype == IMAS_BF16) read_line(line, n, stride, [=](int64_t i) { return from_bf16(source[i]); });
            else read_line(line, n, stride, [=](int64_t i) { return from_f16(source[i]); });
        }
    }
}

template <class T, class Narrow>
void write_lines(const float* tile, const imas_tensor& batch, int64_t image, int64_t y, int64_t x, int64_t n, Narrow narrow) {
    T* out = static_cast<T*>(batch.data) + offset(batch, image, 0, y, x);
    if (batch.stride[1] == 1 && batch.stride[3] == kChannels) {
        for (int64_t i = 0; i < n; ++i) {
            out[3 * i] = narrow(tile[i]);
            out[3 * i + 1] = narrow(tile[kTile + i]);
            out[3 * i + 2] = narrow(tile[2 * kTile + i]);
        }
        return;
    }
    for (int c = 0; c < kChannels; ++c) {
        T* line = out + c * batch.stride[1];
        const float* source = tile + c * kTile;
        if (batch.stride[3] == 1) {
            for (int64_t i = 0; i < n; ++i) line[i] = narrow(source[i]);
        } else {
            for (int64_t i = 0; i < n; ++i) line[i * batch.stride[3]] = narrow(source[i]);
        }
    }
}

void write_tile(const float* tile, const imas_tensor& batch, int64_t image, int64_t y, int64_t x, int64_t n) {
    if (batch.dtype == IMAS_F32) write_lines<float>(tile, batch, image, y, x, n, [](float v) { return v; });
    else if (batch.dtype == IMAS_BF16) write_lines<uint16_t>(tile, batch, image, y, x, n, [](float v) { return to_bf16(v); });
    else write_lines<uint16_t>(tile, batch, image, y, x, n, [](float v) { return to_f16(v); });
}

/** Columns [begin, end) of one row, from one image. */
void copy_row(const imas_tensor& from, int64_t source, const imas_tensor& batch, int64_t image, int64_t y, int64_t begin, int64_t end) {
    if (from.dtype == batch.dtype && from.stride[3] == 1 && batch.stride[3] == 1) {
        const int64_t size = batch.dtype == IMAS_F32 ? 4 : 2;
        for (int c = 0; c < kChannels; ++c) {
            std::memcpy(static_cast<char*>(batch.data) + offset(batch, image, c, y, begin) * size,
                        static_cast<const char*>(from.data) + offset(from, source, c, y, begin) * size, static_cast<size_t>((end - begin) * size));
        }
        return;
    }
    alignas(64) float tile[kChannels * kTile];
    for (int64_t x = begin; x < end; x += kTile) {
        const int64_t n = end - x < kTile ? end - x : kTile;
        read_tile(tile, from, source, y, x, n);
        write_tile(tile, batch, image, y, x, n);
    }
}

/** gamma * strong + (1 - gamma) * weak. */
void blend_row(const imas_tensor& strong, const imas_tensor& weak, int64_t b, float gamma, const imas_tensor& batch, int64_t image, int64_t y) {
    alignas(64) float tile[kChannels * kTile];
    alignas(64) float other[kChannels * kTile];
    const int64_t width = weak.shape[3];
    const float rest = 1 - gamma;
    for (int64_t x = 0; x < width; x += kTile) {
        const int64_t n = width - x < kTile ? width - x : kTile;
        read_tile(tile, strong, b, y, x, n);
        read_tile(other, weak, b, y, x, n);
        for (int c = 0; c < kChannels; ++c) {
            float* s = tile + c * kTile;
            const float* w = other + c * kTile;
#pragma omp simd
            for (int64_t i = 0; i < n; ++i) s[i] = gamma * s[i] + rest * w[i];
        }
        write_tile(tile, batch, image, y, x, n);
    }
}

template <class T>
void mix_map_row(const imas_tensor& map, const imas_tensor& mixed, int64_t b, int64_t partner, int64_t y, int64_t left, int64_t right) {
    const auto copy = [&](int64_t source, int64_t begin, int64_t end) {
        const T* from = &at<T>(map, source, 0, y, 0);
        T* to = &at<T>(mixed, b, 0, y, 0);
        if (map.stride[3] == 1 && mixed.stride[3] == 1) {
            std::memcpy(to + begin, from + begin, static_cast<size_t>(end - begin) * sizeof(T));
        } else {
            for (int64_t x = begin; x < end; ++x) to[x * mixed.stride[3]] = from[x * map.stride[3]];
        }
    };
    copy(b, 0, left);
    copy(partner, left, right);
    copy(b, right, map.shape[3]);
}

}  // namespace

int32_t compose_batch(const imas_backend*, const imas_tensor* labeled, const imas_tensor* weak, const imas_tensor* strong,
                      const imas_tensor* gamma, const imas_tensor* pairing, const imas_tensor* boxes, int32_t include_weak,
                      const imas_tensor* labels, const imas_tensor* confidence, const imas_tensor* batch,
                      const imas_tensor* mixed_labels, const imas_tensor* mixed_confidence) {
    const int64_t images = weak->shape[0], height = weak->shape[2], width = weak->shape[3];
    if (boxes) {
        const int32_t status = check_values(*weak, *pairing, *boxes);
        if (status != IMAS_OK) return status;
    }
    const int64_t first_weak = labeled ? labeled->shape[0] : 0;
    const int64_t first_mixed = first_weak + (include_weak ? images : 0);
    const int64_t first_strong = first_mixed + (boxes ? images : 0);
    const int64_t labeled_rows = first_weak * height;

#pragma omp parallel for schedule(dynamic, 8)
    for (int64_t row = 0; row < labeled_rows + images * height; ++row) {
        if (row < labeled_rows) {
            copy_row(*labeled, row / height, *batch, row / height, row % height, 0, width);
            continue;
        }
        const int64_t b = (row - labeled_rows) / height, y = (row - labeled_rows) % height;
        if (include_weak) copy_row(*weak, b, *batch, first_weak + b, y, 0, width);
        if (boxes) {
            const int64_t partner = at<int32_t>(*pairing, b, 0, 0, 0), mixed = first_mixed + b;
            const Box box = box_of(*boxes, b);
            const bool inside = y >= box.top && y < box.bottom;
            const int64_t left = inside ? box.left : 0, right = inside ? box.right : 0;
            copy_row(*weak, b, *batch, mixed, y, 0, left);
            copy_row(*weak, partner, *batch, mixed, y, left, right);
            copy_row(*weak, b, *batch, mixed, y, right, width);
            mix_map_row<uint8_t>(*labels, *mixed_labels, b, partner, y, left, right);
            mix_map_row<float>(*confidence, *mixed_confidence, b, partner, y, left, right);
        }
        if (gamma) blend_row(*strong, *weak, b, at<float>(*gamma, b, 0, 0, 0), *batch, first_strong + b, y);
        else copy_row(*strong, b, *batch, first_strong + b, y, 0, width);
    }
    return IMAS_OK;
}

}  // namespace imas::cpu::IMAS_ISA
