// The core of both losses: cross-entropy of chosen pixels at full size and its gradient at low resolution.
//
// With e = exp(x - max) the gradient of one pixel is factor * (e/sum e - onehot(label)); the transposed enlargement
// spreads it over four low-resolution neighbours. Each task owns a chunk of low-resolution rows of one image and the
// output rows between them, and goes through them strip by strip: vertically the gradient is summed at full width, the
// rows between two low-resolution ones together, in two small buffers (for the low-resolution rows above and below);
// when a low-resolution row is complete it is folded horizontally and written. A chunk's first and last rows are shared
// with its neighbours: each leaves its part in the workspace, and finish_edges() adds the two. Chunks depend on the
// sizes alone: the order of every sum, hence every bit, is the same for any number of threads.
#pragma once

#include "cpu/fold.hpp"
#include "cpu/softmax.hpp"

namespace imas::cpu::IMAS_ISA {

const int64_t kRowsTogether = 4;
const int64_t kRowsOfSum = 32;  // a multiple of kRowsTogether

/** Which pixels of a block count, and their labels. */
struct Chosen {
    Ints label, kept;
};

/** The workspace of a loss. */
struct LossSpace {
    Columns columns;
    int64_t images, classes, h, w, height, width, chunks, edge_width;
    Folding folding;
    float* edges;    // [images][chunks][first and last row][C][edge_width]
    double* losses;  // [images][chunks]
    int64_t* kept;   // [images][chunks]

    LossSpace(Carver& carver, const imas_tensor& logits, const imas_tensor& labels)
        : columns(Columns::take(carver, logits.shape[1], labels.shape[3])),
          images(logits.shape[0]),
          classes(logits.shape[1]),
          h(logits.shape[2]),
          w(logits.shape[3]),
          height(labels.shape[2]),
          width(labels.shape[3]),
          chunks(Piece::chunks(h)),
          edge_width(round_up(w, kLanes)),
          folding(Folding::take(carver, columns, w, width)),
          edges(carver.take<float>(images, chunks * 2, classes, edge_width)),
          losses(carver.take<double>(images, chunks)),
          kept(carver.take<int64_t>(images, chunks)) {}

    void fill() {
        columns.fill(w, width);
        folding.fill(columns, w, width);
    }

    float* edge(int64_t image, int64_t chunk, int64_t last) const {
        return edges + ((image * chunks + chunk) * 2 + last) * classes * edge_width;
    }

    /** Where a chunk's part of row y goes: to the caller if it is all of the row. */
    GradientRow destination(const imas_tensor& grad, int64_t image, int64_t chunk, int64_t y, float scale) const {
        const bool first = y == chunk * kChunkRows && chunk > 0, last = y == (chunk + 1) * kChunkRows;
        if (first || last) return {edge(image, chunk, last), IMAS_F32, edge_width, 1, 1.0f};
        return GradientRow::of(grad, image, y, scale);
    }
};

/** Some blocks of the same columns, one below the other. */
struct Stack {
    int64_t count = 0;
    Floats* values[kRowsTogether];                            // [C] each: gradients, up to a factor of each lane
    Floats to_above[kRowsTogether], to_below[kRowsTogether];  // those factors, times the share of either row
    Floats product = splat(1.0f);                             // of the kept lanes' sums: at most C^kRowsTogether = 2^32
    Floats margin = {};  // of the kept lanes' largest logits over the true class's, summed

