#include "harness.hpp"

using namespace test;

namespace {

/** Images and the weights of a convolution of 3x3 taps. */
struct Shape {
    int64_t images, channels, height, width, planes;
    int32_t dilation, flags;

    bool transposed() const { return flags & IMAS_CONVOLUTION_TRANSPOSED; }

    std::string text() const {
        char line[160];
        std::snprintf(line, sizeof line, "convolution N=%d C=%d %dx%d O=%d dilation %d flags %d",
                      static_cast<int>(images), static_cast<int>(channels), static_cast<int>(height),
                      static_cast<int>(width), static_cast<int>(planes), dilation, flags);
        return line;
    }
};

/**
 * What networks have; sides that no tiles fit, channels that fill no panel; dilations up to and beyond the image; more
 * tiles than are under way at once.
 */
const Shape kShapes[] = {
    {2, 16, 8, 8, 16, 1, 0},  {3, 33, 7, 9, 20, 1, 0},   {1, 64, 12, 16, 48, 2, 0},  {2, 40, 9, 9, 31, 4, 0},
    {1, 5, 6, 6, 7, 12, 0},   {1, 1, 1, 1, 1, 1, 0},     {2, 3, 5, 1, 2, 1, 0},      {1, 1, 1, 7, 40, 3, 0},
    {2, 17, 40, 46, 9, 1, 0}, {1, 2, 3, 2, 2, 32767, 0}, {2, 33, 13, 10, 20, 1, 1},  {2, 20, 11, 10, 33, 2, 3},
    {1, 7, 6, 5, 18, 9, 1},   {3, 16, 30, 31, 16, 1, 5}, {5, 96, 12, 12, 112, 1, 6}, {2, 19, 9, 11, 21, 2, 2},
    {2, 16, 9, 11, 35, 1, 4}, {1, 8, 13, 7, 40, 3, 7},
};

Tensor weights_for(const Shape& s, Layout layout = Layout::kNchw) {
    return Tensor(IMAS_F32, s.transposed() ? s.channels : s.planes, s.transposed() ? s.planes : s.channels, 3, 3,
                  layout);
}

int32_t run(const Shape& s, const Tensor& images, const Tensor& weights, const imas_tensor* bias,
            const Tensor& result) {
    Workspace workspace(imas_convolution_workspace(images, weights, s.dilation, s.flags));
    return imas_convolution(images, weights, bias, s.dilation, s.flags, result, workspace.data, workspace.bytes);
}

double expected(const Shape& s, const Tensor& images, const Tensor& weights, int64_t n, int64_t o, int64_t y,
                int64_t x) {
    double sum = 0;
    for (int64_t i = 0; i < 3; ++i)
        for (int64_t j = 0; j < 3; ++j) {
            const int64_t row = y + (i - 1) * s.dilation, column = x + (j - 1) * s.dilation;
            if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
            for (int64_t c = 0; c < s.channels; ++c)
                sum += images.get(n, c, row, column) *
                       (s.transposed() ? weights.get(c, o, 2 - i, 2 - j) : weights.get(o, c, i, j));
        }
    return sum;
}

void arguments() {
    context = "convolution arguments";
    const Shape s = {2, 16, 8, 8, 6, 1, 0};
    Tensor images(IMAS_F32, 2, 16, 8, 8), weights(IMAS_F32, 6, 16, 3, 3), result(IMAS_F32, 2, 6, 8, 8);
    images.fill([] { return 1; });
    weights.fill([] { return 1; });
    const auto refuses = [&](const Shape& shape, const Tensor& w, const Tensor& y, const char* text) {
        EXPECT_REFUSED(run(shape, images, w, nullptr, y), IMAS_ERROR_ARGUMENT, text);
    };
    Shape odd = s;
    odd.dilation = 0;
    refuses(odd, weights, result, "dilation is 0, expected 1 to 32767");
    odd = s;
    odd.flags = 8;
    refuses(odd, weights, result, "flags is 8, expected 0 to 7");
    odd = s;
    odd.flags = IMAS_CONVOLUTION_TRANSPOSED;
    refuses(odd, weights, result, "weights has shape [6,16,3,3], expected [16,16,3,3]");
    refuses(s, Tensor(IMAS_F32, 6, 15, 3, 3), result, "weights has shape [6,15,3,3], expected [6,16,3,3]");
    refuses(s, Tensor(IMAS_F32, 6, 16, 1, 3), result, "weights has shape [6,16,1,3], expected [6,16,3,3]");
    refuses(s, Tensor(IMAS_BF16, 6, 16, 3, 3), result, "weights has dtype 1 (bf16), expected f32");
    refuses(s, weights, Tensor(IMAS_F32, 2, 6, 8, 7), "result has shape [2,6,8,7], expected [2,6,8,8]");
    Tensor repeated(IMAS_F32, 2, 6, 8, 8);
    repeated.view.stride[0] = 0;  // an output may not
    refuses(s, weights, repeated, "result");
    const Tensor same(IMAS_F32, 2, 16, 8, 8), square(IMAS_F32, 16, 16, 3, 3);
    EXPECT_REFUSED(run(s, same, square, nullptr, same), IMAS_ERROR_ARGUMENT, "overlaps");
    const Tensor five(IMAS_F32, 1, 5, 1, 1);
    EXPECT_REFUSED(run(s, images, weights, five, result), IMAS_ERROR_ARGUMENT,
                   "bias has shape [1,5,1,1], expected [1,6,1,1]");
    Workspace workspace(imas_convolution_workspace(images, weights, 1, 0));
    EXPECT_REFUSED(imas_convolution(images, weights, nullptr, 1, 0, result, workspace.data, workspace.bytes - 64),
                   IMAS_ERROR_WORKSPACE, "are needed");
    EXPECT(imas_convolution_workspace(images, nullptr, 1, 0) == 0);
    EXPECT(std::strstr(imas_last_error(), "weights is missing") != nullptr);
    Tensor huge(IMAS_F32, 1, 1, 1, 1), taps(IMAS_F32, 100, 100, 3, 3);
    huge.fill([] { return 1; });
    huge.view.shape[1] = 100;
    huge.view.shape[2] = huge.view.shape[3] = 200;
    for (int64_t& stride : huge.view.stride) stride = 0;
    Tensor far(IMAS_F32, 1, 100, 200, 200);
    EXPECT_REFUSED(imas_convolution(huge, taps, nullptr, 1, 0, far, nullptr, 0), IMAS_ERROR_ARGUMENT,
                   "over repeated memory");
    const Tensor dense(IMAS_F32, 1, 100, 200, 200, Layout::kNhwc);  // as much work, but nothing is repeated
    EXPECT_REFUSED(imas_convolution(dense, taps, nullptr, 1, 0, far, nullptr, 0), IMAS_ERROR_WORKSPACE, "is missing");
}

/** A place that is not a number stays one, with ReLU as well, and reaches no farther than its tiles. */
void not_a_number() {
    context = "convolution NaN";
    Tensor images(IMAS_F32, 1, 16, 20, 20), weights(IMAS_F32, 16, 16, 3, 3), result(IMAS_F32, 1, 16, 20, 20);
    images.fill([] { return 1; });
    weights.fill([] { return 1; });
    images.set(0, 3, 9, 9, std::nan(""));
    const Shape s = {1, 16, 20, 20, 16, 1, IMAS_CONVOLUTION_RELU};
    EXPECT_OK(run(s, images, weights, nullptr, result));
    for (int64_t k = 8; k < 11; ++k) EXPECT(std::isnan(result.get(0, 5, k, k)));
    EXPECT(result.get(0, 5, 12, 9) == result.get(0, 5, 12, 3));
    EXPECT(result.get(0, 5, 9, 7) == result.get(0, 5, 9, 3));
}

void pays() {
    context = "convolution pays";
    const auto pays = [](int64_t n, int64_t c, int64_t side, int64_t o, int32_t dilation) {
        return imas_convolution_pays(Tensor(IMAS_F32, n, c, side, side), Tensor(IMAS_F32, o, c, 3, 3), dilation, 0);
    };
    EXPECT(pays(8, 64, 32, 64, 1) == 1);
    EXPECT(pays(24, 128, 8, 128, 2) == 1);
    EXPECT(pays(1, 128, 8, 128, 1) == 0);  // all weights for four tiles
    EXPECT(pays(8, 3, 32, 64, 1) == 0);
    EXPECT(pays(8, 64, 32, 8, 1) == 0);
    EXPECT(pays(24, 64, 8, 64, 6) == 0);  // a tile for one to four places
    // Tiles whose number of multiply-adds fits into no integer; the memory is not touched.
    const int64_t side = 32767;
    Tensor vast(IMAS_F32, 1, 1, 1, 1), weights(IMAS_F32, 16, 16, 3, 3);
    const int64_t shape[] = {int64_t{1} << 26, 16, side, side}, strides[] = {16 * side * side, 1, 16 * side, 16};
    std::memcpy(vast.view.shape, shape, sizeof shape);
    std::memcpy(vast.view.stride, strides, sizeof strides);
    EXPECT(imas_convolution_pays(vast, weights, 32767, 0) == 0);
    EXPECT(*imas_last_error() == 0);
    EXPECT(pays(8, 64, 32, 64, 0) == 0);
    EXPECT(std::strstr(imas_last_error(), "dilation is 0") != nullptr);
}

}  // namespace

