// The align-corners bilinear enlargement, evaluated where it is needed. Low-resolution rows are enlarged horizontally a
// strip of columns at a time, all classes, into a buffer that the first-level cache holds; every output row then lies
// between two such rows. Four output rows share them where the logits have a quarter of the size.
#pragma once

#include "cpu/numbers.hpp"
#include "cpu/simd.hpp"
#include "cpu/workspace.hpp"
#include "law/enlarge.hpp"

namespace imas::cpu::IMAS_ISA {

const int64_t kChunkRows = 8;       // low-resolution rows of a task: it does the output rows that begin between them
const int64_t kStripBlocks = 8;     // blocks of kLanes columns in a strip, at most
const int64_t kStripFloats = 2800;  // of one enlarged row of all classes, if possible
const int64_t kStripPixels =
    (kStripBlocks * kLanes + 63) / 64 * 64;  // room for one of its rows, for work on 64 bytes at a time
const int64_t kMostClassFloats = int64_t{IMAS_MAX_CLASSES} * kLanes;
const int64_t kStripLimit = kMostClassFloats > kStripFloats ? kMostClassFloats : kStripFloats;

inline int64_t round_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/** Where an output row or column falls between two input ones. */
struct Tap {
    int64_t first, second;
    float first_weight, second_weight;
};

/** On a grid point both taps are that point with weight 1/2, so that a neighbour's infinity cannot leak in. */
inline Tap tap(int64_t i, int64_t in, int64_t out) {
    const law::Axis axis = {static_cast<int32_t>(in), static_cast<int32_t>(out)};
    const int64_t lower = axis.lower(static_cast<int32_t>(i)), rest = axis.rest(static_cast<int32_t>(i));
    if (rest == 0) return {lower, lower, 0.5f, 0.5f};
    const double fraction = static_cast<double>(rest) / static_cast<double>(axis.step());
    return {lower, lower + 1, static_cast<float>(1 - fraction), static_cast<float>(fraction)};
}

/** The first output row (column) whose first tap is `row` or later; `out` when there is none. */
inline int64_t first_output(int64_t row, int64_t in, int64_t out) {
    return law::Axis{static_cast<int32_t>(in), static_cast<int32_t>(out)}.first(row);
}

/** The taps of every output column, in blocks of kLanes; the last block repeats the last column. */
struct Columns {
    int64_t blocks;
    int64_t strip_blocks;  // blocks of every strip but the last
    bool windowed;         // the taps of every block lie within kLanes neighbours, so that a permutation finds them
    int32_t* base;         // [blocks] first tap of the block's first column
    int32_t* first;        // [blocks*kLanes] taps relative to base
    int32_t* second;
    float* first_weight;
    float* second_weight;

    static Columns take(Carver& carver, int64_t classes, int64_t out) {
        const int64_t blocks = round_up(out, kLanes) / kLanes;
        const int64_t fitting = kStripFloats / (classes * kLanes);
        const int64_t strip_blocks = fitting < 1 ? 1 : fitting > kStripBlocks ? kStripBlocks : fitting;
        Columns columns = {blocks, strip_blocks, true, nullptr, nullptr, nullptr, nullptr, nullptr};
        columns.base = carver.take<int32_t>(blocks);
        columns.first = carver.take<int32_t>(blocks, kLanes);
        columns.second = carver.take<int32_t>(blocks, kLanes);
        columns.first_weight = carver.take<float>(blocks, kLanes);
        columns.second_weight = carver.take<float>(blocks, kLanes);
        return columns;
    }

    void fill(int64_t in, int64_t out) {
        windowed = true;
        for (int64_t block = 0; block < blocks; ++block) {
            base[block] = static_cast<int32_t>(tap(block * kLanes, in, out).first);
            for (int64_t x = block * kLanes; x < (block + 1) * kLanes; ++x) {
                const Tap t = tap(x < out ? x : out - 1, in, out);
                first[x] = static_cast<int32_t>(t.first) - base[block];
                second[x] = static_cast<int32_t>(t.second) - base[block];
                first_weight[x] = t.first_weight;
                second_weight[x] = t.second_weight;
            }
            windowed = windowed && second[(block + 1) * kLanes - 1] < kLanes;
        }
    }

