// One random call: its arguments in guarded memory, what is done to them, and what must hold afterwards.
#pragma once

#include <array>
#include <deque>

#include "fuzz/guarded.hpp"
#include "harness.hpp"

namespace test {

/** How calls ended, by kind. */
struct Tally {
    int64_t calls = 0, accepted = 0, refused = 0;
};

/** A view and the memory it lies in. */
struct Slot {
    Guarded memory{1 << 15};
    imas_tensor view = {};
    const char* name = "";
    bool output = false, given = true;
    bool is_view = true;  // else its address is all the call has, or its values must be right: it is not spoiled

    operator const imas_tensor*() const { return given ? &view : nullptr; }
};

class Call {
public:
    Call() = default;

    /** Begins a call of its own: all that follows is drawn from this seed. */
    void begin(const char* function, uint64_t seed);

    Random random{0};
    imas_backend backend = kTested;
    const imas_backend* given_backend = &backend;

    /** The next argument, of a random layout; an input holds random numbers of its type, an output none. */
    Slot& input(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w);
    Slot& output(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w);

    /** As input, but contiguous, with integers from `values`. */
    Slot& integers(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w,
                   const std::function<int64_t()>& values);

    /** So many floats end to end, of which no view is given: the call has their address alone. */
    Slot& floats(const char* name, int64_t n, bool output);

    imas_dtype float_type() { return random.one_of(kFloatTypes); }

    /** Mostly a sensible number near `usual`. */
    float number(float usual);

    /** True in one of n cases. */
    bool rarely(int64_t n) { return random.below(n) == 0; }

    /**
     * Spoils the arguments perhaps, makes the call, and checks what it left. `needed` asks for the workspace's size;
     * `call` gets the workspace.
     */
    void make(const std::function<size_t()>& needed, const std::function<int32_t(void*, size_t)>& call, Tally& tally);

    /** What is being done, for a report. */
    const char* description() const { return description_; }

private:
    Slot& next(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w, bool output);
    void lay_out(Slot& slot, bool contiguous);
    void fill(Slot& slot);
    void spoil();
    void spoil_view(Slot& slot);
    void spoil_backend();
    void keep_in_memory(Slot& slot);
    void draw_workspace(size_t needed);
    void allow_outputs();
    void check(int32_t status);
    void describe();

    const char* function_ = "";
    std::deque<Slot> slots_;  // of which the first used_ belong to this call
    size_t used_ = 0;
    Guarded workspace_memory_{1 << 19};
    void* workspace_ = nullptr;
    size_t workspace_bytes_ = 0;
    char description_[2048] = "";
};

}  // namespace test
