// Images and gradient go to the 36 points of their tiles, some tiles at a time; at each point the gradient of the
// weights there is a product of matrices, summed over the tiles; and last these sums go back to the taps.
#include "cpu/winograd_gradient.hpp"

#include "cpu/winograd.hpp"

namespace imas::cpu::IMAS_ISA {
namespace {

/** Planes whose sums are held in registers, each over one panel of channels: three such groups are a panel. */
const int kGroup = (kPanel + 2) / 3;

/** Sums of kPlanes planes over one panel of channels; `first` of all tiles are written, later ones added. */
template <int kPlanes>
inline void sum(const float* images, const float* gradient, int64_t tiles, float* to, bool first) {
    Floats sums[kPlanes][2] = {};
    for (int64_t t = 0; t < tiles; ++t, images += kPanel, gradient += kPanel) {
        const Floats low = load(images), high = load(images + kLanes);
#pragma GCC unroll 11
        for (int k = 0; k < kPlanes; ++k) {
            const Floats factor = splat(gradient[k]);
            sums[k][0] += factor * low;
            sums[k][1] += factor * high;
        }
    }
    for (int k = 0; k < kPlanes; ++k, to += kPanel) {
        store(to, first ? sums[k][0] : load(to) + sums[k][0]);
        store(to + kLanes, first ? sums[k][1] : load(to + kLanes) + sums[k][1]);
    }
}

/** What is in the workspace: rows are tiles, and planes for the sums. */
struct Room {
    Carver carver;
    Matrices images, gradient, sums;

    Room(const imas_tensor& x, const imas_tensor& g, void* workspace)
        : carver(workspace),
          images(carver, x.shape[1], at_once(x)),
          gradient(carver, g.shape[1], at_once(x)),
          sums(carver, x.shape[1], panels_of(g.shape[1]) * kPanel) {}

    /** There are no more tiles than places, whatever the dilation. */
    static int64_t at_once(const imas_tensor& x) {
        const int64_t places = x.shape[0] * x.shape[2] * x.shape[3];
        return places < kTilesAtOnce ? places : kTilesAtOnce;
    }

    void add(int64_t point, int64_t panel, int64_t tiles, bool first) const {
        const float* const from = images.at(point, panel, 0);
        for (int64_t p = 0; p < gradient.panels; ++p) {
            const float* const factors = gradient.at(point, p, 0);
            float* const to = sums.at(point, panel, p * kPanel);
            const int last = kPanel - 2 * kGroup;
            sum<kGroup>(from, factors, tiles, to, first);
            sum<kGroup>(from, factors + kGroup, tiles, to + kGroup * kPanel, first);
            sum<last>(from, factors + 2 * kGroup, tiles, to + 2 * kGroup * kPanel, first);
        }
    }

    /** Writes the taps of one plane. */
    void finish(int64_t plane, const imas_tensor& weights) const {
        for (int64_t panel = 0; panel < sums.panels; ++panel)
            for (int lane = 0; lane < kPanel; lane += kLanes) {
                const int64_t first = panel * kPanel + lane;
                if (first >= weights.shape[1]) return;
                Floats points[kReach][kReach], taps[3][3];
                sums.read(panel, plane, lane, points);
                both_axes(to_taps, points, taps);
                for (int i = 0; i < 3; ++i)
                    for (int j = 0; j < 3; ++j) {
                        float* const to = static_cast<float*>(weights.data) + offset(weights, plane, first, i, j);
                        for (int64_t k = 0; k < kLanes && first + k < weights.shape[1]; ++k)
                            to[k * weights.stride[1]] = taps[i][j][k];
                    }
            }
    }
};

}  // namespace

void winograd_gradient(const imas_tensor& images, const imas_tensor& gradient, int64_t dilation,
                       const imas_tensor& weights, void* workspace) {
    const Tiles all(images, dilation);
    const Room room(images, gradient, workspace);
#pragma omp parallel
    {
        for (int64_t first = 0; first < all.count; first += room.images.rows) {
            const int64_t left = all.count - first, rows = left < room.images.rows ? left : room.images.rows;
#pragma omp for schedule(static)
            for (int64_t row = 0; row < rows; ++row) {
                bring(images, all, first + row, to_points, room.images, row);
                bring(gradient, all, first + row, from_places, room.gradient, row);
            }
#pragma omp for schedule(static)
            for (int64_t task = 0; task < kPoints * room.images.panels; ++task)
                room.add(task / room.images.panels, task % room.images.panels, rows, first == 0);
        }
#pragma omp for schedule(static)
        for (int64_t plane = 0; plane < weights.shape[0]; ++plane) room.finish(plane, weights);
    }
}

size_t winograd_gradient_workspace(const imas_tensor& images, const imas_tensor& gradient) {
    return Room(images, gradient, nullptr).carver.bytes();
}

}  // namespace imas::cpu::IMAS_ISA
