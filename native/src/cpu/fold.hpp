// The transpose of the horizontal enlargement: a strip's columns of gradient folded into low-resolution columns.
#pragma once

#include "cpu/enlarge.hpp"

namespace imas::cpu::IMAS_ISA {

/**
 * Which columns feed each low-resolution column. A strip finishes the low-resolution columns from the one its first
 * column lies at, up to the next strip's; the next two may get something from both, and are carried on. Low-resolution
 * columns come in groups of kLanes; step k of a group takes, for each lane, the k-th column that begins there, and adds
 * it to the lane and to the lane's right neighbour.
 */
struct Folding {
    struct Step {
        int32_t column[kLanes];  // counted from the group's first vector; -1: none
        float left[kLanes], right[kLanes];
    };
    struct Group {
        int64_t first_vector, vectors;  // of the strip: the columns of all steps lie in these
        int64_t first_step, steps;
    };
    struct Span {
        int64_t begin, end;  // finished low-resolution columns
        int64_t first_group, groups;
    };
    Span* spans;  // [strips]
    Group* groups;
    Step* steps;

    static Folding take(Carver& carver, const Columns& columns, int64_t in, int64_t out) {
        int64_t group_count = 0, step_count = 0;
        for (int64_t strip = 0; strip < columns.strips(); ++strip) {
            const Reach reach(columns, strip, in, out);
            group_count += reach.groups();
            for (int64_t group = 0; group < reach.groups(); ++group) step_count += reach.steps(group);
        }
        Folding folding;
        folding.spans = carver.take<Span>(columns.strips());
        folding.groups = carver.take<Group>(group_count);
        folding.steps = carver.take<Step>(step_count);
        return folding;
    }

    void fill(const Columns& columns, int64_t in, int64_t out) const {
        int64_t next_group = 0, next_step = 0;
        for (int64_t strip = 0; strip < columns.strips(); ++strip) {
            const Reach reach(columns, strip, in, out);
            spans[strip] = {reach.begin, reach.end, next_group, reach.groups()};
            for (int64_t group = 0; group < reach.groups(); ++group) {
                const int64_t count = reach.steps(group);
                groups[next_group++] = reach.group(group, next_step, steps + next_step);
                next_step += count;
            }
        }
    }

private:
    /** What one strip touches. */
    struct Reach {
        int64_t in, out, first_column, end_column;
        int64_t begin, end;  // finished low-resolution columns
        int64_t last_cell;   // the low-resolution column that the strip's last column begins at

        Reach(const Columns& columns, int64_t strip, int64_t in, int64_t out) : in(in), out(out) {
            const int64_t per_strip = columns.strip_blocks * kLanes;
            first_column = strip * per_strip;
            end_column = first_column + per_strip < out ? first_column + per_strip : out;
            begin = tap(first_column, in, out).first;
            end = end_column < out ? tap(end_column, in, out).first : in;
            last_cell = tap(end_column - 1, in, out).first;
        }

        int64_t groups() const { return ((last_cell + 1 > end ? last_cell + 1 : end) - begin + kLanes - 1) / kLanes; }

        /** The strip's columns that begin at low-resolution column `low`. */
        int64_t first(int64_t low) const { return clamp(low < in ? first_output(low, in, out) : out); }
        int64_t last(int64_t low) const { return clamp(low < in ? first_output(low + 1, in, out) : out); }
        int64_t clamp(int64_t x) const { return x < first_column ? first_column : x > end_column ? end_column : x; }

        int64_t steps(int64_t group) const {
            int64_t most = 0;
            for (int64_t low = begin + group * kLanes; low < begin + (group + 1) * kLanes; ++low) {
                most = last(low) - first(low) > most ? last(low) - first(low) : most;
            }
            return most;
        }

        Group group(int64_t group, int64_t first_step, Step* to) const {
            const int64_t low = begin + group * kLanes, count = steps(group);
            const int64_t from = (first(low) - first_column) / kLanes;
            const int64_t until = last(low + kLanes - 1) - first_column;
            for (int64_t k = 0; k < count; ++k) {
                for (int64_t lane = 0; lane < kLanes; ++lane) {
                    const int64_t x = first(low + lane) + k;
                    const bool there = x < last(low + lane);
                    const Tap t = there ? tap(x, in, out) : Tap{0, 0, 0, 0};
                    to[k].column[lane] = there ? static_cast<int32_t>(x - first_column - from * kLanes) : -1;
                    to[k].left[lane] = there && t.first == t.second ? 1.0f : t.first_weight;
                    to[k].right[lane] = t.first == t.second ? 0.0f : t.second_weight;
                }
            }
            return {from, count ? (until + kLanes - 1) / kLanes - from : 0, first_step, count};
        }
    };
};

/** A low-resolution row of the gradient in the caller's memory (or a row of floats kept for later). */
struct GradientRow {
    void* data;
    int32_t dtype;
    int64_t by_class, by_column;
    float scale;

    static GradientRow of(const imas_tensor& grad, int64_t image, int64_t y, float scale) {
        const int64_t bytes = grad.dtype == IMAS_F32 ? 4 : 2;
        return {static_cast<char*>(grad.data) + offset(grad, image, 0, y, 0) * bytes, grad.dtype, grad.stride[1],
                grad.stride[3], scale};
    }