    int64_t strips() const { return (blocks + strip_blocks - 1) / strip_blocks; }
};

/** A strip of one image: two low-resolution rows of all classes, enlarged horizontally, [C][blocks*kLanes]. */
class Strip {
public:
    /** Floats of memory that a strip needs, aligned to 64 bytes. */
    static const int64_t kFloats = 3 * kStripLimit;

    Strip(const imas_tensor& logits, const Columns& columns, int64_t image, int64_t strip, float* memory)
        : first_block(strip * columns.strip_blocks),
          blocks(columns.blocks - first_block < columns.strip_blocks ? columns.blocks - first_block
                                                                     : columns.strip_blocks),
          classes(logits.shape[1]),
          stride(blocks * kLanes),
          logits_(logits),
          columns_(columns),
          image_(image),
          upper_{memory, true},
          lower_{memory + classes * stride, true},
          source_(memory + 2 * classes * stride) {}

    const int64_t first_block, blocks, classes, stride;

    /** Makes low-resolution rows y and y + 1 the ones that between() lies in. */
    void move_to(int64_t y) {
        const Row next = upper_;
        if (lower_row_ == y) {
            upper_ = lower_;
            lower_ = next;
        } else {
            fill(upper_, y);
        }
        if (y + 1 < logits_.shape[2]) fill(lower_, lower_row_ = y + 1);
        if (y + 2 < logits_.shape[2] && columns_.windowed) prefetch_row(y + 2);
    }

    /** No NaN or infinity in the two rows, hence no NaN between them. */
    bool finite() const { return upper_.finite && lower_.finite; }

    /** The enlarged logits of a block of the strip, in an output row between the two: a function of the class. */
    auto between(const Tap& row, int64_t block) const {
        const float* upper = upper_.data + block * kLanes;
        const float* lower = row.second == row.first ? upper : lower_.data + block * kLanes;
        const Floats upper_weight = splat(row.first_weight), lower_weight = splat(row.second_weight);
        const int64_t by_class = stride;
        return [=](int64_t c) {
            return law::mix(upper_weight, load(upper + c * by_class), lower_weight, load(lower + c * by_class));
        };
    }

private:
    struct Row {
        float* data;
        bool finite;
    };

    /** One low-resolution row of any type and strides. */
    void fill(Row& out, int64_t y) const {
        const int64_t from = offset(logits_, image_, 0, y, 0);
        if (logits_.dtype == IMAS_F32) {
            const float* source = static_cast<const float*>(logits_.data) + from;
            enlarge_row(out, [=](int64_t i) { return source[i]; });
        } else {
            const uint16_t* source = static_cast<const uint16_t*>(logits_.data) + from;
            if (logits_.dtype == IMAS_BF16) enlarge_row(out, [=](int64_t i) { return from_bf16(source[i]); });
            else enlarge_row(out, [=](int64_t i) { return from_f16(source[i]); });
        }
    }

    /** Asks for the source of a row. */
    [[gnu::always_inline]] void prefetch_row(int64_t y) const {
        const int64_t size = logits_.dtype == IMAS_F32 ? 4 : 2, base = columns_.base[first_block],
                      n = end_of_source() - base;
        const int64_t by_class = logits_.stride[1] * size, by_column = logits_.stride[3] * size;
        const char* from = static_cast<const char*>(logits_.data) + offset(logits_, image_, 0, y, base) * size;
        if (by_column == size) {
            for (int64_t c = 0; c < classes; ++c) prefetch(from + c * by_class, n, size);
        } else {
            for (int64_t x = 0; x < n; ++x) prefetch(from + x * by_column, classes, by_class);
        }
    }

    /** One past the last low-resolution column that the strip needs. */
    int64_t end_of_source() const {
        const int64_t last = first_block + blocks - 1;
        return columns_.base[last] + columns_.second[(last + 1) * kLanes - 1] + 1;
    }

