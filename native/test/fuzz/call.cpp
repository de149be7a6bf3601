#include "fuzz/call.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace test {
namespace {

__extension__ typedef __int128 Wide;

int64_t element_bytes(int32_t dtype) {
    return dtype == IMAS_U8 ? 1 : dtype == IMAS_BF16 || dtype == IMAS_F16 ? 2 : dtype == IMAS_I64 ? 8 : 4;
}

/** Bytes from the first to the last element, whatever the numbers are. */
Wide span_of(const imas_tensor& t) {
    Wide last = 0;
    for (int k = 0; k < 4; ++k) last += (Wide{t.shape[k]} - 1) * t.stride[k];
    return (last + 1) * element_bytes(t.dtype);
}

/** Nothing in shape and strides alone makes the library refuse it. */
bool plausible(const imas_tensor& t) {
    for (int k = 0; k < 4; ++k) {
        if (t.shape[k] < 1 || t.shape[k] > INT32_MAX || t.stride[k] < 0 || t.stride[k] > int64_t{1} << 48) return false;
    }
    return span_of(t) <= std::numeric_limits<int64_t>::max();
}

template <class Visit>
void each_element(const imas_tensor& t, const Visit& visit) {
    for (int64_t n = 0; n < t.shape[0]; ++n)
        for (int64_t c = 0; c < t.shape[1]; ++c)
            for (int64_t h = 0; h < t.shape[2]; ++h)
                for (int64_t w = 0; w < t.shape[3]; ++w)
                    visit(static_cast<unsigned char*>(t.data) +
                          imas::cpu::IMAS_ISA::offset(t, n, c, h, w) * element_bytes(t.dtype));
}

}  // namespace

void Call::begin(const char* function, uint64_t seed) {
    function_ = function;
    random = Random(seed);
    backend = kTested;
    given_backend = &backend;
    used_ = 0;
    std::snprintf(description_, sizeof description_, "%s seed %llu", function, static_cast<unsigned long long>(seed));
}

Slot& Call::next(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w, bool output) {
    if (used_ == slots_.size()) slots_.emplace_back();
    Slot& slot = slots_[used_++];
    slot.view = {nullptr, type, 0, {n, c, h, w}, {}};
    slot.name = name;
    slot.output = output;
    slot.given = slot.is_view = true;
    return slot;
}

/** Axes in any order, sometimes with gaps; an input may repeat itself along an axis. */
void Call::lay_out(Slot& slot, bool contiguous) {
    std::array<int, 4> order = {3, 2, 1, 0};
    if (!contiguous && random.below(2)) {
        for (size_t k = 3; k > 0; --k) std::swap(order[k], order[static_cast<size_t>(random.below(4))]);
    }
    const bool gaps = !contiguous && rarely(3);
    int64_t distance = 1;
    for (int axis : order) {
        slot.view.stride[axis] = distance;
        distance = distance * slot.view.shape[axis] + (gaps ? random.below(3) : 0);
    }
    if (!contiguous && !slot.output && rarely(8)) slot.view.stride[random.below(4)] = 0;
    const size_t bytes = static_cast<size_t>(span_of(slot.view));
    if (bytes > slot.memory.size()) {
        std::fprintf(stderr, "%s: %s does not fit its memory\n", description_, slot.name);
        std::exit(2);
    }
    slot.view.data = slot.memory.place(bytes, static_cast<size_t>(element_bytes(slot.view.dtype)), !rarely(4));
}

/** Floats of all kinds, NaN and infinities among them now and then; other types as they are used as inputs. */
void Call::fill(Slot& slot) {
    const int64_t kind = random.below(8);
    const double odd[] = {static_cast<double>(NAN), INFINITY, -INFINITY, 1e38, -1e38, 1e-42, 0.0, -0.0};
    each_element(slot.view, [&](unsigned char* p) {
        const double x = kind == 0 ? odd[0] : kind < 4 && rarely(16) ? random.one_of(odd) : random.between(-4, 4);
        imas::cpu::IMAS_ISA::store(p, slot.view.dtype, 0, static_cast<float>(x));
    });
}

Slot& Call::input(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w) {
    Slot& slot = next(name, type, n, c, h, w, false);
    lay_out(slot, false);
    fill(slot);
    return slot;
}

Slot& Call::output(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w) {
    Slot& slot = next(name, type, n, c, h, w, true);
    lay_out(slot, n * c * h == 1 || type == IMAS_I32 || type == IMAS_I64);
    return slot;
}

Slot& Call::integers(const char* name, imas_dtype type, int64_t n, int64_t c, int64_t h, int64_t w,
                     const std::function<int64_t()>& values) {
    Slot& slot = next(name, type, n, c, h, w, false);
    lay_out(slot, type != IMAS_U8);
    each_element(slot.view, [&](unsigned char* p) {
        const int64_t value = values();
        std::memcpy(p, &value, static_cast<size_t>(element_bytes(type)));  // little-endian
    });
    return slot;
}

Slot& Call::floats(const char* name, int64_t n, bool output) {
    Slot& slot = next(name, IMAS_F32, 1, 1, 1, n, output);
    slot.is_view = false;
    lay_out(slot, true);
    fill(slot);
    return slot;
}

float Call::number(float usual) {
    const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -1.0f, 0.0f, 1e-42f};
    return rarely(10) ? random.one_of(odd) : usual * static_cast<float>(random.between(0.5, 1.5));
}

