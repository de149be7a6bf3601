// What the emulation's tests share: random cases with awkward numbers among them, and comparing under several orders of
// threads and blocks. The expectation is the CPU backend, which the native tests compare with the double-precision
// reference.
#pragma once

#include "backend.hpp"
#include "harness.hpp"
#include "operations.hpp"

namespace test {

inline const imas_backend kCpu = {IMAS_CPU, 0, nullptr};
inline const imas_backend kCuda = {IMAS_CUDA, 0, nullptr};

/** The emulated backend. */
extern const imas_backend_table* cuda;

/** What the backend said last. */
extern std::string said;

/** Whether the case in hand is to be run in weak memory as well, which is slow. */
extern bool in_weak_memory;

/**
 * Runs `body` under three orders, the last in weak memory where the case is small, and on devices of different sizes if
 * `on_all_devices`; it returns the bytes of all outputs, which must not differ.
 */
void expect_same_bytes_for_all_orders(bool on_all_devices, const std::function<std::vector<unsigned char>()>& body);

inline void expect_same_bytes_for_all_orders(const std::function<std::vector<unsigned char>()>& body) {
    expect_same_bytes_for_all_orders(true, body);
}

/**
 * Elements agree within `bound` of the largest; NaN and infinities must be the same. In a gradient the CPU may spread a
 * NaN to neighbours, in the same image.
 */
void expect_near(const Tensor& ours, const Tensor& theirs, double bound, bool gradient = false);

void expect_equal(const Tensor& ours, const Tensor& theirs);

struct Case {
    Size size;
    imas_dtype type;
    Layout layout;
    int number;
};

Case random_case(int number, Random& random);

/** Logits with, in some cases, numbers that the fast paths cannot take. */
Tensor logits_of(const Case& c, Layout layout, Random& random);

/** Whether there are none in this case. */
bool has_ordinary_logits(const Case& c);

/** Labels, 255 among them. */
Tensor labels_of(const Case& c, Layout layout, Random& random);

}  // namespace test

/** One case of an operation, each in a file of its own. */
#define IMAS_DECLARE_ORDERS(name) void orders_##name(const test::Case& c, test::Random& random);
IMAS_EACH_OPERATION(IMAS_DECLARE_ORDERS)
#undef IMAS_DECLARE_ORDERS

/** What no launch may do: too many images, a device that is not there, maps longer than a grid. */
void test_limits();
