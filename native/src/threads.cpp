#include "threads.hpp"

#include <omp.h>

#include <atomic>
#include <cinttypes>

#include "error.hpp"
#include "imas.h"

namespace imas {
namespace {

const int32_t kMostThreads = 1024;

std::atomic<int32_t> wanted{0};   // 0: OpenMP's choice
std::atomic<int32_t> helping{0};  // helpers of all calls under way

/** As many of `most` helpers as other calls leave. */
int32_t take_helpers(int32_t most) {
    int32_t taken = helping.load(std::memory_order_relaxed), mine;
    do {
        mine = taken < most ? most - taken : 0;
    } while (!helping.compare_exchange_weak(taken, taken + mine, std::memory_order_relaxed));
    return mine;
}

}  // namespace

int32_t set_threads(int32_t threads) {
    if (threads < 0 || threads > kMostThreads) {
        return fail(IMAS_ERROR_ARGUMENT, "imas_set_threads: threads is %" PRId32 ", expected 0 (OpenMP's choice) to %d",
                    threads, kMostThreads);
    }
    wanted.store(threads, std::memory_order_relaxed);
    return IMAS_OK;
}

int32_t threads() { return wanted.load(std::memory_order_relaxed); }

Team::Team(int32_t kind) {
    const int32_t most = threads();
    if (kind != IMAS_CPU || most == 0) return;
    helpers_ = take_helpers(most - 1);
    before_ = omp_get_max_threads();
    omp_set_num_threads(1 + helpers_);
}

Team::~Team() {
    if (before_ == 0) return;
    omp_set_num_threads(before_);
    helping.fetch_sub(helpers_, std::memory_order_relaxed);
}

}  // namespace imas
