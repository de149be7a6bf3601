// The student's batch: labelled | weak | cutmix | strong, and the mixed labels and confidences. One task is a few rows
// of one labelled image, or of an unlabelled one for all its parts, so that a weak row comes from memory once. Channel
// by channel where the batch keeps them apart: memory is read and written in longer pieces so. Rows pass through small
// buffers (widen, blend, narrow, interleave), which serve any mix of types and layouts; what needs none of that is
// copied straight. A batch larger than a cache holds is written past the caches.
#include "law/compose_batch.hpp"
#include "cpu/kernels.hpp"
#include "cpu/numbers.hpp"
#include "cpu/stream.hpp"
#include "error.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

const int64_t kTile = 1024;  // pixels buffered at a time
const int64_t kTaskRows = 32;
const int kChannels = 3;

/** The channels that are worked on together: one, or all. */
struct Channels {
    int begin, end;
};

law::Box box_of(const imas_tensor& boxes, int64_t image) {
    const auto edge = [&](int64_t k) { return at<int32_t>(boxes, image, 0, 0, k); };
    return {edge(0), edge(1), edge(2), edge(3)};
}

/** Boxes lie in the image and partners in the batch; only this backend can look. */
int32_t check_values(const imas_tensor& weak, const imas_tensor& pairing, const imas_tensor& boxes) {
    const int64_t images = weak.shape[0], height = weak.shape[2], width = weak.shape[3];
    for (int64_t b = 0; b < images; ++b) {
        const int32_t partner = at<int32_t>(pairing, b, 0, 0, 0);
        if (partner < 0 || partner >= images) {
            return fail(IMAS_ERROR_ARGUMENT, "imas_compose_batch: pairing[%lld] is %d, expected 0 to %lld",
                        static_cast<long long>(b), partner, static_cast<long long>(images - 1));
        }
        const law::Box box = box_of(boxes, b);
        if (!box.lies_in(height, width)) {
            return fail(
                IMAS_ERROR_ARGUMENT,
                "imas_compose_batch: box %lld is (%d,%d)-(%d,%d), expected rows in 0 to %lld and columns in 0 to %lld",
                static_cast<long long>(b), box.top, box.left, box.bottom, box.right, static_cast<long long>(height),
                static_cast<long long>(width));
        }
    }
    return IMAS_OK;
}

/** Pixels of one row as floats: where each channel's lie. */
struct Lines {
    const float* channel[kChannels];

    /** All in a buffer, [3][kTile]. */
    explicit Lines(const float* buffer) : channel{buffer, buffer + kTile, buffer + 2 * kTile} {}
};

template <class Read>
void widen_line(float* line, int64_t n, int64_t stride, Read read) {
    if (stride == 1) {
        for (int64_t x = 0; x < n; ++x) line[x] = read(x);
    } else {
        for (int64_t x = 0; x < n; ++x) line[x] = read(x * stride);
    }
}

/** n pixels of one row: in place if they are floats side by side, else in `buffer`, [3][kTile]. */
Lines read_lines(const imas_tensor& image, Channels channels, int64_t b, int64_t y, int64_t x, int64_t n,
                 float* buffer) {
    Lines lines(buffer);
    for (int c = channels.begin; c < channels.end; ++c) {
        const int64_t from = offset(image, b, c, y, x), stride = image.stride[3];
        float* line = buffer + c * kTile;
        if (image.dtype == IMAS_F32) {
            const float* source = static_cast<const float*>(image.data) + from;
            if (stride == 1) lines.channel[c] = source;
            else widen_line(line, n, stride, [=](int64_t i) { return source[i]; });
        } else {
            const uint16_t* source = static_cast<const uint16_t*>(image.data) + from;
            if (image.dtype == IMAS_BF16) widen_line(line, n, stride, [=](int64_t i) { return from_bf16(source[i]); });
            else widen_line(line, n, stride, [=](int64_t i) { return from_f16(source[i]); });
        }
    }
    return lines;
}

/** Asks for one row of an image: rows are too short, and from too many places, for the processor to see them coming. */
[[gnu::always_inline]] inline void prefetch_row(const imas_tensor& image, Channels channels, int64_t b, int64_t y) {
    if (y >= image.shape[2]) return;
    const int64_t size = image.dtype == IMAS_U8 ? 1 : image.dtype == IMAS_F32 ? 4 : 2;
    for (int c = channels.begin; c < channels.end; ++c) {
        prefetch(static_cast<const char*>(image.data) + offset(image, b, c, y, 0) * size, image.shape[3],
                 image.stride[3] * size);
    }
}

