#undef _FORTIFY_SOURCE  // its longjmp takes a change of stacks for an error
#include "emulation/simt.hpp"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <numeric>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

dim3 gridDim, blockDim, blockIdx, threadIdx;

namespace simt {
namespace {

const size_t kStack = 256 * 1024;

enum class State { ready, at_block_barrier, at_warp_barrier, at_shuffle, done };

/** Where to go on. */
struct Place {
    ucontext_t context;
    jmp_buf jump;
    bool begun = true;  // else the context says where
};

/** A byte of shared memory. */
struct Written {
    size_t at;
    unsigned char value;
};

struct Fiber {
    Place place;
    std::unique_ptr<unsigned char[]> stack;
    std::vector<Written> written;  // in weak memory: what the other threads do not see yet
    State state = State::ready;
    dim3 index;
    unsigned number = 0;
    unsigned votes = 0, messages = 0;  // barriers with a value, exchanges within the warp so far
    void* fake_stack = nullptr;
};

uint64_t seed_state = 1;
std::mutex one_launch;

uint64_t next_random() {  // SplitMix64
    uint64_t z = seed_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

std::vector<unsigned> shuffled(size_t count) {
    std::vector<unsigned> order(count);
    std::iota(order.begin(), order.end(), 0u);
    for (size_t i = count; i > 1; i--) std::swap(order[i - 1], order[next_random() % i]);
    return order;
}

// The block in flight. Fibers that have begun stay where they are, and serve the next blocks.
const unsigned kMostInBlock = 1024;
Fiber fibers[kMostInBlock];
unsigned threads = 0;
Fiber* current = nullptr;
Place scheduler;
const std::function<void()>* body_in_flight = nullptr;
std::unique_ptr<unsigned char[]> shared_memory;
bool weak_memory = false;
std::vector<unsigned char> seen;  // in weak memory: shared memory as all threads see it
std::vector<uint64_t> mail;       // two mailboxes a thread, used in turn
bool votes[3];                    // used in turn

// AddressSanitizer must be told when the stack changes.
const void* scheduler_stack = nullptr;
size_t scheduler_stack_size = 0;
void* scheduler_fake_stack = nullptr;

void leave_for(void** fake_stack, const void* stack, size_t size) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(fake_stack, stack, size);
#else
    (void)fake_stack;
    (void)stack;
    (void)size;
#endif
}

void arrive(void* fake_stack, const void** from_stack, size_t* from_size) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fake_stack, from_stack, from_size);
#else
    (void)fake_stack;
    (void)from_stack;
    (void)from_size;
#endif
}

/** Goes on at `to`; returns when someone goes on at `from`. A jump spares the system calls of a swap. */
__attribute__((noinline)) void go(Place& from, Place& to) {
#ifdef __SANITIZE_ADDRESS__  // which does not follow jumps
    swapcontext(&from.context, &to.context);
#else
    if (_setjmp(from.jump)) return;
    if (to.begun) _longjmp(to.jump, 1);
    to.begun = true;
    setcontext(&to.context);
#endif
}

void to_scheduler(State state) {
    Fiber* const self = current;
    self->state = state;
    leave_for(state == State::done ? nullptr : &self->fake_stack, scheduler_stack, scheduler_stack_size);
    go(self->place, scheduler);
    arrive(self->fake_stack, &scheduler_stack, &scheduler_stack_size);
}

/** The life of a fiber: a thread of one block after the other. */
void fiber_main() {
    arrive(nullptr, &scheduler_stack, &scheduler_stack_size);
    for (;;) {
        (*body_in_flight)();
        to_scheduler(State::done);
    }
}

/** Shared memory becomes what all threads see; the rest is the fiber's own until a barrier. */
void hold_back(Fiber& fiber) {
    fiber.written.clear();
    for (size_t at = 0; at < seen.size(); at++) {
        if (shared_memory[at] == seen[at]) continue;
        fiber.written.push_back({at, shared_memory[at]});
        shared_memory[at] = seen[at];
    }
}

void resume(Fiber& fiber) {
    current = &fiber;
    threadIdx = fiber.index;
    for (const Written& byte : fiber.written) shared_memory[byte.at] = byte.value;
    leave_for(&scheduler_fake_stack, fiber.stack.get(), kStack);
    go(scheduler, fiber.place);
    arrive(scheduler_fake_stack, nullptr, nullptr);
    if (weak_memory) hold_back(fiber);
}

[[noreturn]] void die(const char* what) {
    std::fprintf(stderr, "simt: block (%u,%u,%u): %s\n", blockIdx.x, blockIdx.y, blockIdx.z, what);
    std::fflush(stderr);
    std::_Exit(3);
}

