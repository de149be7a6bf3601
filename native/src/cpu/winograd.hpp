// Winograd's minimal filtering F(4x4, 3x3): 36 products give the 4x4 places that take 144 otherwise (Lavin and Gray,
// Fast Algorithms for Convolutional Neural Networks, 2016). A convolution becomes, for each of the 36, one product of
// matrices, tiles by channels; here are the tiles of an image and the ways there and back. The interpolation is at 0,
// +-sqrt(1/2), +-sqrt(2) and infinity, whose numbers stay near 1, so that less is lost to rounding than at 0, +-1, +-2.
#pragma once

#include "cpu/numbers.hpp"
#include "cpu/simd.hpp"
#include "cpu/workspace.hpp"

namespace imas::cpu::IMAS_ISA {

/** Side of a tile of results, and of what it is made from. */
const int kTile = 4;
const int kReach = kTile + 2;
/** Products that make a tile. */
const int kPoints = kReach * kReach;
/** Channels that lie side by side: two registers. */
const int kPanel = 2 * kLanes;

/** Tiles that are under way at once: the nearest caches hold those of one point and a panel. */
const int64_t kTilesAtOnce = 144;

const float kA = 0.70710678f, kB = 1.41421356f;

inline int64_t panels_of(int64_t channels) { return (channels + kPanel - 1) / kPanel; }

/** B^T d of one row or column of six. */
inline void to_points(const Floats (&d)[kReach], Floats (&t)[kReach]) {
    const Floats even_a = d[4] - 2.0f * d[2], odd_a = kA * (d[3] - 2.0f * d[1]);
    const Floats even_b = d[4] - 0.5f * d[2], odd_b = kB * (d[3] - 0.5f * d[1]);
    t[0] = d[0] - 2.5f * d[2] + d[4];
    t[1] = even_a + odd_a;
    t[2] = even_a - odd_a;
    t[3] = even_b + odd_b;
    t[4] = even_b - odd_b;
    t[5] = d[1] - 2.5f * d[3] + d[5];
}

/** A^T m: four places from six points. */
inline void to_places(const Floats (&m)[kReach], Floats (&y)[kTile]) {
    const Floats even_a = m[1] + m[2], odd_a = kA * (m[1] - m[2]);
    const Floats even_b = m[3] + m[4], odd_b = kB * (m[3] - m[4]);
    y[0] = m[0] + even_a + even_b;
    y[1] = odd_a + odd_b;
    y[2] = 0.5f * even_a + 2.0f * even_b;
    y[3] = 0.5f * odd_a + 2.0f * odd_b + m[5];
}

/** A g: six points from the gradient of four places. */
inline void from_places(const Floats (&g)[kTile], Floats (&z)[kReach]) {
    const Floats even_a = g[0] + 0.5f * g[2], odd_a = kA * (g[1] + 0.5f * g[3]);
    const Floats even_b = g[0] + 2.0f * g[2], odd_b = kB * (g[1] + 2.0f * g[3]);
    z[0] = g[0];
    z[1] = even_a + odd_a;
    z[2] = even_a - odd_a;
    z[3] = even_b + odd_b;
    z[4] = even_b - odd_b;
    z[5] = g[3];
}

/** G w: six points from three taps. */
inline void from_taps(const Floats (&w)[3], Floats (&u)[kReach]) {
    const float a = -2.0f / 3, b = 1.0f / 6;
    const Floats even_a = a * (w[0] + 0.5f * w[2]), odd_a = a * kA * w[1];
    const Floats even_b = b * (w[0] + 2.0f * w[2]), odd_b = b * kB * w[1];
    u[0] = w[0];
    u[1] = even_a + odd_a;
    u[2] = even_a - odd_a;
    u[3] = even_b + odd_b;
    u[4] = even_b - odd_b;
    u[5] = w[2];
}

/** G^T u: the gradient of three taps from that of six points. */
inline void to_taps(const Floats (&u)[kReach], Floats (&w)[3]) {
    const float a = -2.0f / 3, b = 1.0f / 6;
    const Floats even_a = a * (u[1] + u[2]), odd_a = a * kA * (u[1] - u[2]);
    const Floats even_b = b * (u[3] + u[4]), odd_b = b * kB * (u[3] - u[4]);
    w[0] = u[0] + even_a + even_b;
    w[1] = odd_a + odd_b;
    w[2] = 0.5f * even_a + 2.0f * even_b + u[5];
}

/** One of the ways above along both axes of a square of vectors. */
template <int kFrom, int kTo>
inline void both_axes(void (*way)(const Floats (&)[kFrom], Floats (&)[kTo]), const Floats (&from)[kFrom][kFrom],
                      Floats (&to)[kTo][kTo]) {
    Floats half[kFrom][kTo];  // columns done
    for (int j = 0; j < kFrom; ++j) {
        Floats column[kFrom];
        for (int i = 0; i < kFrom; ++i) column[i] = from[i][j];
        way(column, half[j]);
    }
    for (int i = 0; i < kTo; ++i) {
        Floats row[kFrom];
        for (int j = 0; j < kFrom; ++j) row[j] = half[j][i];
        way(row, to[i]);
    }
}

/**
 * The tiles of images [N,C,H,W] whose convolution is dilated: each of the dilation's squares of places, which have
 * nothing to do with each other, is an image of its own.
 */
struct Tiles {
    int64_t height, width, dilation;
    /** Images on each axis that an image falls into, and tiles of one of these. */
    int64_t squares_down, squares_across, down, across;
    int64_t count;