/** Are a pixel's channels neighbours, and the pixels too? */
bool interleaved(const imas_tensor& image) { return image.stride[1] == 1 && image.stride[3] == kChannels; }

/** Some channels of one part of the output, written from its first row on. */
struct Part {
    const imas_tensor& view;
    const Channels channels;
    Stream& stream;

    void write(const Lines& lines, int64_t image, int64_t y, int64_t x, int64_t n) {
        if (view.dtype == IMAS_F32) write_as<float>(lines, image, y, x, n, [](float v) { return v; });
        else if (view.dtype == IMAS_BF16) write_as<uint16_t>(lines, image, y, x, n, [](float v) { return to_bf16(v); });
        else write_as<uint16_t>(lines, image, y, x, n, [](float v) { return to_f16(v); });
    }

    /** Columns [begin, end) of one row, from one image. */
    void copy(const imas_tensor& from, int64_t source, int64_t image, int64_t y, int64_t begin, int64_t end) {
        if (from.dtype == view.dtype && from.stride[3] == 1 && view.stride[3] == 1) {
            const int64_t size = view.dtype == IMAS_F32 ? 4 : 2;
            for (int c = channels.begin; c < channels.end; ++c) {
                stream.write(static_cast<char*>(view.data) + offset(view, image, c, y, begin) * size,
                             static_cast<const char*>(from.data) + offset(from, source, c, y, begin) * size,
                             (end - begin) * size);
            }
            return;
        }
        alignas(64) float buffer[kChannels * kTile];
        for (int64_t x = begin; x < end; x += kTile) {
            const int64_t n = end - x < kTile ? end - x : kTile;
            write(read_lines(from, channels, source, y, x, n, buffer), image, y, x, n);
        }
    }

    /** One row of gamma * strong + (1 - gamma) * weak, image b of both. */
    void blend(const imas_tensor& strong, const imas_tensor& weak, int64_t b, float gamma, int64_t image, int64_t y) {
        alignas(64) float buffers[3][kChannels * kTile];
        const int64_t width = weak.shape[3];
        const float rest = 1 - gamma;
        for (int64_t x = 0; x < width; x += kTile) {
            const int64_t n = width - x < kTile ? width - x : kTile;
            const Lines s = read_lines(strong, channels, b, y, x, n, buffers[0]),
                        w = read_lines(weak, channels, b, y, x, n, buffers[1]);
            const Lines blended(buffers[2]);
            for (int c = channels.begin; c < channels.end; ++c) {
                float* out = buffers[2] + c * kTile;
                const float* from_strong = s.channel[c];
                const float* from_weak = w.channel[c];
#pragma omp simd
                for (int64_t i = 0; i < n; ++i) out[i] = law::mix(gamma, from_strong[i], rest, from_weak[i]);
            }
            write(blended, image, y, x, n);
        }
    }

private:
    template <class T, class Narrow>
    void write_as(const Lines& lines, int64_t image, int64_t y, int64_t x, int64_t n, Narrow narrow) {
        alignas(64) T pixels[kChannels * kTile];
        const auto at_channel = [&](int c) { return static_cast<T*>(view.data) + offset(view, image, c, y, x); };
        if (interleaved(view)) {
            const float* red = lines.channel[0];
            const float* green = lines.channel[1];
            const float* blue = lines.channel[2];
            for (int64_t i = 0; i < n; ++i) {
                pixels[3 * i] = narrow(red[i]);
                pixels[3 * i + 1] = narrow(green[i]);
                pixels[3 * i + 2] = narrow(blue[i]);
            }
            stream.write(at_channel(0), pixels, 3 * n * static_cast<int64_t>(sizeof(T)));
            return;
        }
        for (int c = channels.begin; c < channels.end; ++c) {
            T* out = at_channel(c);
            const float* line = lines.channel[c];
            if (view.stride[3] == 1) {
                for (int64_t i = 0; i < n; ++i) pixels[i] = narrow(line[i]);
                stream.write(out, pixels, n * static_cast<int64_t>(sizeof(T)));
            } else {
                for (int64_t i = 0; i < n; ++i) out[i * view.stride[3]] = narrow(line[i]);
            }
        }
    }
};

template <class T>
void mix_map_row(Stream& stream, const imas_tensor& map, const imas_tensor& mixed, int64_t b, int64_t partner,
                 int64_t y, int64_t left, int64_t right) {
    const auto copy = [&](int64_t source, int64_t begin, int64_t end) {
        const T* from = &at<T>(map, source, 0, y, 0);
        T* to = &at<T>(mixed, b, 0, y, 0);
        if (map.stride[3] == 1 && mixed.stride[3] == 1) {
            stream.write(to + begin, from + begin, (end - begin) * static_cast<int64_t>(sizeof(T)));
        } else {
            for (int64_t x = begin; x < end; ++x) to[x * mixed.stride[3]] = from[x * map.stride[3]];
        }
    };
    copy(b, 0, left);
    copy(partner, left, right);
    copy(b, right, map.shape[3]);
}

}  // namespace

