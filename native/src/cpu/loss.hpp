// The core of both losses: cross-entropy of chosen pixels at full size and its gradient at low resolution.
//
// With e = exp(x - max) the gradient of one pixel is factor * (e/sum e - onehot(label)); the transposed enlargement
// spreads it over four low-resolution neighbours. Each task owns a chunk of low-resolution rows of one image and the
// output rows between them. It goes through them in tiles of columns: vertically the gradient is summed at full width
// in two small buffers (the low-resolution rows above and below), and only when a low-resolution row is complete is it
// folded horizontally. A chunk's last row is shared with the next chunk, so each chunk keeps one row more than it owns
// and write_gradient() adds the two. Chunks depend on the sizes alone: the order of every sum, hence every bit, is the
// same for any number of threads.
#pragma once

#include "cpu/softmax.hpp"

namespace imas::cpu::IMAS_ISA {

const int64_t kChunkRows = 8;            // low-resolution rows a task owns
const int64_t kTileFloats = 1 << 14;     // of one vertical buffer, 64 KB on the stack
const int64_t kTileBlocks = 8;

/** Which pixels of a block count, and their labels. */
struct Chosen {
    Ints label, kept;
};

/** The workspace of a loss. */
struct LossSpace {
    Planes logits;
    Columns columns;
    int64_t images, h, w, height, width, chunks;
    float* rows;     // [images][chunks][kChunkRows+1][C][padded w]
    double* losses;  // [images][chunks]
    int64_t* kept;   // [images][chunks]

    LossSpace(Carver& carver, const imas_tensor& view, const imas_tensor& labels)
        : logits(Planes::take(carver, view)),
          columns(Columns::take(carver, labels.shape[3])),
          images(view.shape[0]),
          h(view.shape[2]),
          w(view.shape[3]),
          height(labels.shape[2]),
          width(labels.shape[3]),
          chunks((h + kChunkRows - 1) / kChunkRows),
          rows(carver.take<float>(images, chunks * (kChunkRows + 1), logits.classes, logits.width)),
          losses(carver.take<double>(images, chunks)),
          kept(carver.take<int64_t>(images, chunks)) {}

    int64_t row_floats() const { return logits.classes * logits.width; }