void Call::spoil_view(Slot& slot) {
    const int64_t axis = random.below(4);
    int64_t& extent = slot.view.shape[axis];
    int64_t& stride = slot.view.stride[axis];
    const auto plus = [](int64_t x, int64_t y) { return static_cast<int64_t>(uint64_t(x) + uint64_t(y)); };  // wraps
    const int64_t extents[] = {0,         -1,        plus(extent, 1),  plus(extent, -1), 1,  INT32_MAX,
                               INT64_MAX, INT64_MIN, int64_t{1} << 31, int64_t{1} << 40, 257};
    const int64_t strides[] = {
        0, -1, 1, plus(stride, 1), plus(stride, stride), int64_t{1} << 47, INT64_MAX, INT64_MIN, int64_t{1} << 49};
    Slot& other = slots_[static_cast<size_t>(random.below(static_cast<int64_t>(used_)))];
    switch (random.below(9)) {
        case 0: slot.given = false; break;
        case 1: slot.view.data = nullptr; break;
        case 2: slot.view.dtype = static_cast<int32_t>(random.below(10)) - 2; break;
        case 3: slot.view.reserved = static_cast<int32_t>(random.next()); break;
        case 4: extent = random.one_of(extents); break;
        case 5: stride = random.one_of(strides); break;
        case 6: slot.view.data = static_cast<char*>(slot.view.data) + random.below(8); break;
        case 7: slot.view.data = static_cast<char*>(other.view.data) + 8 * random.below(3); break;
        case 8:
            if (other.is_view) std::swap(slot.view, other.view);
            break;
    }
}

void Call::spoil_backend() {
    backend.device = static_cast<int32_t>(random.next());
    if (rarely(3)) backend.kind = static_cast<int32_t>(random.next());
    if (rarely(3)) given_backend = nullptr;
}

/** The caller must own what a view spans: one that reaches further, and might be taken, repeats one place instead. */
void Call::keep_in_memory(Slot& slot) {
    if (!slot.view.data || !plausible(slot.view)) return;
    const Wide span = span_of(slot.view);
    const auto in_memory = [&](const Slot& other) {
        return span <= static_cast<Wide>(other.memory.size()) &&
               other.memory.holds(slot.view.data, static_cast<size_t>(span));
    };
    if (std::any_of(slots_.begin(), slots_.end(), in_memory)) return;
    std::fill(slot.view.stride, slot.view.stride + 4, int64_t{0});
    slot.view.data = slots_[0].memory.place(8, 8, true);
}

void Call::spoil() {
    for (int64_t k = random.below(2) * (1 + random.below(3)); k > 0; --k) {
        Slot& slot = slots_[static_cast<size_t>(random.below(static_cast<int64_t>(used_)))];
        if (rarely(12)) spoil_backend();
        else if (slot.is_view) spoil_view(slot);
    }
    for (size_t k = 0; k < used_; ++k) keep_in_memory(slots_[k]);
}

/** As large as needed, seldom too small, missing, askew or in the way. */
void Call::draw_workspace(size_t needed) {
    const size_t bytes = std::min(needed, workspace_memory_.size());
    workspace_ = workspace_memory_.place(bytes, 64, !rarely(4));
    workspace_bytes_ = bytes;
    if (!rarely(5)) return;
    switch (random.below(4)) {
        case 0: workspace_ = nullptr; break;
        case 1: workspace_bytes_ = static_cast<size_t>(random.below(static_cast<int64_t>(bytes) + 1)); break;
        case 2: workspace_ = static_cast<char*>(workspace_) + 4; break;
        case 3: workspace_ = used_ ? slots_[0].view.data : nullptr; break;
    }
}

void Call::allow_outputs() {
    for (size_t k = 0; k < used_; ++k) {
        if (!slots_[k].output || !slots_[k].given) continue;
        for (Slot& owner : slots_) {
            each_element(slots_[k].view, [&](unsigned char* p) {
                const size_t bytes = static_cast<size_t>(element_bytes(slots_[k].view.dtype));
                if (owner.memory.holds(p, bytes)) owner.memory.allow(p, bytes);
            });
        }
    }
}

void Call::check(int32_t status) {
    const char* const said = imas_last_error();
    if (status == IMAS_OK) allow_outputs();
    EXPECT(status <= IMAS_OK && status >= IMAS_ERROR_DEVICE);
    EXPECT((status == IMAS_OK) == (said[0] == 0));
    EXPECT(!std::strchr(said, '\n'));
    for (Slot& slot : slots_) EXPECT(slot.memory.unchanged());
    EXPECT(workspace_memory_.unchanged());
}

void Call::describe() {
    size_t used = std::strlen(description_);
    const auto add = [&](const char* format, auto... values) {
        if (used < sizeof description_)
            used +=
                static_cast<size_t>(std::snprintf(description_ + used, sizeof description_ - used, format, values...));
    };
    for (size_t k = 0; k < used_; ++k) {
        const imas_tensor& t = slots_[k].view;
        add("; %s", slots_[k].name);
        if (!slots_[k].given) add(" null");
        else if (!t.data) add(" no data");
        add(" type %d", t.dtype);
        for (int i = 0; i < 4; ++i) add("%s%lld", i ? "," : " [", static_cast<long long>(t.shape[i]));
        for (int i = 0; i < 4; ++i) add("%s%lld", i ? "," : "] by [", static_cast<long long>(t.stride[i]));
        add("]");
    }
    context = description_;
}

void Call::make(const std::function<size_t()>& needed, const std::function<int32_t(void*, size_t)>& call,
                Tally& tally) {
    spoil();
    describe();
    draw_workspace(needed());
    for (Slot& slot : slots_) slot.memory.remember();
    workspace_memory_.remember();
    if (workspace_memory_.holds(workspace_, workspace_bytes_)) workspace_memory_.allow(workspace_, workspace_bytes_);
    const int32_t status = call(workspace_, workspace_bytes_);
    check(status);
    ++tally.calls;
    ++(status == IMAS_OK ? tally.accepted : tally.refused);
}

}  // namespace test
