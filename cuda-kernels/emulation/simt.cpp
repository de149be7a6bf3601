#include "emulation/simt.hpp"

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

enum class State { ready, at_block_barrier, at_warp_barrier, done };

struct Fiber {
    ucontext_t context;
    std::unique_ptr<unsigned char[]> stack;
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

// The block in flight.
std::vector<Fiber> fibers;
Fiber* current = nullptr;
ucontext_t scheduler;
const std::function<void()>* body_in_flight = nullptr;
std::unique_ptr<unsigned char[]> shared_memory;
std::vector<uint64_t> mail;  // two mailboxes a thread, used in turn
bool votes[3];               // used in turn

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

void to_scheduler(State state) {
    Fiber* const self = current;
    self->state = state;
    leave_for(state == State::done ? nullptr : &self->fake_stack, scheduler_stack, scheduler_stack_size);
    swapcontext(&self->context, &scheduler);
    arrive(self->fake_stack, nullptr, nullptr);
}

void fiber_main() {
    arrive(nullptr, &scheduler_stack, &scheduler_stack_size);
    (*body_in_flight)();
    to_scheduler(State::done);
}

void resume(Fiber& fiber) {
    current = &fiber;
    threadIdx = fiber.index;
    leave_for(&scheduler_fake_stack, fiber.stack.get(), kStack);
    swapcontext(&scheduler, &fiber.context);
    arrive(scheduler_fake_stack, nullptr, nullptr);
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
    for (size_t i = first; i < last; i++) fibers[i].state = State::ready;
    return true;
}

/** Wakes the warps that are complete at their barrier, else the block if it is; false when nothing could be woken. */
bool release() {
    bool any = false;
    for (size_t first = 0; first < fibers.size(); first += 32) {
        any |= wake_if_all_at(State::at_warp_barrier, first, std::min(first + 32, fibers.size()));
    }
    return any || wake_if_all_at(State::at_block_barrier, 0, fibers.size());
}

void start(Fiber& fiber, unsigned number, dim3 block) {
    if (!fiber.stack) fiber.stack.reset(new unsigned char[kStack]);
    fiber.state = State::ready;
    fiber.number = number;
    fiber.votes = fiber.messages = 0;
    fiber.index = dim3(number % block.x, number / block.x % block.y, number / (block.x * block.y));
    fiber.fake_stack = nullptr;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = kStack;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, fiber_main, 0);
}

void run_block(dim3 block, size_t shared_bytes) {
    shared_memory.reset(new unsigned char[shared_bytes]);
    std::memset(shared_memory.get(), 0xFF, shared_bytes);
    const unsigned count = block.x * block.y * block.z;
    mail.assign(2 * static_cast<size_t>(count), 0);
    std::fill(std::begin(votes), std::end(votes), false);
    fibers.resize(count);
    for (unsigned i = 0; i < count; i++) start(fibers[i], i, block);
    while (count_in(State::done, 0, count) < count) {
        for (unsigned i : shuffled(count)) {
            if (fibers[i].state == State::ready) resume(fibers[i]);
        }
        if (count_in(State::done, 0, count) < count && !release()) {
            die("threads part at a barrier: some wait, others have ended or wait elsewhere");
        }
    }
}

}  // namespace

void set_seed(uint64_t seed) { seed_state = seed; }

void launch(dim3 grid, dim3 block, size_t shared_bytes, const std::function<void()>& body) {
    std::lock_guard<std::mutex> lock(one_launch);
    const uint64_t blocks = static_cast<uint64_t>(grid.x) * grid.y * grid.z;
    const unsigned threads = block.x * block.y * block.z;
    if (!blocks || !threads || threads > 1024 || grid.y > 65535 || grid.z > 65535 || shared_bytes > 48 * 1024) {
        die("a launch that no GPU accepts");
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
unsigned lane() { return current->number % 32; }
unsigned lanes() {
    const size_t first = current->number / 32 * 32;
    return static_cast<unsigned>(std::min<size_t>(32, fibers.size() - first));
}
uint64_t* mailboxes() { return mail.data() + current->messages++ % 2 * fibers.size() + current->number / 32 * 32; }
unsigned char* shared() { return shared_memory.get(); }

}  // namespace simt
