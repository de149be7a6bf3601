#include "harness.hpp"

using namespace test;

namespace {

/** A convolution: images, its weights, and how one lies over the other. */
struct Shape {
    int64_t images, channels, height, width, planes, taps_down, taps_across;
    int32_t stride, padding, dilation;

    int64_t out(int64_t size, int64_t taps) const {
        return (size + 2 * padding - dilation * (taps - 1) - 1) / stride + 1;
    }
    int64_t out_height() const { return out(height, taps_down); }
    int64_t out_width() const { return out(width, taps_across); }

    std::string text() const {
        char line[160];
        std::snprintf(line, sizeof line,
                      "weight_gradient N=%d C=%d %dx%d O=%d k=%dx%d stride %d padding %d dilation %d",
                      static_cast<int>(images), static_cast<int>(channels), static_cast<int>(height),
                      static_cast<int>(width), static_cast<int>(planes), static_cast<int>(taps_down),
                      static_cast<int>(taps_across), stride, padding, dilation);
        return line;
    }
};

/**
 * What a network has (3x3, strided, dilated beyond the image), then what it has not; images that are copied one by one,
 * and four and one; last what minimal filtering is for, with more tiles than are under way at once.
 */
const Shape kShapes[] = {
    {2, 16, 12, 12, 6, 3, 3, 1, 1, 1},  {3, 33, 7, 9, 20, 3, 3, 1, 1, 1},   {2, 17, 15, 15, 13, 3, 3, 2, 1, 1},
    {2, 40, 9, 9, 31, 3, 3, 1, 4, 4},   {1, 5, 6, 6, 7, 3, 3, 1, 12, 12},   {1, 64, 1, 300, 12, 1, 1, 1, 0, 1},
    {2, 3, 20, 21, 8, 7, 7, 2, 3, 1},   {1, 1, 1, 1, 1, 1, 1, 1, 0, 1},     {2, 9, 11, 5, 4, 2, 5, 3, 2, 2},
    {1, 70, 20, 30, 50, 3, 3, 1, 1, 1}, {1, 4, 3, 600, 3, 3, 1, 1, 1, 1},   {3, 2, 220, 260, 3, 3, 1, 1, 1, 1},
    {5, 2, 150, 150, 3, 1, 1, 1, 0, 1}, {2, 33, 40, 46, 20, 3, 3, 1, 1, 1}, {9, 48, 16, 15, 16, 3, 3, 1, 2, 2},
};

int32_t run(const Shape& s, const Tensor& images, const Tensor& gradient, const Tensor& weights) {
    Workspace workspace(imas_weight_gradient_workspace(images, gradient));
    return imas_weight_gradient(images, gradient, s.stride, s.padding, s.dilation, weights, workspace.data,
                                workspace.bytes);
}

double expected(const Shape& s, const Tensor& images, const Tensor& gradient, int64_t o, int64_t c, int64_t i,
                int64_t j) {
    double sum = 0;
    for (int64_t n = 0; n < s.images; ++n)
        for (int64_t y = 0; y < s.out_height(); ++y)
            for (int64_t x = 0; x < s.out_width(); ++x) {
                const int64_t row = y * s.stride + i * s.dilation - s.padding,
                              column = x * s.stride + j * s.dilation - s.padding;
                if (row >= 0 && row < s.height && column >= 0 && column < s.width)
                    sum += gradient.get(n, o, y, x) * images.get(n, c, row, column);
            }
    return sum;
}

void arguments() {
    context = "weight_gradient arguments";
    const Shape s = kShapes[0];
    Tensor images(IMAS_F32, 2, 16, 12, 12), gradient(IMAS_F32, 2, 6, 12, 12), weights(IMAS_F32, 6, 16, 3, 3);
    images.fill([] { return 1; });
    gradient.fill([] { return 1; });
    const auto refuses = [&](const Shape& shape, const Tensor& x, const Tensor& g, const Tensor& w, const char* text) {
        EXPECT_REFUSED(run(shape, x, g, w), IMAS_ERROR_ARGUMENT, text);
    };
    Shape odd = s;
    odd.stride = 0;
    refuses(odd, images, gradient, weights, "stride is 0");
    odd = s;
    odd.padding = -1;
    refuses(odd, images, gradient, weights, "padding is -1");
    odd = s;
    odd.dilation = 40000;
    refuses(odd, images, gradient, weights, "dilation is 40000");
    odd = s;
    odd.dilation = 7;  // reaches further than images and padding together
    refuses(odd, images, gradient, weights, "expected [2,6,0,0]");
    odd = s;
    odd.stride = 2;
    refuses(odd, images, gradient, weights, "gradient has shape [2,6,12,12], expected [2,6,6,6]");
    refuses(s, images, Tensor(IMAS_F32, 3, 6, 12, 12), weights, "gradient has 3 images, expected 2");
    refuses(s, images, gradient, Tensor(IMAS_F32, 6, 15, 3, 3), "weights has shape [6,15,3,3], expected [6,16,3,3]");
    refuses(s, images, gradient, Tensor(IMAS_BF16, 6, 16, 3, 3), "weights has dtype 1 (bf16), expected f32");
    Tensor repeated = Tensor(IMAS_F32, 2, 6, 12, 12);
    repeated.fill([] { return 1; });
    repeated.view.stride[0] = 0;  // an input may
    EXPECT_OK(run(s, images, repeated, weights));
    Tensor small(IMAS_F32, 1, 1, 1, 1), taps(IMAS_F32, 100, 100, 1, 1);
    small.fill([] { return 1; });
    Tensor one = Tensor(IMAS_F32, 1, 1, 1, 1), other = Tensor(IMAS_F32, 1, 1, 1, 1);
    for (Tensor* t : {&one, &other}) {
        t->fill([] { return 1; });
        t->view.shape[1] = 100;
        t->view.shape[2] = t->view.shape[3] = 1000;
        for (int64_t& stride : t->view.stride) stride = 0;
    }
    EXPECT_REFUSED(imas_weight_gradient(one, other, 1, 0, 1, taps, nullptr, 0), IMAS_ERROR_ARGUMENT,
                   "over repeated memory");
    Workspace workspace(imas_weight_gradient_workspace(images, gradient));
    EXPECT_REFUSED(imas_weight_gradient(images, gradient, 1, 1, 1, weights, workspace.data, workspace.bytes - 64),
                   IMAS_ERROR_WORKSPACE, "are needed");
    EXPECT_REFUSED(imas_weight_gradient(images, images, 1, 1, 1, images, workspace.data, workspace.bytes),
                   IMAS_ERROR_ARGUMENT, "");
    EXPECT(imas_weight_gradient_workspace(images, nullptr) == 0);
    EXPECT(std::strstr(imas_last_error(), "gradient is missing") != nullptr);
}

/** Compares with the sums in double; returns whether minimal filtering was the way. */
bool compare(const Shape& s, Random& random, Layout of_images, Layout of_gradient, Layout of_weights) {
    context = s.text();
    Tensor images(IMAS_F32, s.images, s.channels, s.height, s.width, of_images),
        gradient(IMAS_F32, s.images, s.planes, s.out_height(), s.out_width(), of_gradient),
        weights(IMAS_F32, s.planes, s.channels, s.taps_down, s.taps_across, of_weights);
    images.fill([&] { return random.between(-1, 1); });
    gradient.fill([&] { return random.between(-1, 1); });
    EXPECT_OK(run(s, images, gradient, weights));
    const int64_t summands = s.images * s.out_height() * s.out_width();
    const bool filtered = s.taps_down == 3 && s.taps_across == 3 && s.stride == 1 && s.padding == s.dilation &&
                          imas_convolution_pays(images, weights, s.dilation, 0);
    const double tolerance =
        filtered ? 3e-6 * std::sqrt(static_cast<double>(summands)) : 4e-5 + 4e-9 * static_cast<double>(summands);
    weights.each([&](int64_t o, int64_t c, int64_t i, int64_t j) {
        EXPECT_NEAR(weights.get(o, c, i, j), expected(s, images, gradient, o, c, i, j), tolerance);
    });
    EXPECT(weights.gaps_untouched());
    expect_same_bytes_for_all_threads([&] {
        Tensor again(IMAS_F32, s.planes, s.channels, s.taps_down, s.taps_across);
        EXPECT_OK(run(s, images, gradient, again));
        return again.bytes();
    });
    return filtered;
}

/** Images too large to be copied at once, one by one in pieces where their rows lie behind each other. */
const Shape kPieces = {2, 33, 3, 7001, 7, 1, 1, 1, 0, 1};

}  // namespace

void test_weight_gradient() {
    Random random(71);
    int filterings = 0;
    for (const Shape& s : kShapes) {
        const Layout images = random.one_of(kLayouts), gradient = random.one_of(kLayouts);
        filterings += compare(s, random, images, gradient, random.one_of(kLayouts));
    }
    EXPECT(filterings >= 2);
    for (const Layout layout : kLayouts) compare(kPieces, random, layout, layout, Layout::kNchw);
    arguments();
}
