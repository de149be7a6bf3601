#include "harness.hpp"

using namespace test;

namespace {

/** Images and weights of a convolution; images are those of the result where it is transposed. */
struct Shape {
    int64_t images, channels, height, width, planes, rows, columns;
    int32_t stride, padding, dilation, flags;

    bool transposed() const { return flags & IMAS_CONVOLUTION_TRANSPOSED; }
    int64_t made(int64_t size, int64_t taps) const {
        return (size + 2 * padding - dilation * (taps - 1) - 1) / stride + 1;
    }

    Tensor given(Layout layout = Layout::kNchw) const {
        return transposed() ? Tensor(IMAS_F32, images, channels, made(height, rows), made(width, columns), layout)
                            : Tensor(IMAS_F32, images, channels, height, width, layout);
    }
    Tensor weights(Layout layout = Layout::kNchw) const {
        return Tensor(IMAS_F32, transposed() ? channels : planes, transposed() ? planes : channels, rows, columns,
                      layout);
    }
    Tensor result(Layout layout = Layout::kNchw) const {
        return transposed() ? Tensor(IMAS_F32, images, planes, height, width, layout)
                            : Tensor(IMAS_F32, images, planes, made(height, rows), made(width, columns), layout);
    }

    std::string text() const {
        char line[200];
        std::snprintf(line, sizeof line, "plain_convolution N=%d C=%d %dx%d O=%d %dx%d taps %d %d %d flags %d",
                      static_cast<int>(images), static_cast<int>(channels), static_cast<int>(height),
                      static_cast<int>(width), static_cast<int>(planes), static_cast<int>(rows),
                      static_cast<int>(columns), stride, padding, dilation, flags);
        return line;
    }
};

/**
 * What networks have: linear layers, taps of 1x1 with and without stride, a stem, dilated taps, taps of two axes;
 * sums longer than are held in registers; planes that fill no panel; more places than are under way at once.
 */
const Shape kShapes[] = {
    {1, 48, 1, 50, 144, 1, 1, 1, 0, 1, 0}, {1, 300, 1, 13, 65, 1, 1, 1, 0, 1, 6}, {1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0},
    {2, 33, 7, 9, 20, 1, 1, 1, 0, 1, 2},   {2, 64, 9, 8, 96, 1, 1, 2, 0, 1, 0},   {2, 3, 20, 22, 17, 7, 7, 2, 3, 1, 4},
    {2, 40, 9, 7, 31, 3, 3, 1, 4, 4, 0},   {1, 5, 6, 6, 7, 3, 3, 1, 12, 12, 0},   {3, 8, 12, 5, 9, 5, 2, 3, 1, 1, 0},
    {1, 2, 70, 75, 35, 1, 1, 1, 0, 1, 4},  {1, 200, 1, 40, 64, 1, 1, 1, 0, 1, 1}, {2, 48, 9, 8, 70, 1, 1, 2, 0, 1, 1},
    {2, 20, 11, 10, 33, 3, 3, 2, 1, 1, 3}, {1, 7, 9, 8, 18, 3, 3, 1, 2, 2, 5},    {1, 6, 13, 7, 40, 2, 3, 3, 2, 2, 7},
    {1, 300, 40, 30, 4, 1, 1, 1, 0, 1, 0}, {1, 520, 2, 3, 32, 3, 3, 1, 1, 1, 6},
};

int32_t run(const Shape& s, const Tensor& images, const Tensor& weights, const imas_tensor* bias,
            const Tensor& result) {
    Workspace workspace(imas_plain_convolution_workspace(weights, result, s.flags));
    return imas_plain_convolution(images, weights, bias, s.stride, s.padding, s.dilation, s.flags, result,
                                  workspace.data, workspace.bytes);
}

/** The sum that ends at a place, and in `size` that of its products' absolute values. */
double expected(const Shape& s, const Tensor& images, const Tensor& weights, int64_t n, int64_t o, int64_t y, int64_t x,
                double& size) {
    double sum = size = 0;
    const int64_t height = images.view.shape[2], width = images.view.shape[3];
    for (int64_t i = 0; i < s.rows; ++i)
        for (int64_t j = 0; j < s.columns; ++j)
            for (int64_t row = 0; row < height; ++row) {
                const int64_t down = (s.transposed() ? row : y) * s.stride + i * s.dilation - s.padding;
                if (down != (s.transposed() ? y : row)) continue;
                for (int64_t column = 0; column < width; ++column) {
                    const int64_t across = (s.transposed() ? column : x) * s.stride + j * s.dilation - s.padding;
                    if (across != (s.transposed() ? x : column)) continue;
                    for (int64_t c = 0; c < s.channels; ++c) {
                        const double product = images.get(n, c, row, column) *
                                               (s.transposed() ? weights.get(c, o, i, j) : weights.get(o, c, i, j));
                        sum += product;
                        size += std::fabs(product);
                    }
                }
            }
    return sum;
}

void arguments() {
    context = "plain_convolution arguments";
    const Shape s = {2, 16, 8, 9, 6, 3, 3, 2, 1, 1, 0};
    Tensor images = s.given(), weights = s.weights(), result = s.result();
    images.fill([] { return 1; });
    weights.fill([] { return 1; });
    const auto refuses = [&](const Shape& shape, const Tensor& w, const Tensor& y, const char* text) {
        EXPECT_REFUSED(run(shape, images, w, nullptr, y), IMAS_ERROR_ARGUMENT, text);
    };
    Shape odd = s;
    odd.stride = 0;
    refuses(odd, weights, result, "stride is 0, expected 1 to 32767");
    odd = s;
    odd.padding = -1;
    refuses(odd, weights, result, "padding is -1, expected 0 to 32767");
    odd = s;
    odd.dilation = 40000;
    refuses(odd, weights, result, "dilation is 40000, expected 1 to 32767");
    odd = s;
    odd.flags = 8;
    refuses(odd, weights, result, "flags is 8, expected 0 to 7");
    odd = s;
    odd.flags = IMAS_CONVOLUTION_TRANSPOSED;
    refuses(odd, weights, result, "weights has shape [6,16,3,3], expected [16,16,3,3]");
    const Tensor turned(IMAS_F32, 16, 6, 3, 3), grown(IMAS_F32, 2, 6, 16, 18), wrong(IMAS_F32, 2, 6, 17, 18);
    EXPECT_OK(run(odd, images, turned, nullptr, grown));
    refuses(odd, turned, wrong, "images has shape [2,16,8,9], expected [2,16,9,9]");
    refuses(s, Tensor(IMAS_F32, 6, 15, 3, 3), result, "weights has shape [6,15,3,3], expected [6,16,3,3]");
    refuses(s, Tensor(IMAS_BF16, 6, 16, 3, 3), result, "weights has dtype 1 (bf16), expected f32");
    refuses(s, Tensor(IMAS_F32, 6, 16, 20, 3), result, "result has shape [2,6,4,5], expected [2,6,0,5]");
    refuses(s, weights, Tensor(IMAS_F32, 2, 6, 4, 4), "result has shape [2,6,4,4], expected [2,6,4,5]");
    Tensor repeated(IMAS_F32, 2, 6, 4, 5);
    repeated.view.stride[0] = 0;  // an output may not
    refuses(s, weights, repeated, "result");
    const Shape own = {2, 16, 8, 8, 16, 1, 1, 1, 0, 1, 0};
    const Tensor same = own.given(), square = own.weights();
    EXPECT_REFUSED(run(own, same, square, nullptr, same), IMAS_ERROR_ARGUMENT, "overlaps");
    const Tensor five(IMAS_F32, 1, 5, 1, 1);
    EXPECT_REFUSED(run(s, images, weights, five, result), IMAS_ERROR_ARGUMENT,
                   "bias has shape [1,5,1,1], expected [1,6,1,1]");
    Workspace workspace(imas_plain_convolution_workspace(weights, result, 0));
    EXPECT_REFUSED(
        imas_plain_convolution(images, weights, nullptr, 2, 1, 1, 0, result, workspace.data, workspace.bytes - 64),
        IMAS_ERROR_WORKSPACE, "are needed");
    EXPECT(imas_plain_convolution_workspace(nullptr, result, 0) == 0);
    EXPECT(std::strstr(imas_last_error(), "weights is missing") != nullptr);
    Tensor huge(IMAS_F32, 1, 1, 1, 1), taps(IMAS_F32, 100, 100, 3, 3);
    huge.fill([] { return 1; });
    huge.view.shape[1] = 100;
    huge.view.shape[2] = huge.view.shape[3] = 320;
    for (int64_t& stride : huge.view.stride) stride = 0;
    Tensor far(IMAS_F32, 1, 100, 320, 320);
    EXPECT_REFUSED(imas_plain_convolution(huge, taps, nullptr, 1, 1, 1, 0, far, nullptr, 0), IMAS_ERROR_ARGUMENT,
                   "over repeated memory");
    // Weights of more elements than an integer counts have no workspace that fits.
    Tensor vast(IMAS_F32, 1, 1, 1, 1);
    const int64_t shape[] = {INT32_MAX, INT32_MAX, 1 << 15, 1 << 15};
    std::memcpy(vast.view.shape, shape, sizeof shape);
    for (int64_t& stride : vast.view.stride) stride = 0;
    const size_t bytes = imas_plain_convolution_workspace(vast, result, 0);
    EXPECT(bytes == SIZE_MAX || (bytes == 0 && std::strstr(imas_last_error(), "repeats memory") != nullptr));
}

void not_a_number() {
    context = "plain_convolution NaN";
    const Shape s = {1, 16, 5, 5, 16, 1, 1, 1, 0, 1, IMAS_CONVOLUTION_RELU};
    Tensor images = s.given(), weights = s.weights(), result = s.result();
    images.fill([] { return 1; });
    weights.fill([] { return 1; });
    images.set(0, 3, 2, 2, std::nan(""));
    EXPECT_OK(run(s, images, weights, nullptr, result));
    EXPECT(std::isnan(result.get(0, 5, 2, 2)));
    EXPECT(result.get(0, 5, 2, 3) == 16);
}

}  // namespace