void test_convolution() {
    Random random(83);
    for (const Shape& s : kShapes) {
        context = s.text();
        Tensor images(IMAS_F32, s.images, s.channels, s.height, s.width, random.one_of(kLayouts)),
            weights = weights_for(s, random.one_of(kLayouts)),
            result(IMAS_F32, s.images, s.planes, s.height, s.width, random.one_of(kLayouts));
        images.fill([&] { return random.between(-1, 1); });
        weights.fill([&] { return random.between(-1, 1); });
        Tensor bias(IMAS_F32, 1, s.planes, 1, 1);
        bias.fill([&] { return random.between(-1, 1); });
        const bool biased = random.below(2) == 0;
        const imas_tensor* const shift = biased ? static_cast<const imas_tensor*>(bias) : nullptr;
        std::vector<double> old;
        if (s.flags & IMAS_CONVOLUTION_ADD) result.fill([&] { return random.between(-1, 1); });
        result.each([&](int64_t n, int64_t o, int64_t y, int64_t x) { old.push_back(result.get(n, o, y, x)); });
        size_t at = 0;
        EXPECT_OK(run(s, images, weights, shift, result));
        const double tolerance = 4e-6 * std::sqrt(9.0 * static_cast<double>(s.channels)) + 4e-6;
        result.each([&](int64_t n, int64_t o, int64_t y, int64_t x) {
            double sum = expected(s, images, weights, n, o, y, x);
            if (biased) sum += bias.get(0, o, 0, 0);
            if (s.flags & IMAS_CONVOLUTION_ADD) sum += old[at];
            ++at;
            if (s.flags & IMAS_CONVOLUTION_RELU) sum = std::fmax(sum, 0);
            EXPECT_NEAR(result.get(n, o, y, x), sum, tolerance);
        });
        EXPECT(result.gaps_untouched());
        expect_same_bytes_for_all_threads([&] {
            Tensor again(IMAS_F32, s.images, s.planes, s.height, s.width);
            again.fill([] { return 1; });
            EXPECT_OK(run(s, images, weights, shift, again));
            return again.bytes();
        });
    }
    arguments();
    not_a_number();
    pays();
}
