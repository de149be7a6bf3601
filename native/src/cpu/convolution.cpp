// A convolution of 3x3 taps by Winograd's minimal filtering: weights to their 36 points once, then some tiles at a time
// to theirs, a product of matrices at each point, and back.
#include "cpu/convolution.hpp"

#include "cpu/winograd.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** Rows of a product whose sums are held in registers, each over one panel. */
const int kRows = 6;

/** Weights [O,C,3,3]; transposed, O comes in, C goes out and the taps are turned by half a turn. */
struct Taps {
    const imas_tensor* weights;
    bool transposed;

    int64_t out() const { return weights->shape[transposed ? 1 : 0]; }
    int64_t in() const { return weights->shape[transposed ? 0 : 1]; }

    /** A square of channels, kPanel out from `out_from` by as many in from `in_from`, as [tap][in][out]; 0 beyond. */
    void copy(int64_t out_from, int64_t in_from, float (&to)[9][kPanel][kPanel]) const {
        const float* const data = static_cast<const float*>(weights->data);
        const int64_t out_step = weights->stride[transposed ? 1 : 0], in_step = weights->stride[transposed ? 0 : 1];
        for (int64_t o = 0; o < kPanel; ++o)
            for (int tap = 0; tap < 9; ++tap) {
                const int turned = transposed ? 8 - tap : tap;
                const int64_t left = out_from + o < out() ? in() - in_from : 0,
                              from = (out_from + o) * out_step + in_from * in_step + turned / 3 * weights->stride[2] +
                                     turned % 3 * weights->stride[3];
                for (int64_t c = 0; c < kPanel; ++c) to[tap][c][o] = c < left ? data[from + c * in_step] : 0;
            }
    }
};

/** Brings the weights to their points; rows of the matrices are channels that come in. */
void transform(const Taps& taps, const Matrices& to) {
#pragma omp parallel for schedule(static)
    for (int64_t task = 0; task < to.panels * (to.rows / kPanel); ++task) {
        const int64_t panel = task / (to.rows / kPanel), first = task % (to.rows / kPanel) * kPanel;
        float square[9][kPanel][kPanel];
        taps.copy(panel * kPanel, first, square);
        for (int64_t c = 0; c < kPanel; ++c)
            for (int lane = 0; lane < kPanel; lane += kLanes) {
                Floats from[3][3], points[kReach][kReach];
                for (int tap = 0; tap < 9; ++tap) from[tap / 3][tap % 3] = load(square[tap][c] + lane);
                both_axes(from_taps, from, points);
                to.write(panel, first + c, lane, points);
            }
    }
}

/** kRows rows of the product of one point and one panel. */
inline void multiply(const Matrices& tiles, int64_t point, int64_t row, const Matrices& weights, int64_t panel,
                     float* to) {
    Floats sum[kRows][2] = {};
    const float* factors = weights.at(point, panel, 0);
    for (int64_t p = 0; p < tiles.panels; ++p) {
        const float* const from = tiles.at(point, p, row);
        for (int c = 0; c < kPanel; ++c, factors += kPanel) {
            const Floats low = load(factors), high = load(factors + kLanes);
#pragma GCC unroll 6
            for (int r = 0; r < kRows; ++r) {
                const Floats factor = splat(from[r * kPanel + c]);
                sum[r][0] += factor * low;
                sum[r][1] += factor * high;
            }
        }
    }
    for (int r = 0; r < kRows; ++r) {
        store(to + r * kPanel, sum[r][0]);
        store(to + r * kPanel + kLanes, sum[r][1]);
    }
}

/** What becomes of the sums, and where they go. */
struct Results {
    const imas_tensor& to;
    const imas_tensor* bias;
    bool adds, relu;

    Floats bias_at(int64_t channel) const {
        Floats v = {};
        for (int64_t k = 0; bias && k < kLanes && channel + k < to.shape[1]; ++k)
            v[k] = static_cast<const float*>(bias->data)[(channel + k) * bias->stride[1]];
        return v;
    }

    /** Puts a row of the products to its tile's places. */
    void put(const Matrices& products, int64_t row, const Tiles& tiles, int64_t tile) const {
        const Square<kTile> square(to, tiles, tile, 0);
        for (int64_t panel = 0; panel < products.panels; ++panel)
            for (int lane = 0; lane < kPanel; lane += kLanes) {
                const int64_t channel = panel * kPanel + lane;
                const Floats shift = bias_at(channel);
                Floats points[kReach][kReach], sums[kTile][kTile], before[kTile][kTile] = {};
                products.read(panel, row, lane, points);
                both_axes(to_places, points, sums);
                if (adds) square.read(channel, before);
                for (int i = 0; i < kTile; ++i)
                    for (int j = 0; j < kTile; ++j) {
                        const Floats x = sums[i][j] + shift + before[i][j];
                        sums[i][j] = relu ? (x < 0.0f ? Floats{} : x) : x;
                    }
                square.write(channel, sums);
            }
    }
};

int64_t tiles_at_once(const Tiles& all) {
    const int64_t whole = (all.count + kRows - 1) / kRows * kRows;
    return whole < kTilesAtOnce ? whole : kTilesAtOnce;
}

/** What is in the workspace: rows are input channels of the weights, and tiles. */
struct Room {
    Carver carver;
    Matrices weights, tiles, products;

    Room(const Tiles& all, const Taps& taps, void* workspace)
        : carver(workspace),
          weights(carver, taps.out(), panels_of(taps.in()) * kPanel),
          tiles(carver, taps.in(), tiles_at_once(all)),
          products(carver, taps.out(), tiles_at_once(all)) {}
};

bool transposed(int32_t flags) { return flags & IMAS_CONVOLUTION_TRANSPOSED; }

int32_t convolution(const imas_tensor* images, const imas_tensor* weights, const imas_tensor* bias, int32_t dilation,
                    int32_t flags, const imas_tensor* result, void* workspace) {
    const Taps taps = {weights, transposed(flags)};
    const Results results = {*result, bias, (flags & IMAS_CONVOLUTION_ADD) != 0, (flags & IMAS_CONVOLUTION_RELU) != 0};
    const Tiles all(*images, dilation);
    const Room room(all, taps, workspace);
    transform(taps, room.weights);
    for (int64_t first = 0; first < all.count; first += room.tiles.rows) {
        const int64_t left = all.count - first, rows = left < room.tiles.rows ? left : room.tiles.rows;
        const int64_t whole = (rows + kRows - 1) / kRows * kRows;
#pragma omp parallel
        {
#pragma omp for schedule(static)
            for (int64_t row = 0; row < whole; ++row) bring(*images, all, first + row, to_points, room.tiles, row);
#pragma omp for schedule(static)
            for (int64_t task = 0; task < kPoints * room.products.panels; ++task) {
                const int64_t point = task / room.products.panels, panel = task % room.products.panels;
                for (int64_t row = 0; row < whole; row += kRows)
                    multiply(room.tiles, point, row, room.weights, panel, room.products.at(point, panel, row));
            }
#pragma omp for schedule(static)
            for (int64_t row = 0; row < rows; ++row) results.put(room.products, row, all, first + row);
        }
    }
    return IMAS_OK;
}

size_t convolution_workspace(const imas_tensor* images, const imas_tensor* weights, int32_t dilation, int32_t flags) {
    const Taps taps = {weights, transposed(flags)};
    return Room(Tiles(*images, dilation), taps, nullptr).carver.bytes();
}

}  // namespace

const Convolution convolution_functions = {convolution, convolution_workspace, winograd_pays};

}  // namespace imas::cpu::IMAS_ISA