    /** The loss of each lane: one logarithm for all. */
    Floats loss() const { return log_from_one(product) + margin; }
};

/** Adds `kCount` blocks to the rows above and below them, [C][stride]. */
template <int kCount>
inline void spread(const Stack& stack, int64_t classes, float* above, float* below, int64_t stride) {
    for (int64_t c = 0; c < classes; ++c) {
        Floats a = load(above + c * stride), b = load(below + c * stride);
        for (int i = 0; i < kCount; ++i) {
            a += stack.to_above[i] * stack.values[i][c];
            b += stack.to_below[i] * stack.values[i][c];
        }
        store(above + c * stride, a);
        store(below + c * stride, b);
    }
}

inline void spread(const Stack& stack, int64_t classes, float* above, float* below, int64_t stride) {
    switch (stack.count) {
        case 1: return spread<1>(stack, classes, above, below, stride);
        case 2: return spread<2>(stack, classes, above, below, stride);
        case 3: return spread<3>(stack, classes, above, below, stride);
        case 4: return spread<4>(stack, classes, above, below, stride);
    }
}

/** One more block for a stack; x[C] is room for its gradient. */
template <bool kGradient>
inline void stack_block(const Strip& strip, const Tap& row, int64_t block, const Chosen& chosen, float factor,
                        Floats* x, Stack& stack) {
    const int64_t classes = strip.classes;
    const Best best = enlarge(strip, row, block, x);
    const LaneLabels labels(chosen.label, chosen.kept);
    stack.margin += chosen.kept ? best.logit - labels.pick(x) : Floats{};
    const Floats sum = kGradient ? sum_of_exponentials(x, classes, best.logit, [x](int64_t c, Floats e) { x[c] = e; })
                                 : sum_of_exponentials(x, classes, best.logit);
    stack.product *= chosen.kept ? sum : splat(1.0f);
    if (kGradient) {
        labels.subtract(x, chosen.kept ? sum : Floats{});
        const Ints broken = (sum != sum) & ~chosen.kept;
        if (any(broken)) {  // NaN where nothing is kept must not reach its neighbours as 0 * NaN
            for (int64_t c = 0; c < classes; ++c) x[c] = broken ? Floats{} : x[c];
        }
        const Floats scale = chosen.kept ? splat(factor) / sum : Floats{};
        const bool on_grid = row.first == row.second;
        stack.values[stack.count] = x;
        stack.to_above[stack.count] = on_grid ? scale : scale * row.first_weight;
        stack.to_below[stack.count] = on_grid ? Floats{} : scale * row.second_weight;
    }
    ++stack.count;
}

/**
 * The sums of intervals of many rows, in two levels, so that no small number is added to a sum of thousands: what
 * kRowsOfSum rows add up to is set aside, and added when the interval ends.
 */
class SetAside {
public:
    /** `sums` begins with 0 again. */
    void take(float* sums, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
            sums_[i] = any_ ? sums_[i] + sums[i] : sums[i];
            sums[i] = 0;
        }
        any_ = true;
    }

    void give_back(float* sums, int64_t count) {
        for (int64_t i = 0; i < count && any_; ++i) sums[i] += sums_[i];
        any_ = false;
    }

private:
    bool any_ = false;
    float sums_[2 * kStripLimit];
};

/** Sums of lanes in double. */
struct LaneSums {
    double lanes[kLanes] = {};

    void add(Floats v) {
        for (int k = 0; k < kLanes; ++k) lanes[k] += static_cast<double>(v[k]);
    }

    double total() const {
        double sum = 0;
        for (int k = 0; k < kLanes; ++k) sum += lanes[k];
        return sum;
    }
};

/** One chunk. Some 200 KB with AVX-512: it lives on a thread's stack. */
template <bool kGradient, class Choose>
class ChunkLoss {
public:
    /**
     * choose(image, y, x, n) -> Chosen says which of n pixels count; the others' gradient is exactly 0.
     * choose.prefetch_row(image, y, x, n) asks for what that will read.
     */
    ChunkLoss(const LossSpace& space, const imas_tensor& logits, int64_t image, int64_t chunk, float factor,
              const Choose& choose)
        : space_(space), logits_(logits), image_(image), chunk_(chunk), factor_(factor), choose_(choose) {}