    Tiles(const imas_tensor& images, int64_t dilation_)
        : height(images.shape[2]),
          width(images.shape[3]),
          dilation(dilation_),
          squares_down(dilation < height ? dilation : height),
          squares_across(dilation < width ? dilation : width),
          down(side(height)),
          across(side(width)),
          count(images.shape[0] * squares_down * squares_across * down * across) {}

private:
    int64_t side(int64_t size) const { return (size + dilation * kTile - 1) / (dilation * kTile); }
};

/** Where one tile lies: its image, and the place of its first result. */
struct Place {
    int64_t image, y, x;

    Place(const Tiles& tiles, int64_t tile) {
        const int64_t column = tile % tiles.across, row = tile / tiles.across % tiles.down;
        const int64_t square = tile / (tiles.across * tiles.down);
        x = square % tiles.squares_across + column * kTile * tiles.dilation;
        y = square / tiles.squares_across % tiles.squares_down + row * kTile * tiles.dilation;
        image = square / (tiles.squares_across * tiles.squares_down);
    }
};

/**
 * Whether this way takes three fifths of the plain one's multiply-adds or less, the weights' way to their points
 * counted as that of 48 tiles, which it is for more channels than the nearest caches hold; what images and results take
 * on their way there and back is the rest.
 */
inline bool winograd_pays(const imas_tensor* images, int64_t out, int64_t dilation) {
    const Tiles tiles(*images, dilation);
    const int64_t least = 16, places = images->shape[0] * images->shape[2] * images->shape[3];
    return images->shape[1] >= least && out >= least && (tiles.count + 48) * (5 * kPoints / 9) <= 3 * places;
}

/** A square of places of an image [N,C,H,W], `before` of them in front of a tile's first result; null outside. */
template <int kSide>
struct Square {
    float* place[kSide][kSide];
    int64_t step, channels;
    /** All are inside, and channels lie side by side. */
    bool whole;

    Square(const imas_tensor& images, const Tiles& tiles, int64_t tile, int64_t before)
        : step(images.stride[1]), channels(images.shape[1]), whole(step == 1) {
        const Place at(tiles, tile);
        for (int i = 0; i < kSide; ++i)
            for (int j = 0; j < kSide; ++j) {
                const int64_t y = at.y + (i - before) * tiles.dilation, x = at.x + (j - before) * tiles.dilation;
                const bool inside = y >= 0 && y < tiles.height && x >= 0 && x < tiles.width;
                whole = whole && inside;
                place[i][j] = inside ? static_cast<float*>(images.data) + offset(images, at.image, 0, y, x) : nullptr;
            }
    }