    /** Asks for columns [begin, end) of all classes. */
    [[gnu::always_inline]] void prefetch_columns(int64_t classes, int64_t begin, int64_t end) const {
        const int64_t size = dtype == IMAS_F32 ? 4 : 2;
        const char* from = static_cast<const char*>(data) + begin * by_column * size;
        if (by_column == 1) {
            for (int64_t c = 0; c < classes; ++c) prefetch<true>(from + c * by_class * size, end - begin, size);
        } else {
            for (int64_t x = 0; x < end - begin; ++x)
                prefetch<true>(from + x * by_column * size, classes, by_class * size);
        }
    }

    /** The first n lanes to columns x, x + 1, ... */
    void write(int64_t c, int64_t x, int64_t n, Floats value) const {
        value = value * scale;
        const int64_t at = c * by_class + x * by_column;
        if (dtype == IMAS_F32) {
            float* out = static_cast<float*>(data) + at;
            if (by_column == 1 && n >= kLanes) store(out, value);
            else
                for (int64_t k = 0; k < n && k < kLanes; ++k) out[k * by_column] = value[k];
            return;
        }
        uint16_t narrow[kLanes];
        if (dtype == IMAS_BF16) to_bf16(narrow, value);
        else
            for (int k = 0; k < kLanes; ++k) narrow[k] = to_f16(value[k]);
        uint16_t* out = static_cast<uint16_t*>(data) + at;
        if (by_column == 1 && n >= kLanes) std::memcpy(out, narrow, sizeof narrow);
        else
            for (int64_t k = 0; k < n && k < kLanes; ++k) out[k * by_column] = narrow[k];
    }
};

/**
 * What the next strip adds to its first two low-resolution columns: of each class. In double, since a column that takes
 * many strips would otherwise lose what each of them adds to a long sum.
 */
struct Carry {
    double columns[IMAS_MAX_CLASSES][2];
};

/** The first two lanes. */
inline Floats first_two(const double* columns) {
    Floats lanes = {};
    for (int k = 0; k < 2; ++k) lanes[k] = static_cast<float>(columns[k]);
    return lanes;
}

/** What a group's columns add to the low-resolution ones: of each lane, and of its right neighbour. */
struct Shares {
    Floats left = {}, right = {};

    Shares() = default;

    /** Steps [begin, end) of a row of gradient. */
    Shares(const Folding::Group& group, const Folding::Step* steps, const float* row, int64_t begin, int64_t end) {
        for (int64_t k = begin; k < end; ++k) {
            const Folding::Step& step = steps[k];
            const Floats value = select(row, group.vectors, load(step.column));
            const Floats right_weight = load(step.right);
            left += load(step.left) * value;
            right +=
                right_weight != Floats{} ? right_weight * value : Floats{};  // on a grid point, NaN stays where it is
        }
    }
};

const int64_t kStepsOfSum = 16;

/** Of all steps; many are added up in two levels, so that no small number meets a sum of hundreds. */
inline Shares shares_of(const Folding::Group& group, const Folding::Step* steps, const float* row) {
    Shares sum(group, steps, row, 0, group.steps < kStepsOfSum ? group.steps : kStepsOfSum);
    for (int64_t k = kStepsOfSum; k < group.steps; k += kStepsOfSum) {
        const Shares more(group, steps, row, k, group.steps < k + kStepsOfSum ? group.steps : k + kStepsOfSum);
        sum.left += more.left;
        sum.right += more.right;
    }
    return sum;
}

/** Folds one row of gradient of a strip, [C][stride]; `empty`: it is 0. */
inline void fold_row(const Folding& folding, int64_t strip, const float* row, int64_t stride, int64_t classes,
                     bool empty, Carry& carry, const GradientRow& out) {
    const Folding::Span& span = folding.spans[strip];
    for (int64_t c = 0; c < classes; ++c) {
        double carried[2] = {carry.columns[c][0], carry.columns[c][1]};
        carry.columns[c][0] = carry.columns[c][1] = 0;
        Floats right_before = {};
        for (int64_t g = 0; g < span.groups; ++g) {
            const Folding::Group& group = folding.groups[span.first_group + g];
            const Shares shares = empty ? Shares()
                                        : shares_of(group, folding.steps + group.first_step,
                                                    row + c * stride + group.first_vector * kLanes);
            const Floats sum = shares.left + shift_in(shares.right, right_before);
            right_before = shares.right;
            const int64_t x = span.begin + g * kLanes;
            out.write(c, x, span.end - x, sum + first_two(carried));
            for (int64_t k = 0; k < 2; ++k) {
                const int64_t lane = span.end + k - x;
                if (lane >= 0 && lane < kLanes)
                    carry.columns[c][k] = static_cast<double>(sum[lane]) + (lane < 2 ? carried[lane] : 0);
                else if (lane == kLanes)
                    carry.columns[c][k] = static_cast<double>(shares.right[kLanes - 1]);  // overwritten by a next group
            }
            carried[0] = carried[1] = 0;
        }
    }
}

}  // namespace imas::cpu::IMAS_ISA
