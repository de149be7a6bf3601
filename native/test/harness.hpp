// Test tools: expectations, random numbers, and tensors in exactly sized heap blocks (so that AddressSanitizer sees a
// stray access) of any type and layout, with untouched gaps checked.
#pragma once

#include <omp.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cpu/numbers.hpp"
#include "imas.h"

namespace test {

inline int failures = 0;
inline std::string context;

inline void report(const char* file, int line, const std::string& what) {
    if (++failures <= 20) std::fprintf(stderr, "%s:%d: %s [%s]\n", file, line, what.c_str(), context.c_str());
}

#define EXPECT(condition)                                               \
    do {                                                                \
        if (!(condition)) test::report(__FILE__, __LINE__, #condition); \
    } while (0)

/** Agreement within a bound; written so that NaN fails. */
#define EXPECT_NEAR(actual, expected, bound)                                                                 \
    do {                                                                                                     \
        const double actual_ = (actual), expected_ = (expected), bound_ = (bound);                           \
        if (!(std::fabs(actual_ - expected_) <= bound_)) {                                                   \
            test::report(__FILE__, __LINE__,                                                                 \
                         std::string(#actual " is ") + std::to_string(actual_) + ", expected " +             \
                             std::to_string(expected_) + ", off by " + std::to_string(actual_ - expected_)); \
        }                                                                                                    \
    } while (0)

#define EXPECT_OK(call)                                                                                       \
    do {                                                                                                      \
        if ((call) != IMAS_OK) test::report(__FILE__, __LINE__, std::string(#call ": ") + imas_last_error()); \
    } while (0)

/** The call is refused and the message mentions `text`. */
#define EXPECT_REFUSED(call, status, text)                                                                \
    do {                                                                                                  \
        const int32_t got_ = (call);                                                                      \
        if (got_ != (status) || !std::strstr(imas_last_error(), text)) {                                  \
            test::report(__FILE__, __LINE__,                                                              \
                         std::string(#call " gave ") + std::to_string(got_) + " \"" + imas_last_error() + \
                             "\", expected a mention of " + text);                                        \
        }                                                                                                 \
    } while (0)

/** SplitMix64. */
class Random {
public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        return z ^ z >> 31;
    }

    /** In [0, n). */
    int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }

    /** In [0, 1). */
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

    double between(double low, double high) { return low + (high - low) * uniform(); }

    template <class T, size_t kCount>
    T one_of(const T (&choices)[kCount]) {
        return choices[below(static_cast<int64_t>(kCount))];
    }

private:
    uint64_t state_;
};

/** kGaps: nothing is contiguous. kTransposed: columns before rows. */
enum class Layout { kNchw, kNhwc, kGaps, kTransposed };

/** A tensor that owns its memory. */
class Tensor {
public:
    Tensor(imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w, Layout layout = Layout::kNchw) {
        const int64_t shape[4] = {n, c, h, w};
        view.dtype = type;
        view.reserved = 0;
        std::memcpy(view.shape, shape, sizeof shape);
        const int64_t nchw[4] = {c * h * w, h * w, w, 1}, nhwc[4] = {c * h * w, 1, w * c, c};
        const int64_t gaps[4] = {c * (h * (2 * w + 3) + 1) + 2, h * (2 * w + 3) + 1, 2 * w + 3, 2};
        const int64_t transposed[4] = {c * h * w, h * w, 1, h};
        const int64_t* const strides[] = {nchw, nhwc, gaps, transposed};
        std::memcpy(view.stride, strides[static_cast<int>(layout)], sizeof nchw);
        int64_t last = 0;
        for (int k = 0; k < 4; ++k) last += (shape[k] - 1) * view.stride[k];
        bytes_ = static_cast<size_t>((last + 1) * size());
        memory_.reset(static_cast<unsigned char*>(std::malloc(bytes_)));
        std::memset(memory_.get(), kGuard, bytes_);
        view.data = memory_.get();
    }

    imas_tensor view;

    operator const imas_tensor*() const { return &view; }
    int64_t size() const {
        return view.dtype == IMAS_U8                               ? 1
               : view.dtype == IMAS_I64                            ? 8
               : view.dtype == IMAS_BF16 || view.dtype == IMAS_F16 ? 2
                                                                   : 4;
    }
    int64_t extent(int axis) const { return view.shape[axis]; }
    std::vector<unsigned char> bytes() const { return {memory_.get(), memory_.get() + bytes_}; }

    double get(int64_t n, int64_t c, int64_t h, int64_t w) const {
        const int64_t i = imas::cpu::IMAS_ISA::offset(view, n, c, h, w);
        switch (view.dtype) {
            case IMAS_U8: return static_cast<const uint8_t*>(view.data)[i];
            case IMAS_I32: return static_cast<const int32_t*>(view.data)[i];
            case IMAS_I64: return static_cast<double>(static_cast<const int64_t*>(view.data)[i]);
            default: return static_cast<double>(imas::cpu::IMAS_ISA::load(view.data, view.dtype, i));
        }
    }

    void set(int64_t n, int64_t c, int64_t h, int64_t w, double x) {
        const int64_t i = imas::cpu::IMAS_ISA::offset(view, n, c, h, w);
        switch (view.dtype) {
            case IMAS_U8: static_cast<uint8_t*>(view.data)[i] = static_cast<uint8_t>(x); break;
            case IMAS_I32: static_cast<int32_t*>(view.data)[i] = static_cast<int32_t>(x); break;
            case IMAS_I64: static_cast<int64_t*>(view.data)[i] = static_cast<int64_t>(x); break;
            default: imas::cpu::IMAS_ISA::store(view.data, view.dtype, i, static_cast<float>(x));
        }
    }

    void each(const std::function<void(int64_t, int64_t, int64_t, int64_t)>& visit) const {
        for (int64_t n = 0; n < extent(0); ++n)
            for (int64_t c = 0; c < extent(1); ++c)
                for (int64_t h = 0; h < extent(2); ++h)
                    for (int64_t w = 0; w < extent(3); ++w) visit(n, c, h, w);
    }

    void fill(const std::function<double()>& value) {
        each([&](int64_t n, int64_t c, int64_t h, int64_t w) { set(n, c, h, w, value()); });
    }

    /** No byte outside the elements was written. */
    bool gaps_untouched() const {
        std::vector<bool> used(bytes_);
        each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
            const size_t first = static_cast<size_t>(imas::cpu::IMAS_ISA::offset(view, n, c, h, w) * size());
            for (size_t k = 0; k < static_cast<size_t>(size()); ++k) used[first + k] = true;
        });
        for (size_t k = 0; k < bytes_; ++k) {
            if (!used[k] && memory_.get()[k] != kGuard) return false;
        }
        return true;
    }

private:
    static const unsigned char kGuard = 0xA5;
    struct Free {
        void operator()(unsigned char* p) const { std::free(p); }
    };
    size_t bytes_;
    std::unique_ptr<unsigned char, Free> memory_;
};

/**
 * Exactly `bytes` of memory at a multiple of 64, filled with NaN patterns: a kernel must not read what it did not
 * write.
 */
class Workspace {
public:
    explicit Workspace(size_t bytes) : bytes(bytes), memory_(static_cast<unsigned char*>(std::malloc(bytes + 64))) {
        data = memory_ + (64 - reinterpret_cast<uintptr_t>(memory_) % 64) % 64;
        std::memset(data, 0xFF, bytes);
    }
    ~Workspace() { std::free(memory_); }
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    void* data;
    size_t bytes;

private:
    unsigned char* memory_;
};

/** CUDA where the environment says IMAS_TEST_BACKEND=cuda, as the tests over the emulation do, else the CPU. */
inline imas_backend_kind backend_under_test() {
    const char* name = std::getenv("IMAS_TEST_BACKEND");
    if (name == nullptr || std::strcmp(name, "cpu") == 0) return IMAS_CPU;
    if (std::strcmp(name, "cuda") == 0) return IMAS_CUDA;
    std::fprintf(stderr, "IMAS_TEST_BACKEND is %s, expected cpu or cuda\n", name);
    std::exit(2);
}

inline const imas_backend kTested = {backend_under_test(), 0, nullptr};

/** Only the CPU backend can look at values before it starts; CUDA would have to wait for the device. */
inline bool refuses_values() { return kTested.kind == IMAS_CPU; }

/** One problem size. */
struct Size {
    int64_t images, classes, h, w, height, width;

    std::string text() const {
        char line[128];
        std::snprintf(line, sizeof line, "B=%d C=%d %dx%d -> %dx%d", static_cast<int>(images),
                      static_cast<int>(classes), static_cast<int>(h), static_cast<int>(w), static_cast<int>(height),
                      static_cast<int>(width));
        return line;
    }
};

/**
 * The awkward sizes every logits kernel is run at, then random ones: 1 to 16 images, 1 to 256 classes, enlarged or
 * reduced.
 */
std::vector<Size> sizes();

/** Puts NaN, infinity or -infinity into some logits: one at a time, and all classes of one place. */
void spoil(Tensor& logits, Random& random);

/** Logits of smooth regions plus noise, so that labels agree now and then. */
void random_logits(Tensor& logits, Random& random, double spread = 3);

const imas_dtype kFloatTypes[] = {IMAS_F32, IMAS_BF16, IMAS_F16};
const Layout kLayouts[] = {Layout::kNchw, Layout::kNhwc, Layout::kGaps, Layout::kTransposed};

/** Counts of imas_pseudo_label that belong together, of images with so many pixels; a quarter have no confident pixel.
 */
Tensor random_counts(int64_t images, int64_t classes, int64_t pixels, Random& random);

/** Runs `body` with 1, 2, 3 and 7 threads; it returns the bytes of all outputs, which must not differ. */
void expect_same_bytes_for_all_threads(const std::function<std::vector<unsigned char>()>& body);

inline std::vector<unsigned char> joined(std::initializer_list<const Tensor*> tensors) {
    std::vector<unsigned char> all;
    for (const Tensor* tensor : tensors) {
        const auto bytes = tensor->bytes();
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
}

/** Relative rounding of a type. */
inline double rounding(int32_t dtype) { return dtype == IMAS_BF16 ? 0x1p-8 : dtype == IMAS_F16 ? 0x1p-11 : 0x1p-24; }

}  // namespace test