int32_t compose_batch(const imas_backend*, const imas_tensor* labeled, const imas_tensor* weak,
                      const imas_tensor* strong, const imas_tensor* gamma, const imas_tensor* pairing,
                      const imas_tensor* boxes, int32_t include_weak, const imas_tensor* labels,
                      const imas_tensor* confidence, const imas_tensor* batch, const imas_tensor* mixed_labels,
                      const imas_tensor* mixed_confidence) {
    const int64_t images = weak->shape[0], height = weak->shape[2], width = weak->shape[3];
    if (boxes) {
        const int32_t status = check_values(*weak, *pairing, *boxes);
        if (status != IMAS_OK) return status;
    }
    const law::BatchParts<int64_t> parts = {labeled ? labeled->shape[0] : 0, include_weak ? images : 0,
                                            boxes ? images : 0};
    const int64_t first_weak = parts.first_weak(), first_mixed = parts.first_mixed(),
                  first_strong = parts.first_strong();
    const int64_t batch_bytes = batch->shape[0] * height * width * kChannels * (batch->dtype == IMAS_F32 ? 4 : 2);

    const auto compose_labeled_rows = [&](Channels channels, int64_t b, int64_t begin, int64_t end) {
        Stream stream(batch_bytes);
        Part part = {*batch, channels, stream};
        for (int64_t y = begin; y < end; ++y) {
            prefetch_row(*labeled, channels, b, y + 1);
            part.copy(*labeled, b, b, y, 0, width);
        }
    };
    const auto compose_rows = [&](Channels channels, int64_t b, int64_t begin, int64_t end) {
        Stream streams[] = {Stream(batch_bytes), Stream(batch_bytes), Stream(batch_bytes), Stream(batch_bytes),
                            Stream(batch_bytes)};
        Part weak_part = {*batch, channels, streams[0]}, mixed_part = {*batch, channels, streams[1]},
             strong_part = {*batch, channels, streams[2]};
        for (int64_t y = begin; y < end; ++y) {
            prefetch_row(*weak, channels, b, y + 1);
            prefetch_row(*strong, channels, b, y + 1);
            if (include_weak) weak_part.copy(*weak, b, first_weak + b, y, 0, width);
            if (boxes) {
                const int64_t partner = at<int32_t>(*pairing, b, 0, 0, 0), mixed = first_mixed + b;
                const law::Box box = box_of(*boxes, b);
                const bool inside = box.has_row(static_cast<int32_t>(y));
                const int64_t left = inside ? box.left : 0, right = inside ? box.right : 0;
                mixed_part.copy(*weak, b, mixed, y, 0, left);
                mixed_part.copy(*weak, partner, mixed, y, left, right);
                mixed_part.copy(*weak, b, mixed, y, right, width);
                if (channels.begin == 0) {
                    prefetch_row(*labels, {0, 1}, b, y + 1);
                    prefetch_row(*confidence, {0, 1}, b, y + 1);
                    mix_map_row<uint8_t>(streams[3], *labels, *mixed_labels, b, partner, y, left, right);
                    mix_map_row<float>(streams[4], *confidence, *mixed_confidence, b, partner, y, left, right);
                }
            }
            if (gamma) strong_part.blend(*strong, *weak, b, at<float>(*gamma, b, 0, 0, 0), first_strong + b, y);
            else strong_part.copy(*strong, b, first_strong + b, y, 0, width);
        }
    };

    const int64_t tasks_an_image = (height + kTaskRows - 1) / kTaskRows;
    const int together = interleaved(*batch) ? kChannels : 1;
    const auto compose = [&](int64_t task) {
        const int64_t image = task / tasks_an_image, begin = task % tasks_an_image * kTaskRows,
                      end = begin + kTaskRows < height ? begin + kTaskRows : height;
        const bool is_labeled = labeled && image < first_weak;
        for (int c = 0; c < kChannels; c += together) {
            const Channels channels = {c, c + together};
            if (is_labeled) compose_labeled_rows(channels, image, begin, end);
            else compose_rows(channels, image - first_weak, begin, end);
        }
    };
#pragma omp parallel
    {
#pragma omp for schedule(dynamic, 1)
        for (int64_t task = 0; task < (first_weak + images) * tasks_an_image; ++task) compose(task);
        Stream::publish();
    }
    return IMAS_OK;
}

}  // namespace imas::cpu::IMAS_ISA