    template <class Read>
    void enlarge_row(Row& out, Read read) const {
        if (!columns_.windowed) {
            gather_row(out, read);
            return;
        }
        // Windows move on by kLanes columns a block at most, so that a row of them needs no more room than the result.
        const int64_t base = columns_.base[first_block],
                      width = columns_.base[first_block + blocks - 1] - base + kLanes;
        read_source(base, end_of_source() - base, width, read);
        Floats zero = {};  // NaN after anything that is not finite
        for (int64_t block = 0; block < blocks; ++block) {
            const int64_t x = (first_block + block) * kLanes;
            const Ints first = load(columns_.first + x), second = load(columns_.second + x);
            const Floats first_weight = load(columns_.first_weight + x),
                         second_weight = load(columns_.second_weight + x);
            const float* window =
                source_ + columns_.base[first_block + block] - base;  // its lanes beyond the last tap are not used
            float* to = out.data + block * kLanes;
            for (int64_t c = 0, n = classes, by_class = stride; c < n; ++c) {
                const Floats low = load(window + c * width);
                const Floats enlarged =
                    law::mix(first_weight, permute(low, first), second_weight, permute(low, second));
                store(to + c * by_class, enlarged);
                zero += enlarged - enlarged;
            }
        }
        out.finite = !any(zero != Floats{});
    }

    /** n low-resolution columns from `base` on, to source_[C][width]. */
    template <class Read>
    void read_source(int64_t base, int64_t n, int64_t width, Read read) const {
        const int64_t by_class = logits_.stride[1], by_column = logits_.stride[3], count = classes;
        float* source = source_;
        if (by_column == 1) {
            for (int64_t c = 0; c < count; ++c)
                for (int64_t x = 0; x < n; ++x) source[c * width + x] = read(c * by_class + base + x);
        } else {
            for (int64_t x = 0; x < n; ++x)
                for (int64_t c = 0; c < count; ++c) source[c * width + x] = read((base + x) * by_column + c * by_class);
        }
    }

    /** For images smaller than the logits, whose taps lie far apart. */
    template <class Read>
    void gather_row(Row& out, Read read) const {
        out.finite = true;
        for (int64_t i = 0; i < stride; ++i) {
            const int64_t x = first_block * kLanes + i, base = columns_.base[x / kLanes], by_column = logits_.stride[3];
            for (int64_t c = 0; c < classes; ++c) {
                const int64_t row = c * logits_.stride[1];
                // law::mix in full: a call would have the compiler fuse the other product, and change the last bits.
                const float enlarged = columns_.first_weight[x] * read(row + (base + columns_.first[x]) * by_column) +
                                       columns_.second_weight[x] * read(row + (base + columns_.second[x]) * by_column);
                out.data[c * stride + i] = enlarged;
                out.finite = out.finite && enlarged - enlarged == 0;
            }
        }
    }

    const imas_tensor& logits_;
    const Columns& columns_;
    const int64_t image_;
    Row upper_, lower_;
    float* source_;
    int64_t lower_row_ = -1;
};

/** The work in pieces: a chunk of low-resolution rows of one image, and a strip of columns. */
struct Piece {
    int64_t image, chunk, strip;

    static int64_t chunks(int64_t h) { return (h + kChunkRows - 1) / kChunkRows; }

    static int64_t count(const imas_tensor& logits, const Columns& columns) {
        return logits.shape[0] * chunks(logits.shape[2]) * columns.strips();
    }

    static Piece at(int64_t k, const imas_tensor& logits, const Columns& columns) {
        const int64_t strips = columns.strips(), n = chunks(logits.shape[2]);
        return {k / strips / n, k / strips % n, k % strips};
    }
};

/** Calls visit(y, row) for the output rows of a piece, the strips moved to where each lies. */
template <class Visit, class... Strips>
inline void each_row(const Piece& piece, int64_t h, int64_t height, Visit visit, Strips&... strips) {
    const int64_t begin = piece.chunk * kChunkRows, end = begin + kChunkRows < h ? begin + kChunkRows : h;
    for (int64_t low = begin; low < end; ++low) {
        const int64_t first = first_output(low, h, height), last = first_output(low + 1, h, height);
        if (first == last) continue;
        (strips.move_to(low), ...);
        for (int64_t y = first; y < last; ++y) visit(y, tap(y, h, height));
    }
}

}  // namespace imas::cpu::IMAS_ISA