size_t count_in(State state, size_t first, size_t last) {
    size_t n = 0;
    for (size_t i = first; i < last; i++) n += fibers[i].state == state;
    return n;
}

bool wake_if_all_at(State barrier, size_t first, size_t last) {
    if (count_in(barrier, first, last) != last - first) return false;
    for (size_t i = first; i < last; i++) {
        fibers[i].state = State::ready;
        if (barrier == State::at_shuffle) continue;
        for (const Written& byte : fibers[i].written) shared_memory[byte.at] = seen[byte.at] = byte.value;
        fibers[i].written.clear();
    }
    return true;
}

/** Wakes the warps that are complete at their barrier, else the block if it is; false when nothing could be woken. */
bool release() {
    bool any = false;
    for (size_t first = 0; first < threads; first += 32) {
        const size_t last = std::min<size_t>(first + 32, threads);
        any |= wake_if_all_at(State::at_warp_barrier, first, last) || wake_if_all_at(State::at_shuffle, first, last);
    }
    return any || wake_if_all_at(State::at_block_barrier, 0, threads);
}

void make(Fiber& fiber) {
    fiber.stack.reset(new unsigned char[kStack]);
    fiber.place.begun = false;
    getcontext(&fiber.place.context);
    fiber.place.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.place.context.uc_stack.ss_size = kStack;
    fiber.place.context.uc_link = nullptr;
    makecontext(&fiber.place.context, fiber_main, 0);
}

void start(Fiber& fiber, unsigned number, dim3 block) {
    if (!fiber.stack) make(fiber);
    fiber.state = State::ready;
    fiber.number = number;
    fiber.votes = fiber.messages = 0;
    fiber.index = dim3(number % block.x, number / block.x % block.y, number / (block.x * block.y));
    fiber.fake_stack = nullptr;
    fiber.written.clear();
}

void run_block(dim3 block, size_t shared_bytes) {
    shared_memory.reset(new unsigned char[shared_bytes]);
    std::memset(shared_memory.get(), 0xFF, shared_bytes);
    seen.assign(weak_memory ? shared_bytes : 0, 0xFF);
    threads = block.x * block.y * block.z;
    mail.assign(2 * static_cast<size_t>(threads), 0);
    std::fill(std::begin(votes), std::end(votes), false);
    for (unsigned i = 0; i < threads; i++) start(fibers[i], i, block);
    while (count_in(State::done, 0, threads) < threads) {
        for (unsigned i : shuffled(threads)) {
            if (fibers[i].state == State::ready) resume(fibers[i]);
        }
        if (count_in(State::done, 0, threads) < threads && !release()) {
            die("threads part at a barrier: some wait, others have ended or wait elsewhere");
        }
    }
}

}  // namespace

void set_seed(uint64_t seed) { seed_state = seed; }

void set_weak_memory(bool weak) { weak_memory = weak; }

void launch(dim3 grid, dim3 block, size_t shared_bytes, const std::function<void()>& body) {
    std::lock_guard<std::mutex> lock(one_launch);
    const uint64_t blocks = static_cast<uint64_t>(grid.x) * grid.y * grid.z;
    const uint64_t in_block = static_cast<uint64_t>(block.x) * block.y * block.z;
    if (!blocks || !in_block || in_block > kMostInBlock || grid.y > 65535 || grid.z > 65535 ||
        shared_bytes > 48 * 1024) {
        die("a launch that no GPU accepts");
    }
    if (blocks > kMostThreads / in_block) {
        last_error = cudaErrorLaunchFailure;
        return;
    }
    gridDim = grid;
    blockDim = block;
    body_in_flight = &body;
    for (unsigned b : shuffled(blocks)) {
        blockIdx = dim3(b % grid.x, b / grid.x % grid.y, b / (grid.x * grid.y));
        run_block(block, shared_bytes);
    }
}

void barrier() { to_scheduler(State::at_block_barrier); }
bool barrier_or(bool value) {
    const unsigned turn = current->votes++;
    votes[turn % 3] |= value;
    votes[(turn + 1) % 3] = false;  // everyone has read it: all have been at the barrier of the turn before this
    barrier();
    return votes[turn % 3];
}
void warp_barrier() { to_scheduler(State::at_warp_barrier); }
void shuffle_barrier() { to_scheduler(State::at_shuffle); }
void publish(const void* address, size_t bytes) {
    const uintptr_t at = reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(shared_memory.get());
    if (at < seen.size()) std::memcpy(seen.data() + at, address, bytes);
}
unsigned lane() { return current->number % 32; }
unsigned lanes() { return std::min(32u, threads - current->number / 32 * 32); }
uint64_t* mailboxes() { return mail.data() + current->messages++ % 2 * threads + current->number / 32 * 32; }
unsigned char* shared() { return shared_memory.get(); }

}  // namespace simt