    float* chunk_rows(int64_t image, int64_t chunk) const { return rows + (image * chunks + chunk) * (kChunkRows + 1) * row_floats(); }
};

/** Adds one finished tile, [C][tile] at full width, to a low-resolution row [C][padded w]. */
inline void fold_columns(const LossSpace& space, const float* tile, int64_t tile_floats, int64_t first_block, int64_t blocks, float* row) {
    const Columns& columns = space.columns;
    const int64_t end = (first_block + blocks) * kLanes < space.width ? (first_block + blocks) * kLanes : space.width;
    for (int64_t c = 0; c < space.logits.classes; ++c) {
        const float* source = tile + c * tile_floats - first_block * kLanes;
        float* out = row + c * space.logits.width;
        int64_t x = first_block * kLanes;
        while (x < end) {
            const int64_t block = x / kLanes;
            const int64_t first = columns.base[block] + columns.first[x], second = columns.base[block] + columns.second[x];
            if (first == second) {
                out[first] += source[x];
                ++x;
                continue;
            }
            float left = 0, right = 0;  // all columns between the same two neighbours
            do {
                left += columns.first_weight[x] * source[x];
                right += columns.second_weight[x] * source[x];
                ++x;
            } while (x < end && columns.base[x / kLanes] + columns.first[x] == first && columns.first[x] != columns.second[x]);
            out[first] += left;
            out[second] += right;
        }
    }
}

/** Loss (and gradient) of the pixels of one block; returns the loss of each lane. The gradient goes to above[c] and below[c], strided. */
template <bool kWindowed, bool kGradient>
inline Floats block_loss(const LossSpace& space, int64_t image, const Tap& row, int64_t block, const Chosen& chosen, float factor, float* above, float* below, int64_t stride) {
    const int64_t classes = space.logits.classes;
    Floats x[IMAS_MAX_CLASSES];
    const Best best = enlarge(Block<kWindowed>(space.logits, image, row, space.columns, block), space.logits, x);
    const Floats true_logit = pick(x, classes, chosen.label);
    Floats sum = kGradient ? exponentials(x, classes, best.logit) : sum_of_exponentials(x, classes, best.logit);
    const Floats loss = log_from_one(sum) + (best.logit - true_logit);
    if (kGradient) {
        const Ints broken = (sum != sum) & ~chosen.kept;
        if (any(broken)) {  // NaN where nothing is kept must not reach its neighbours as 0 * NaN
            for (int64_t c = 0; c < classes; ++c) x[c] = broken ? Floats{} : x[c];
            sum = broken ? splat(1.0f) : sum;
        }
        const Floats at_label = chosen.kept ? splat(factor) : Floats{};
        const Floats scale = at_label / sum;
        const bool on_grid = row.first == row.second;
        const Floats weight_above = splat(on_grid ? 1.0f : row.first_weight), weight_below = splat(row.second_weight);
        for (int64_t c = 0; c < classes; ++c) {
            const Floats hit = chosen.label == splat(static_cast<int32_t>(c)) ? at_label : Floats{};
            const Floats g = x[c] * scale - hit;
            store(above + c * stride, load(above + c * stride) + weight_above * g);
            if (!on_grid) store(below + c * stride, load(below + c * stride) + weight_below * g);
        }
    }
    return chosen.kept ? loss : Floats{};
}

/**
 * One chunk: sum of losses and number of kept pixels to space.losses and space.kept, gradient rows to chunk_rows().
 * choose(image, y, x, n) -> Chosen says which of n pixels count; the others' gradient is exactly 0.
 */
template <bool kWindowed, bool kGradient, class Choose>
void chunk_loss(const LossSpace& space, int64_t image, int64_t chunk, float factor, const Choose& choose) {
    const int64_t classes = space.logits.classes;
    const int64_t first_row = chunk * kChunkRows, last_row = first_row + kChunkRows < space.h ? first_row + kChunkRows : space.h;
    const int64_t fitting = kTileFloats / (classes * kLanes);
    const int64_t tile_blocks = fitting < kTileBlocks ? fitting : kTileBlocks;
    const int64_t tile_floats = tile_blocks * kLanes;
    const size_t tile_bytes = static_cast<size_t>(classes * tile_floats) * sizeof(float);
    alignas(64) float buffers[2][kGradient ? kTileFloats : 1];
    float* above = buffers[0];
    float* below = buffers[1];
    float* rows = space.chunk_rows(image, chunk);
    if (kGradient) std::memset(rows, 0, static_cast<size_t>((kChunkRows + 1) * space.row_floats()) * sizeof(float));

    double loss = 0;
    int64_t kept = 0;
    for (int64_t tile = 0; tile < space.columns.blocks; tile += tile_blocks) {
        const int64_t blocks = space.columns.blocks - tile < tile_blocks ? space.columns.blocks - tile : tile_blocks;
        if (kGradient) std::memset(above, 0, tile_bytes);
        bool pending = false;  // does `above` hold anything from the row before
        for (int64_t low = first_row; low < last_row; ++low) {
            bool touched = false;
            if (kGradient) std::memset(below, 0, tile_bytes);
            const int64_t end = first_output(low + 1, space.h, space.height);
            for (int64_t y = first_output(low, space.h, space.height); y < end; ++y) {
                const Tap row = tap(y, space.h, space.height);
                Floats row_loss = {};
                for (int64_t b = 0; b < blocks; ++b) {
                    const int64_t x = (tile + b) * kLanes;
                    const Chosen chosen = choose(image, y, x, space.width - x < kLanes ? space.width - x : kLanes);
                    if (!any(chosen.kept)) continue;
                    touched = true;
                    kept += count(chosen.kept);
                    row_loss += block_loss<kWindowed, kGradient>(space, image, row, tile + b, chosen, factor, above + b * kLanes, below + b * kLanes, tile_floats);
                }
                if (touched) loss += sum(row_loss);
            }
            if (!kGradient) continue;
            if (touched || pending) fold_columns(space, above, tile_floats, tile, blocks, rows + (low - first_row) * space.row_floats());
            pending = touched;
            float* finished = above;
            above = below;
            below = finished;
        }
        if (kGradient && pending) fold_columns(space, above, tile_floats, tile, blocks, rows + (last_row - first_row) * space.row_floats());
    }
    space.losses[image * space.chunks + chunk] = loss;
    space.kept[image * space.chunks + chunk] = kept;
}

template <class T, class Narrow>
void write_row(const LossSpace& space, const float* own, const float* shared, float scale, T* out, int64_t by_class, int64_t by_column, Narrow narrow) {
    const int64_t classes = space.logits.classes, padded = space.logits.width;
    const auto value = [=](int64_t c, int64_t x) { return (own[c * padded + x] + (shared ? shared[c * padded + x] : 0)) * scale; };
    if (by_class == 1) {
        for (int64_t x = 0; x < space.w; ++x)
            for (int64_t c = 0; c < classes; ++c) out[x * by_column + c] = narrow(value(c, x));
    } else {
        for (int64_t c = 0; c < classes; ++c)
            for (int64_t x = 0; x < space.w; ++x) out[c * by_class + x * by_column] = narrow(value(c, x));
    }
}

/** scale * the gradient rows of all chunks, to the caller's tensor. For use inside a parallel region. */
inline void write_gradient(const LossSpace& space, const imas_tensor& grad, float scale) {
#pragma omp for schedule(static)
    for (int64_t k = 0; k < space.images * space.h; ++k) {
        const int64_t image = k / space.h, y = k % space.h, chunk = y / kChunkRows;
        const float* own = space.chunk_rows(image, chunk) + y % kChunkRows * space.row_floats();
        const float* shared = y % kChunkRows == 0 && chunk > 0 ? space.chunk_rows(image, chunk - 1) + kChunkRows * space.row_floats() : nullptr;
        const int64_t to = offset(grad, image, 0, y, 0);
        if (grad.dtype == IMAS_F32) {
            write_row(space, own, shared, scale, static_cast<float*>(grad.data) + to, grad.stride[1], grad.stride[3], [](float v) { return v; });
        } else {
            uint16_t* out = static_cast<uint16_t*>(grad.data) + to;
            if (grad.dtype == IMAS_BF16) write_row(space, own, shared, scale, out, grad.stride[1], grad.stride[3], to_bf16);
            else write_row(space, own, shared, scale, out, grad.stride[1], grad.stride[3], to_f16);
        }
    }
}

/** Reads the logits into the workspace. For use inside a parallel region. */
inline void read_logits(const LossSpace& space, const imas_tensor& logits) {
#pragma omp for schedule(static)
    for (int64_t k = 0; k < space.images * space.h; ++k) space.logits.fill(logits, k / space.h, k % space.h);
}

/** All chunks; factor(image) scales the gradient of an image's pixels. For use inside a parallel region. */
template <class Factor, class Choose>
void all_chunks(const LossSpace& space, bool gradient, const Factor& factor, const Choose& choose) {
#pragma omp for schedule(dynamic, 1)
    for (int64_t k = 0; k < space.images * space.chunks; ++k) {
        const int64_t image = k / space.chunks, chunk = k % space.chunks;
        const float f = factor(image);
        if (space.columns.windowed) {
            if (gradient) chunk_loss<true, true>(space, image, chunk, f, choose);
            else chunk_loss<true, false>(space, image, chunk, f, choose);
        } else {
            if (gradient) chunk_loss<false, true>(space, image, chunk, f, choose);
            else chunk_loss<false, false>(space, image, chunk, f, choose);
        }
    }
}

}  // namespace imas::cpu::IMAS_ISA