    /** Sum of losses and number of kept pixels to the workspace, gradient rows to where they belong. */
    void run(const imas_tensor* grad, float scale) {
        const int64_t begin = chunk_ * kChunkRows, end = begin + kChunkRows < space_.h ? begin + kChunkRows : space_.h;
        if (kGradient) std::memset(carries_, 0, sizeof carries_);
        for (int64_t s = 0; s < space_.columns.strips(); ++s) {
            Strip strip(logits_, space_.columns, image_, s, memory_);
            const int64_t floats = strip.classes * strip.stride;
            float* above = memory_ + Strip::kFloats;
            float* below = above + floats;
            float* values = below + floats;
            if (kGradient) std::memset(above, 0, static_cast<size_t>(floats) * sizeof(float));
            bool pending = false;  // does `above` hold anything from the rows before
            const auto finish = [&](int64_t low, bool empty) {
                fold_row(space_.folding, s, above, strip.stride, strip.classes, empty, carries_[low - begin],
                         space_.destination(*grad, image_, chunk_, low, scale));
            };
            for (int64_t low = begin; low < end; ++low) {
                if (kGradient) std::memset(below, 0, static_cast<size_t>(floats) * sizeof(float));
                if (kGradient)
                    space_.destination(*grad, image_, chunk_, low, scale)
                        .prefetch_columns(strip.classes, space_.folding.spans[s].begin, space_.folding.spans[s].end);
                const bool touched = rows_between(strip, low, above, below, values);
                if (!kGradient) continue;
                finish(low, !touched && !pending);
                pending = touched;
                float* finished = above;
                above = below;
                below = finished;
            }
            if (kGradient && end < space_.h) finish(end, !pending);
        }
        space_.losses[image_ * space_.chunks + chunk_] = losses_.total();
        space_.kept[image_ * space_.chunks + chunk_] = kept_;
    }

private:
    /** The output rows that begin at low-resolution row `low`; were any pixels kept? */
    bool rows_between(Strip& strip, int64_t low, float* above, float* below, float* values) {
        const int64_t begin = first_output(low, space_.h, space_.height),
                      end = first_output(low + 1, space_.h, space_.height);
        bool touched = false;
        float* const sums = above < below ? above : below;  // the two lie side by side
        const int64_t count_of_sums = 2 * strip.classes * strip.stride;
        const int64_t first_column = strip.first_block * kLanes,
                      columns = space_.width - first_column < strip.stride ? space_.width - first_column : strip.stride;
        for (int64_t y = end, until = first_output(low + 2, space_.h, space_.height); y < until; ++y) {
            choose_.prefetch_row(image_, y, first_column, columns);
        }
        for (int64_t first = begin; first < end; first += kRowsTogether) {
            const int64_t rows = end - first < kRowsTogether ? end - first : kRowsTogether;
            Tap taps[kRowsTogether];
            for (int64_t i = 0; i < rows; ++i) taps[i] = tap(first + i, space_.h, space_.height);
            Floats loss = {};
            for (int64_t block = 0; block < strip.blocks; ++block) {
                const int64_t x = (strip.first_block + block) * kLanes,
                              n = space_.width - x < kLanes ? space_.width - x : kLanes;
                Stack stack;
                for (int64_t i = 0; i < rows; ++i) {
                    const Chosen chosen = choose_(image_, first + i, x, n);
                    if (!any(chosen.kept)) continue;
                    if (!touched) strip.move_to(low);
                    touched = true;
                    kept_ += count(chosen.kept);
                    Floats* x_block = reinterpret_cast<Floats*>(values) + stack.count * strip.classes;
                    stack_block<kGradient>(strip, taps[i], block, chosen, factor_, x_block, stack);
                }
                if (stack.count == 0) continue;
                loss += stack.loss();
                if (kGradient)
                    spread(stack, strip.classes, above + block * kLanes, below + block * kLanes, strip.stride);
            }
            if (touched) losses_.add(loss);
            const int64_t done = first + kRowsTogether - begin;
            if (kGradient && touched && done % kRowsOfSum == 0 && begin + done < end) aside_.take(sums, count_of_sums);
        }
        if (kGradient) aside_.give_back(sums, count_of_sums);
        return touched;
    }

    const LossSpace& space_;
    const imas_tensor& logits_;
    const int64_t image_, chunk_;
    const float factor_;
    const Choose& choose_;
    LaneSums losses_;
    int64_t kept_ = 0;
    Carry carries_[kGradient ? kChunkRows + 1 : 1];
    SetAside aside_;
    alignas(64) float memory_[Strip::kFloats + 2 * kStripLimit + kRowsTogether * IMAS_MAX_CLASSES * kLanes];
};

/** Not inlined, so that the two kinds of chunk do not lie on the stack together. */
template <bool kGradient, class Choose>
[[gnu::noinline]] void run_chunk(const LossSpace& space, const imas_tensor& logits, int64_t image, int64_t chunk,
                                 float factor, const Choose& choose, const imas_tensor* grad, float scale) {
    ChunkLoss<kGradient, Choose>(space, logits, image, chunk, factor, choose).run(grad, scale);
}

/** Adds the two parts of every row that two chunks share. For use inside a parallel region. */
inline void finish_edges(const LossSpace& space, const imas_tensor& grad, float scale) {
#pragma omp for schedule(static)
    for (int64_t k = 0; k < space.images * space.chunks; ++k) {
        const int64_t image = k / space.chunks, chunk = k % space.chunks;
        if (chunk == 0) continue;
        const float* above = space.edge(image, chunk - 1, 1);
        const float* below = space.edge(image, chunk, 0);
        const GradientRow out = GradientRow::of(grad, image, chunk * kChunkRows, scale);
        for (int64_t c = 0; c < space.classes; ++c) {
            for (int64_t x = 0; x < space.w; x += kLanes) {
                out.write(c, x, space.w - x,
                          load(above + c * space.edge_width + x) + load(below + c * space.edge_width + x));
            }
        }
    }
}

/**
 * All chunks; factor(image) scales the gradient of an image's pixels, `scale` that of all. grad may be null.
 * choose(image, y, x, n) -> Chosen says which of n pixels count.
 */
template <class Factor, class Choose>
void all_chunks(const LossSpace& space, const imas_tensor& logits, const imas_tensor* grad, const Factor& factor,
                float scale, const Choose& choose) {
#pragma omp parallel
    {
#pragma omp for schedule(dynamic, 1)
        for (int64_t k = 0; k < space.images * space.chunks; ++k) {
            const int64_t image = k / space.chunks, chunk = k % space.chunks;
            if (grad) run_chunk<true>(space, logits, image, chunk, factor(image), choose, grad, scale);
            else run_chunk<false>(space, logits, image, chunk, factor(image), choose, nullptr, scale);
        }
        if (grad) finish_edges(space, *grad, scale);
    }
}

}  // namespace imas::cpu::IMAS_ISA
