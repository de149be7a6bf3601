// What this machine can do at best, with the threads OpenMP gives, as JSON: memory copied (as bytes read plus bytes
// written), float32 multiply-adds, and the exponentials of simd.hpp, which every softmax of the kernels is made of.
// Best of many repetitions: these are limits, not expectations. Compile with -O3 -march=native.
#include <chrono>
#include <cstdio>
#include <memory>

#include "cpu/stream.hpp"

using namespace imas::cpu::IMAS_ISA;

namespace {

const int64_t kFloats = 40'960'000;  // shares of whole vectors

template <class Work>
double best_seconds(int repeats, const Work& work) {
    double best = 1e30;
    for (int k = 0; k < repeats; ++k) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        best = seconds < best ? seconds : best;
    }
    return best;
}

/** Calls part(begin, end) for an even share of the floats on each thread. */
template <class Part>
void in_parallel(const Part& part) {
    const int64_t kShares = 64;
#pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < kShares; ++k) part(kFloats / kShares * k, kFloats / kShares * (k + 1));
}

double copy(float* to, const float* from) {
    return 2 * sizeof(float) * kFloats / best_seconds(20, [=] {
               in_parallel([=](int64_t begin, int64_t end) {
                   std::memcpy(to + begin, from + begin, sizeof(float) * (end - begin));
               });
           });
}

double copy_past_caches(float* to, const float* from) {
    return 2 * sizeof(float) * kFloats / best_seconds(20, [=] {
               in_parallel([=](int64_t begin, int64_t end) {
                   Stream(sizeof(float) * kFloats).write(to + begin, from + begin, sizeof(float) * (end - begin));
                   Stream::publish();
               });
           });
}

/** a = s * a + t * b */
double triad(float* a, const float* b) {
    return 3 * sizeof(float) * kFloats / best_seconds(20, [=] {
               in_parallel([=](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; i += kLanes)
                       store(a + i, 0.75f * load(a + i) + 0.25f * load(b + i));
               });
           });
}

/** Keeps the compiler from working anything out beforehand. */
void forget(Floats& x) { asm volatile("" : "+m"(x)); }

/** Operations a second of all threads: step() does `count` vectors of them. */
template <class Step>
double rate(int count, const Step& step) {
    const int64_t kSteps = 100'000;
    const double seconds = best_seconds(50, [&] {
#pragma omp parallel
        {
            Floats start = splat(0.5f), sums[12];
            forget(start);
            for (Floats& sum : sums) sum = start;
            for (int64_t k = 0; k < kSteps; ++k) step(sums);
            for (const Floats& sum : sums) start += sum;
            forget(start);
        }
    });
    int threads = 0;
#pragma omp parallel reduction(+ : threads)
    threads += 1;
    return static_cast<double>(threads) * static_cast<double>(kSteps) * count * kLanes / seconds;
}

double multiply_adds() {
    Floats factor = splat(0.999f), addend = splat(0.001f);
    forget(factor);
    forget(addend);
    return rate(12, [=](Floats* sums) {
#pragma GCC unroll 12
        for (int i = 0; i < 12; ++i) sums[i] = sums[i] * factor + addend;
    });
}

double exponentials() {
    Floats logits = splat(-3.25f);
    forget(logits);
    return rate(8, [=](Floats* sums) {
        Floats first[4], second[4];
        for (int i = 0; i < 4; ++i) first[i] = second[i] = logits;
        for (int i = 0; i < 4; ++i) asm volatile("" : "+v"(first[i]), "+v"(second[i]));
        exponentiate(first);
        exponentiate(second);
        for (int i = 0; i < 4; ++i) {
            sums[i] += first[i];
            sums[i + 4] += second[i];
        }
    });
}

}  // namespace

int main() {
    const std::unique_ptr<float[]> a(new float[kFloats]()), b(new float[kFloats]());
    std::printf(
        "{\"copy_gb\": %.1f, \"copy_past_caches_gb\": %.1f, \"triad_gb\": %.1f, \"multiply_adds_g\": %.1f, "
        "\"exponentials_g\": %.2f, \"lanes\": %d}\n",
        copy(a.get(), b.get()) / 1e9, copy_past_caches(a.get(), b.get()) / 1e9, triad(a.get(), b.get()) / 1e9,
        multiply_adds() / 1e9, exponentials() / 1e9, kLanes);
    return 0;
}
