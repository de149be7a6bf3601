// Random calls of every function of imas.h, most of them spoiled: imas_fuzz [calls [first seed]]. Whatever the
// arguments are, a call must come back, write nothing but its outputs and workspace, and nothing at all but workspace
// when it refuses. Each call is drawn from a seed of its own, so that one can be repeated alone: imas_fuzz 1 SEED.
// What a call may not do ends the process with a line that names it; so do 20 seconds of computing.
#include <signal.h>
#include <sys/time.h>

#include "fuzz/call.hpp"
#include "instructions.hpp"
#include "operations.hpp"

using namespace test;

namespace {

Call call;

Size draw_size() {
    for (;;) {
        const int64_t classes[] = {1, 2, 3, 5, 19, 21, 33, 256};
        const Size s = {1 + call.random.below(3),  call.random.one_of(classes), 1 + call.random.below(10),
                        1 + call.random.below(10), 1 + call.random.below(30),   1 + call.random.below(30)};
        const int64_t most = 1200;  // with gaps on every axis it fits 32 KB
        if (s.images * s.classes * s.h * s.w <= most && s.images * s.height * s.width <= most) return s;
    }
}

Slot& labels_of(const Size& s) {
    const bool wrong = call.rarely(10);
    return call.integers("labels", IMAS_U8, s.images, 1, s.height, s.width, [&] {
        return wrong || call.rarely(6) ? 255 - call.random.below(wrong ? 256 : 1)
                                       : call.random.below(std::min<int64_t>(s.classes, 255));
    });
}

void fuzz_pseudo_label(Tally& tally) {
    const Size s = draw_size();
    const Slot &student = call.input("student", call.float_type(), s.images, s.classes, s.h, s.w),
               &teacher = call.input("teacher", call.float_type(), s.images, s.classes, s.h, s.w),
               &labels = call.output("labels", IMAS_U8, s.images, 1, s.height, s.width),
               &confidence = call.output("confidence", IMAS_F32, s.images, 1, s.height, s.width),
               &counts = call.output("counts", IMAS_I32, s.images, 1, 1, 3 * s.classes + 2);
    const float threshold = call.number(0.5f);
    call.make([&] { return imas_pseudo_label_workspace(call.given_backend, student, labels); },
              [&](void* workspace, size_t bytes) {
                  return imas_pseudo_label(call.given_backend, student, teacher, threshold, labels, confidence, counts,
                                           workspace, bytes);
              },
              tally);
}

void fuzz_gamma(Tally& tally) {
    const int64_t images = 1 + call.random.below(6), classes = 1 + call.random.below(40);
    const bool wild = call.rarely(4);
    const Slot &counts = call.integers(
                   "counts", IMAS_I32, images, 1, 1, 3 * classes + 2,
                   [&] { return wild ? static_cast<int32_t>(call.random.next()) : call.random.below(90); }),
               &parts = call.output("parts", IMAS_F32, images, 1, 1, 5),
               &pairing = call.output("pairing", IMAS_I32, images, 1, 1, 1),
               &mean = call.output("mean", IMAS_F32, 1, 1, 1, 1);
    const int64_t odd[] = {0, -1, INT64_MAX, INT64_MIN, 1};
    const int64_t pixels = call.rarely(8) ? call.random.one_of(odd) : 900;
    const int32_t version = static_cast<int32_t>(call.rarely(10) ? call.random.next() : 1 + call.random.next() % 2);
    const int32_t weighted = static_cast<int32_t>(call.random.below(2)),
                  ignore = static_cast<int32_t>(call.random.below(2));
    call.make([] { return size_t{0}; },
              [&](void*, size_t) {
                  return imas_gamma(call.given_backend, counts, pixels, version, weighted, ignore, parts, pairing,
                                    mean);
              },
              tally);
}

/** Partners and boxes, on the CPU sometimes wrong: CUDA cannot look at them, its callers must have them right. */
int64_t partner_of(int64_t images, bool wrong) { return wrong ? call.random.below(9) - 4 : call.random.below(images); }

void fuzz_compose_batch(Tally& tally) {
    const int64_t b = 1 + call.random.below(3), labelled = call.random.below(3), h = 1 + call.random.below(12),
                  w = 1 + call.random.below(12);
    const imas_dtype type = call.float_type();
    const bool mix = !call.rarely(3), has_gamma = !call.rarely(3), wrong = refuses_values() && call.rarely(8);
    const int32_t include_weak = static_cast<int32_t>(call.rarely(12) ? call.random.next() : call.random.next() % 2);
    Slot &weak = call.input("weak", type, b, 3, h, w), &strong = call.input("strong", type, b, 3, h, w),
         &labeled = call.input("labeled", type, labelled ? labelled : 1, 3, h, w),
         &gamma = call.input("gamma", IMAS_F32, b, 1, 1, 1),
         &pairing = call.integers("pairing", IMAS_I32, b, 1, 1, 1, [&] { return partner_of(b, wrong); });
    int64_t k = 0, begin[2] = {};  // top and left of the box in hand
    Slot& boxes = call.integers("boxes", IMAS_I32, b, 1, 1, 4, [&] {
        const bool is_end = k / 2 % 2;
        const int64_t axis = k++ % 2, size = axis == 0 ? h : w;
        if (wrong) return call.random.below(40) - 10;
        const int64_t least = is_end ? begin[axis] : 0, edge = least + call.random.below(size - least + 1);
        if (!is_end) begin[axis] = edge;
        return edge;
    });
    Slot& labels = call.integers("labels", IMAS_U8, b, 1, h, w, [&] { return call.random.below(256); });
    Slot &confidence = call.input("confidence", IMAS_F32, b, 1, h, w),
         &batch = call.output("batch", call.float_type(), labelled + (include_weak == 1 ? b : 0) + (mix ? b : 0) + b, 3,
                              h, w),
         &mixed_labels = call.output("mixed_labels", IMAS_U8, b, 1, h, w),
         &mixed_confidence = call.output("mixed_confidence", IMAS_F32, b, 1, h, w);
    labeled.given = labelled > 0;
    gamma.given = has_gamma;
    pairing.is_view = boxes.is_view = refuses_values();
    for (Slot* slot : {&pairing, &boxes, &labels, &confidence, &mixed_labels, &mixed_confidence}) slot->given = mix;
    call.make([] { return size_t{0}; },
              [&](void*, size_t) {
                  return imas_compose_batch(call.given_backend, labeled, weak, strong, gamma, pairing, boxes,
                                            include_weak, labels, confidence, batch, mixed_labels, mixed_confidence);
              },
              tally);
}

void fuzz_consistency_loss(Tally& tally) {
    const Size s = draw_size();
    const Slot& logits = call.input("logits", call.float_type(), s.images, s.classes, s.h, s.w);
    const Slot& labels = labels_of(s);
    const Slot& confidence = call.input("confidence", IMAS_F32, s.images, 1, s.height, s.width);
    Slot &weight = call.input("weight", IMAS_F32, s.images, 1, 1, 1), &loss = call.output("loss", IMAS_F32, 1, 1, 1, 1),
         &grad = call.output("grad", call.float_type(), s.images, s.classes, s.h, s.w);
    weight.given = !call.rarely(3);
    grad.given = !call.rarely(3);
    const float threshold = call.number(0.3f), scale = call.number(1.0f);
    call.make([&] { return imas_consistency_loss_workspace(call.given_backend, logits, labels); },
              [&](void* workspace, size_t bytes) {
                  return imas_consistency_loss(call.given_backend, logits, labels, confidence, threshold, weight, scale,
                                               loss, grad, workspace, bytes);
              },
              tally);
}

void fuzz_supervised_loss(Tally& tally) {
    const Size s = draw_size();
    const Slot& logits = call.input("logits", call.float_type(), s.images, s.classes, s.h, s.w);
    const Slot& labels = labels_of(s);
    Slot &loss = call.output("loss", IMAS_F32, 1, 1, 1, 1), &kept = call.output("kept", IMAS_I64, 1, 1, 1, 1),
         &grad = call.output("grad", call.float_type(), s.images, s.classes, s.h, s.w);
    kept.given = !call.rarely(3);
    grad.given = !call.rarely(3);
    const int32_t kind = static_cast<int32_t>(call.rarely(12) ? call.random.next() : call.random.next() % 2);
    const int64_t odd[] = {-1, INT64_MAX, INT64_MIN};
    const int64_t min_kept = call.rarely(8) ? call.random.one_of(odd) : call.random.below(300);
    const float thresh = call.number(0.5f), scale = call.number(1.0f);
    call.make([&] { return imas_supervised_loss_workspace(call.given_backend, logits, labels, kind); },
              [&](void* workspace, size_t bytes) {
                  return imas_supervised_loss(call.given_backend, logits, labels, kind, thresh, min_kept, scale, loss,
                                              kept, grad, workspace, bytes);
              },
              tally);
}

/** The lists lie in host memory; what is spoiled are their entries. */
void fuzz_ema_update(Tally& tally) {
    int64_t count = call.random.below(5);
    void* teacher[4];
    const void* student[4];
    int64_t numel[4];
    std::array<Slot*, 4> outputs;
    for (size_t k = 0; k < 4; ++k) {
        numel[k] = call.random.below(600);
        const int64_t room = std::max<int64_t>(numel[k], 1);
        outputs[k] = &call.floats("teacher", room, true);
        student[k] = call.floats("student", room, false).view.data;
        outputs[k]->given = static_cast<int64_t>(k) < count && numel[k] > 0;
        teacher[k] = outputs[k]->view.data;
    }
    void* const* teachers = teacher;
    const void* const* students = student;
    const int64_t* numels = numel;
    if (call.rarely(3)) {
        const size_t k = static_cast<size_t>(call.random.below(4)), other = static_cast<size_t>(call.random.below(4));
        const int64_t odd[] = {-1, INT64_MIN, INT64_MAX, INT64_MAX / 8 + 1};
        switch (call.random.below(8)) {
            case 0: teacher[k] = nullptr; break;
            case 1: student[k] = nullptr; break;
            case 2: teacher[k] = static_cast<char*>(teacher[k]) + 1 + call.random.below(3); break;
            case 3: student[k] = numel[other] >= numel[k] ? teacher[other] : teacher[k]; break;
            case 4: numel[k] = call.random.one_of(odd); break;
            case 5: count = call.random.below(2) ? -1 : int64_t{1} << 40; break;
            case 6: teachers = nullptr; break;
            case 7: numels = call.random.below(2) ? nullptr : numels, students = nullptr; break;
        }
    }
    const float decay = call.number(0.6f);
    const auto run = [&](void* workspace, size_t bytes) {
        return imas_ema_update(call.given_backend, count, teachers, students, numels, decay, workspace, bytes);
    };
    call.make([&] { return imas_ema_update_workspace(call.given_backend, count, numels); }, run, tally);
}

void fuzz_confusion(Tally& tally) {
    const Size s = draw_size();
    const Slot& logits = call.input("logits", call.float_type(), s.images, s.classes, s.h, s.w);
    const Slot &truth = labels_of(s), &counts = call.output("counts", IMAS_I64, 1, 1, 3, s.classes);
    call.make([&] { return imas_confusion_workspace(call.given_backend, logits, truth); },
              [&](void* workspace, size_t bytes) {
                  return imas_confusion(call.given_backend, logits, truth, counts, workspace, bytes);
              },
              tally);
}

/** A convolution of few taps; no backend is spoiled, for it has none. */
void fuzz_weight_gradient(Tally& tally) {
    const int64_t n = 1 + call.random.below(2), c = 1 + call.random.below(20), o = 1 + call.random.below(9),
                  h = 1 + call.random.below(6), w = 1 + call.random.below(6), taps = 1 + call.random.below(3);
    int32_t stride = static_cast<int32_t>(1 + call.random.below(3)),
            dilation = static_cast<int32_t>(1 + call.random.below(2)),
            padding = static_cast<int32_t>(dilation * (taps - 1));
    const auto out = [&](int64_t size) { return (size + 2 * padding - dilation * (taps - 1) - 1) / stride + 1; };
    const Slot &images = call.input("images", IMAS_F32, n, c, h, w),
               &gradient = call.input("gradient", IMAS_F32, n, o, out(h), out(w)),
               &weights = call.output("weights", IMAS_F32, o, c, taps, taps);
    if (call.rarely(8)) {
        const int32_t odd[] = {0, -1, INT32_MAX, INT32_MIN, 3};
        int32_t* const numbers[] = {&stride, &dilation, &padding};
        *call.random.one_of(numbers) = call.random.one_of(odd);
    }
    call.make([&] { return imas_weight_gradient_workspace(images, gradient); },
              [&](void* workspace, size_t bytes) {
                  return imas_weight_gradient(images, gradient, stride, padding, dilation, weights, workspace, bytes);
              },
              tally);
}

/** A convolution of 3x3 taps; no backend is spoiled, for it has none. */
void fuzz_convolution(Tally& tally) {
    const int64_t n = 1 + call.random.below(2), c = 1 + call.random.below(20), o = 1 + call.random.below(20),
                  h = 1 + call.random.below(7), w = 1 + call.random.below(7);
    int32_t dilation = static_cast<int32_t>(1 + call.random.below(3)),
            flags = static_cast<int32_t>(call.random.below(8));
    const bool transposed = flags & IMAS_CONVOLUTION_TRANSPOSED;
    const Slot &images = call.input("images", IMAS_F32, n, c, h, w),
               &weights = call.input("weights", IMAS_F32, transposed ? c : o, transposed ? o : c, 3, 3),
               &bias = call.input("bias", IMAS_F32, 1, o, 1, 1), &result = call.output("result", IMAS_F32, n, o, h, w);
    if (call.rarely(8)) {
        const int32_t odd[] = {0, -1, INT32_MAX, INT32_MIN, 3, 32767};
        int32_t* const numbers[] = {&dilation, &flags};
        *call.random.one_of(numbers) = call.random.one_of(odd);
    }
    call.make([&] { return imas_convolution_workspace(images, weights, dilation, flags); },
              [&](void* workspace, size_t bytes) {
                  return imas_convolution(images, weights, bias, dilation, flags, result, workspace, bytes);
              },
              tally);
}

/** A convolution of few taps of any kind; no backend is spoiled, for it has none. */
void fuzz_plain_convolution(Tally& tally) {
    const int64_t n = 1 + call.random.below(2), c = 1 + call.random.below(14), o = 1 + call.random.below(34),
                  h = 1 + call.random.below(4), w = 1 + call.random.below(4), taps = 1 + call.random.below(3);
    int32_t stride = static_cast<int32_t>(1 + call.random.below(3)),
            dilation = static_cast<int32_t>(1 + call.random.below(2)),
            padding = static_cast<int32_t>(dilation * (taps - 1)), flags = static_cast<int32_t>(call.random.below(8));
    const bool transposed = flags & IMAS_CONVOLUTION_TRANSPOSED;
    const auto out = [&](int64_t size) { return (size + 2 * padding - dilation * (taps - 1) - 1) / stride + 1; };
    const auto here = [&](int64_t size) { return transposed ? out(size) : size; };
    const auto there = [&](int64_t size) { return transposed ? size : out(size); };
    const Slot &images = call.input("images", IMAS_F32, n, c, here(h), here(w)),
               &weights = call.input("weights", IMAS_F32, transposed ? c : o, transposed ? o : c, taps, taps),
               &bias = call.input("bias", IMAS_F32, 1, o, 1, 1),
               &result = call.output("result", IMAS_F32, n, o, there(h), there(w));
    if (call.rarely(8)) {
        const int32_t odd[] = {0, -1, INT32_MAX, INT32_MIN, 3, 32767};
        int32_t* const numbers[] = {&stride, &dilation, &padding, &flags};
        *call.random.one_of(numbers) = call.random.one_of(odd);
    }
    call.make([&] { return imas_plain_convolution_workspace(weights, result, flags); },
              [&](void* workspace, size_t bytes) {
                  return imas_plain_convolution(images, weights, bias, stride, padding, dilation, flags, result,
                                                workspace, bytes);
              },
              tally);
}

/** Says which call it was and ends the process; only what a signal handler may do. */
void give_up(int signal) {
    const char* const what = signal == SIGPROF ? "\nno end after 20 s: " : "\ncrash in: ";
    const char* const texts[] = {what, call.description(), "\n"};
    for (const char* text : texts) {
        if (write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
    }
    _exit(3);
}

void watch() {
#ifndef __SANITIZE_ADDRESS__  // which reports better
    for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) signal(number, give_up);
#endif
    signal(SIGPROF, give_up);
}

/** Of computing, so that a busy machine makes no difference. */
void allow_20_seconds() {
    const itimerval limit = {{0, 0}, {20, 0}};
    setitimer(ITIMER_PROF, &limit, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    if (lacks_instructions()) return skipped;
    const int64_t calls = argc > 1 ? std::atoll(argv[1]) : 20000;
    const uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    struct {
        const char* name;
        void (*run)(Tally&);
        Tally tally;
    } operations[] = {
#define IMAS_FUZZ(name) {"imas_" #name, fuzz_##name, {}},
        IMAS_EACH_OPERATION(IMAS_FUZZ) IMAS_FUZZ(convolution) IMAS_FUZZ(plain_convolution) IMAS_FUZZ(weight_gradient)
#undef IMAS_FUZZ
    };
    watch();
    for (int64_t k = 0; k < calls; ++k) {
        const uint64_t seed = first + static_cast<uint64_t>(k);
        auto& operation = operations[seed % (sizeof operations / sizeof *operations)];
        allow_20_seconds();
        call.begin(operation.name, seed);
        operation.run(operation.tally);
    }
    int64_t made = 0;
    for (const auto& operation : operations) {
        const Tally& t = operation.tally;
        std::printf("%s: %lld calls, %lld accepted, %lld refused\n", operation.name, static_cast<long long>(t.calls),
                    static_cast<long long>(t.accepted), static_cast<long long>(t.refused));
        made += t.calls;
        if (t.calls >= 500) EXPECT(t.accepted >= t.calls / 5 && t.refused >= t.calls / 5);  // else it shows nothing
    }
    std::printf("%lld calls, %d failures\n", static_cast<long long>(made), failures);
    return made == 0 || failures;
}