void test_plain_convolution() {
    Random random(89);
    for (const Shape& s : kShapes) {
        for (int turn = 0; turn < 2; ++turn) {
            context = s.text();
            Tensor images = s.given(turn ? random.one_of(kLayouts) : Layout::kNhwc),
                   weights = s.weights(turn ? random.one_of(kLayouts) : Layout::kNhwc),
                   result = s.result(turn ? random.one_of(kLayouts) : Layout::kNhwc);
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
            result.each([&](int64_t n, int64_t o, int64_t y, int64_t x) {
                double size, sum = expected(s, images, weights, n, o, y, x, size);
                if (biased) sum += bias.get(0, o, 0, 0);
                if (s.flags & IMAS_CONVOLUTION_ADD) sum += old[at];
                ++at;
                if (s.flags & IMAS_CONVOLUTION_RELU) sum = std::fmax(sum, 0);
                EXPECT_NEAR(result.get(n, o, y, x), sum, 1e-6 * (size + 2));
            });
            EXPECT(result.gaps_untouched());
            expect_same_bytes_for_all_threads([&] {
                Tensor again = s.result();
                again.fill([] { return 1; });
                EXPECT_OK(run(s, images, weights, shift, again));
                return again.bytes();
            });
        }
    }
    arguments();
    not_a_number();
}