    /** kLanes channels from `first` of every place, 0 outside and beyond the last channel. */
    void read(int64_t first, Floats (&to)[kSide][kSide]) const {
        if (whole && first + kLanes <= channels) {
            for (int i = 0; i < kSide; ++i)
                for (int j = 0; j < kSide; ++j) to[i][j] = load(place[i][j] + first);
            return;
        }
        for (int i = 0; i < kSide; ++i)
            for (int j = 0; j < kSide; ++j) to[i][j] = place[i][j] ? some(place[i][j], first) : Floats{};
    }

    /** Writes kLanes channels from `first` to every place that is inside. */
    void write(int64_t first, const Floats (&from)[kSide][kSide]) const {
        if (first >= channels) return;
        for (int i = 0; i < kSide; ++i)
            for (int j = 0; j < kSide; ++j) {
                if (!place[i][j]) continue;
                float* const to = place[i][j] + first * step;
                if (step == 1 && first + kLanes <= channels) store(to, from[i][j]);
                else
                    for (int64_t k = 0; k < kLanes && first + k < channels; ++k) to[k * step] = from[i][j][k];
            }
    }

private:
    Floats some(const float* from, int64_t first) const {
        if (step == 1 && first + kLanes <= channels) return load(from + first);
        Floats v = {};
        for (int64_t k = 0; k < kLanes && first + k < channels; ++k) v[k] = from[(first + k) * step];
        return v;
    }
};

/**
 * One matrix a point: rows by channels, in panels of these. A line of the cache lies between two matrices, as the same
 * element of all is written at once, and at distances of a power of two all would share the cache's few places.
 */
struct Matrices {
    float* data;
    int64_t panels, rows, distance;

    Matrices(Carver& carver, int64_t channels, int64_t rows_)
        : panels(panels_of(channels)), rows(rows_), distance((panels * rows + 1) * kPanel) {
        data = carver.take<float>(kPoints, panels * rows + 1, kPanel);
    }

    float* at(int64_t point, int64_t panel, int64_t row) const {
        return data + point * distance + (panel * rows + row) * kPanel;
    }

    void read(int64_t panel, int64_t row, int64_t lane, Floats (&points)[kReach][kReach]) const {
        const float* from = at(0, panel, row) + lane;
        for (int i = 0; i < kReach; ++i)
            for (int j = 0; j < kReach; ++j, from += distance) points[i][j] = load(from);
    }

    void write(int64_t panel, int64_t row, int64_t lane, const Floats (&points)[kReach][kReach]) const {
        float* to = at(0, panel, row) + lane;
        for (int i = 0; i < kReach; ++i)
            for (int j = 0; j < kReach; ++j, to += distance) store(to, points[i][j]);
    }
};

/** Brings a tile of the images by one of the ways to points to a row of the matrices; no tile is one of zeros. */
template <int kSide>
inline void bring(const imas_tensor& images, const Tiles& tiles, int64_t tile,
                  void (*way)(const Floats (&)[kSide], Floats (&)[kReach]), const Matrices& to, int64_t row) {
    if (tile >= tiles.count) {
        for (int64_t point = 0; point < kPoints; ++point)
            for (int64_t panel = 0; panel < to.panels; ++panel)
                std::memset(to.at(point, panel, row), 0, sizeof(float) * kPanel);
        return;
    }
    const Square<kSide> square(images, tiles, tile, kSide > kTile ? 1 : 0);
    for (int64_t panel = 0; panel < to.panels; ++panel)
        for (int lane = 0; lane < kPanel; lane += kLanes) {
            Floats from[kSide][kSide], points[kReach][kReach];
            square.read(panel * kPanel + lane, from);
            both_axes(way, from, points);
            to.write(panel, row, lane, points);
        }
}

}  // namespace imas::cpu::IMAS_ISA
