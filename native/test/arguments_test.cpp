// Every kind of refusal: the status, a message that names the argument, and outputs left alone.
#include "cpu/caches.hpp"
#include "harness.hpp"

using namespace test;

namespace {

struct Call {
    Tensor student{IMAS_F32, 2, 3, 4, 5}, teacher{IMAS_F32, 2, 3, 4, 5}, labels{IMAS_U8, 2, 1, 8, 9},
        confidence{IMAS_F32, 2, 1, 8, 9}, counts{IMAS_I32, 2, 1, 1, 11};
    Workspace workspace{1 << 16};

    int32_t operator()(float threshold = 0.5f) const {
        return imas_pseudo_label(&kTested, student, teacher, threshold, labels, confidence, counts, workspace.data,
                                 workspace.bytes);
    }
};

void caches() {
    EXPECT(!imas::hides_caches("AuthenticAMD", 0x00004121, 0x00004143));  // of a Zen 3
    EXPECT(imas::hides_caches("AuthenticAMD", 0, 0));
    EXPECT(imas::hides_caches("AuthenticAMD", 0x00004121, 0));
    EXPECT(imas::hides_caches("AuthenticAMD", 0xFFFFFFE0, 0x00004143));
    EXPECT(!imas::hides_caches("GenuineIntel", 0, 0));  // asked in another way
    EXPECT(imas_cpu_hides_caches() == 0 || imas_cpu_hides_caches() == 1);
}

void views() {
    Call call;
    call.student.fill([] { return 0; });
    call.teacher.fill([] { return 0; });
    EXPECT_OK(call());
    EXPECT(imas_last_error()[0] == 0);

    const auto refuse = [&](Tensor& t, const std::function<void(imas_tensor&)>& spoil, const char* text) {
        const imas_tensor good = t.view;
        const auto before = joined({&call.labels, &call.confidence, &call.counts});
        spoil(t.view);
        EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, text);
        t.view = good;
        EXPECT(joined({&call.labels, &call.confidence, &call.counts}) == before);
    };
    refuse(
        call.student, [](imas_tensor& t) { t.data = nullptr; }, "student has no data");
    refuse(
        call.student, [](imas_tensor& t) { t.dtype = IMAS_U8; }, "student has dtype 3 (u8), expected f32, bf16 or f16");
    refuse(
        call.student, [](imas_tensor& t) { t.dtype = 77; }, "student has dtype 77");
    refuse(
        call.student, [](imas_tensor& t) { t.dtype = -1; }, "student has dtype -1");
    refuse(
        call.student, [](imas_tensor& t) { t.reserved = 1; }, "reserved");
    refuse(
        call.student, [](imas_tensor& t) { t.shape[0] = 0; }, "extent 0 on axis 0");
    refuse(
        call.student, [](imas_tensor& t) { t.shape[2] = -4; }, "extent -4 on axis 2");
    refuse(
        call.student, [](imas_tensor& t) { t.shape[2] = int64_t{1} << 40; }, "axis 2");
    refuse(
        call.student, [](imas_tensor& t) { t.stride[1] = -20; }, "stride -20 on axis 1");
    refuse(
        call.student,
        [](imas_tensor& t) {
            t.stride[0] = INT64_MAX;
            t.stride[1] = INT64_MAX;
        },
        "beyond the address space");
    refuse(
        call.student, [](imas_tensor& t) { t.stride[0] = INT64_MAX / 4; }, "beyond the address space");
    refuse(
        call.student,
        [](imas_tensor& t) {
            t.shape[3] = 1;
            t.stride[3] = INT64_MAX;
        },
        "beyond the address space");
    refuse(
        call.student, [](imas_tensor& t) { t.data = static_cast<char*>(t.data) + 2; }, "not aligned");
    refuse(
        call.student,
        [](imas_tensor& t) {
            t.shape[1] = 257;
            t.stride[1] = 0;
        },
        "257 classes");
    refuse(
        call.teacher, [](imas_tensor& t) { t.shape[3] = 4; }, "teacher has shape [2,3,4,4], expected [2,3,4,5]");
    refuse(
        call.labels, [](imas_tensor& t) { t.stride[3] = 0; }, "several elements in one place");
    refuse(
        call.labels, [](imas_tensor& t) { t.shape[0] = 1; }, "labels has shape [1,1,8,9]");
    refuse(
        call.labels, [&](imas_tensor& t) { t.data = call.student.view.data; }, "labels overlaps student");
    refuse(
        call.confidence, [](imas_tensor& t) { t.dtype = IMAS_BF16; }, "confidence has dtype 1 (bf16), expected f32");
    refuse(
        call.counts, [](imas_tensor& t) { t.shape[3] = 10; }, "counts has shape");
    refuse(
        call.counts, [](imas_tensor& t) { t.stride[0] = 12; }, "contiguous");
    refuse(
        call.counts, [&](imas_tensor& t) { t.data = call.confidence.view.data; }, "counts overlaps confidence");
    EXPECT_REFUSED(call(NAN), IMAS_ERROR_ARGUMENT, "threshold");

    // Strides of axes with one element mean nothing, and inputs may repeat memory.
    call.labels.view.stride[1] = 0;
    call.student.view.stride[0] = 0;
    EXPECT_OK(call());
}

void backends_and_workspaces() {
    Call call;
    call.student.fill([] { return 0; });
    call.teacher.fill([] { return 0; });
    const auto run = [&](const imas_backend* backend, void* data, size_t bytes) {
        return imas_pseudo_label(backend, call.student, call.teacher, 0.5f, call.labels, call.confidence, call.counts,
                                 data, bytes);
    };
    const imas_backend unknown = {9, 0, nullptr};
    EXPECT_REFUSED(run(nullptr, call.workspace.data, call.workspace.bytes), IMAS_ERROR_ARGUMENT, "backend is missing");
    EXPECT_REFUSED(run(&unknown, call.workspace.data, call.workspace.bytes), IMAS_ERROR_BACKEND, "backend kind is 9");
    EXPECT(imas_backend_available(IMAS_CPU) == 1 && imas_backend_available(9) == 0);
    EXPECT(imas_device_available(IMAS_CPU, 3) == 1 && imas_device_available(9, 0) == 0);
    EXPECT(imas_device_available(IMAS_CPU, -1) == 0 && std::strstr(imas_last_error(), "device is -1"));

    const size_t needed = imas_pseudo_label_workspace(&kTested, call.student, call.labels);
    EXPECT(needed > 0);
    EXPECT_OK(run(&kTested, call.workspace.data, needed));
    EXPECT_REFUSED(run(&kTested, nullptr, needed), IMAS_ERROR_WORKSPACE, "workspace is missing");
    EXPECT_REFUSED(run(&kTested, call.workspace.data, needed - 1), IMAS_ERROR_WORKSPACE, "are needed");
    EXPECT_REFUSED(run(&kTested, static_cast<char*>(call.workspace.data) + 8, needed), IMAS_ERROR_WORKSPACE,
                   "aligned to 64");
    // The overlap is refused before a byte is written, so pointing the student at the workspace is harmless.
    const imas_tensor good = call.student.view;
    call.student.view.data = call.workspace.data;
    EXPECT_REFUSED(run(&kTested, call.workspace.data, needed), IMAS_ERROR_WORKSPACE, "overlaps");
    call.student.view = good;

    EXPECT(imas_pseudo_label_workspace(&kTested, nullptr, call.labels) == 0 &&
           std::strstr(imas_last_error(), "logits is missing"));
    EXPECT(imas_confusion_workspace(&kTested, call.student, nullptr) == 0 &&
           std::strstr(imas_last_error(), "truth is missing"));

    // A view may be larger than memory; its workspace cannot be had, and asking must not wrap around.
    Tensor one(IMAS_F32, 1, 1, 1, 1), map(IMAS_U8, 1, 1, 1, 1);
    one.view.shape[0] = map.view.shape[0] = INT32_MAX;
    const int64_t side = 46340;
    const imas_tensor vast = {map.view.data, IMAS_U8, 0, {INT32_MAX, 1, side, side}, {side * side, 1, side, 1}};
    if (refuses_values()) EXPECT(imas_supervised_loss_workspace(&kTested, one, &vast, IMAS_OHEM) == SIZE_MAX);
}

/** Few bytes and no end of work: views that repeat memory, and places that no 32-bit count holds. */
void endless_views() {
    Tensor logits(IMAS_F32, 1, 2, 1, 1), truth(IMAS_U8, 1, 1, 1, 1), counts(IMAS_I64, 1, 1, 3, 2);
    logits.fill([] { return 1; });
    truth.fill([] { return 0; });
    counts.fill([] { return 0; });
    Workspace workspace(1 << 16);
    const auto call = [&] { return imas_confusion(&kTested, logits, truth, counts, workspace.data, workspace.bytes); };
    const auto repeat = [](Tensor& t, int64_t n, int64_t h, int64_t w) {
        t.view.shape[0] = n, t.view.shape[2] = h, t.view.shape[3] = w;
        t.view.stride[0] = t.view.stride[2] = t.view.stride[3] = 0;
        t.view.stride[1] = 1;
    };
    repeat(truth, 1, 1 << 12, (1 << 13) + 1);
    EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "truth repeats memory over 33558528 places (N*H*W)");
    repeat(truth, INT32_MAX, 1, 1);
    repeat(logits, INT32_MAX, 1, 1);
    EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "logits repeats memory");
    repeat(logits, INT32_MAX, INT32_MAX, INT32_MAX);
    EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "logits repeats memory");
    const int64_t side = 1 << 16;
    for (Tensor* t : {&truth, &logits}) {
        repeat(truth, 1, 1, 1);
        repeat(logits, 1, 1, 1);
        repeat(*t, 1, side, side);
        t->view.stride[2] = side, t->view.stride[3] = 1, t->view.stride[1] = side * side;
        EXPECT_REFUSED(call(), IMAS_ERROR_ARGUMENT, "4294967296 pixels an image");
    }
    EXPECT(counts.get(0, 0, 1, 0) == 0);

    repeat(logits, 1, 1, 1);
    repeat(truth, 1, 100, 70);
    EXPECT_OK(call());
    EXPECT(counts.get(0, 0, 0, 0) == 7000);
}

void other_functions() {
    const imas_backend* cpu = &kTested;
    Tensor counts(IMAS_I32, 2, 1, 1, 11), parts(IMAS_F32, 2, 1, 1, 5), pairing(IMAS_I32, 2, 1, 1, 1),
        mean(IMAS_F32, 1, 1, 1, 1);
    counts.fill([] { return 0; });
    EXPECT_REFUSED(imas_gamma(cpu, nullptr, 9, 1, 1, 1, parts, pairing, mean), IMAS_ERROR_ARGUMENT,
                   "counts is missing");
    EXPECT_REFUSED(imas_gamma(cpu, counts, 0, 1, 1, 1, parts, pairing, mean), IMAS_ERROR_ARGUMENT, "pixels is 0");
    EXPECT_REFUSED(imas_gamma(cpu, counts, 9, 3, 1, 1, parts, pairing, mean), IMAS_ERROR_ARGUMENT, "version is 3");
    EXPECT_REFUSED(imas_gamma(cpu, counts, 9, 1, 1, 1, pairing, pairing, mean), IMAS_ERROR_ARGUMENT, "parts has dtype");
    Tensor odd(IMAS_I32, 2, 1, 1, 10);
    EXPECT_REFUSED(imas_gamma(cpu, odd, 9, 1, 1, 1, parts, pairing, mean), IMAS_ERROR_ARGUMENT, "10 columns");

    Tensor logits(IMAS_F32, 2, 3, 4, 5), labels(IMAS_U8, 2, 1, 8, 9), confidence(IMAS_F32, 2, 1, 8, 9),
        weight(IMAS_F32, 1, 1, 1, 1), loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, 2, 3, 4, 4);
    Workspace workspace(1 << 16);
    const auto consistency = [&](const imas_tensor* w, float scale, const imas_tensor* g) {
        return imas_consistency_loss(cpu, logits, labels, confidence, 0.5f, w, scale, loss, g, workspace.data,
                                     workspace.bytes);
    };
    EXPECT_REFUSED(consistency(weight, 1, nullptr), IMAS_ERROR_ARGUMENT, "weight has shape");
    EXPECT_REFUSED(consistency(nullptr, INFINITY, nullptr), IMAS_ERROR_ARGUMENT, "grad_scale");
    EXPECT_REFUSED(consistency(nullptr, 1, grad), IMAS_ERROR_ARGUMENT, "grad has shape");
    EXPECT_REFUSED(consistency(nullptr, 1, logits), IMAS_ERROR_ARGUMENT, "grad overlaps logits");
    EXPECT_REFUSED(imas_supervised_loss(cpu, logits, labels, 5, 0.7f, 1, 1, loss, nullptr, nullptr, workspace.data,
                                        workspace.bytes),
                   IMAS_ERROR_ARGUMENT, "kind is 5");
    EXPECT_REFUSED(imas_supervised_loss(cpu, logits, labels, IMAS_OHEM, NAN, 1, 1, loss, nullptr, nullptr,
                                        workspace.data, workspace.bytes),
                   IMAS_ERROR_ARGUMENT, "thresh");
    EXPECT_REFUSED(imas_supervised_loss(cpu, logits, labels, IMAS_OHEM, 0.7f, -1, 1, loss, nullptr, nullptr,
                                        workspace.data, workspace.bytes),
                   IMAS_ERROR_ARGUMENT, "min_kept");
    EXPECT_REFUSED(imas_supervised_loss(cpu, logits, labels, IMAS_CE, 0, 0, 1, loss, loss, nullptr, workspace.data,
                                        workspace.bytes),
                   IMAS_ERROR_ARGUMENT, "kept has dtype");

    Tensor weak(IMAS_F32, 2, 3, 4, 5), strong(IMAS_BF16, 2, 3, 4, 5), batch(IMAS_F32, 4, 3, 4, 5);
    EXPECT_REFUSED(imas_compose_batch(cpu, nullptr, weak, strong, nullptr, nullptr, nullptr, 1, nullptr, nullptr, batch,
                                      nullptr, nullptr),
                   IMAS_ERROR_ARGUMENT, "strong has dtype");
    EXPECT_REFUSED(imas_compose_batch(cpu, nullptr, weak, weak, nullptr, pairing, nullptr, 1, nullptr, nullptr, batch,
                                      nullptr, nullptr),
                   IMAS_ERROR_ARGUMENT, "together");
    EXPECT_REFUSED(imas_compose_batch(cpu, nullptr, weak, weak, nullptr, nullptr, nullptr, 0, nullptr, nullptr, batch,
                                      nullptr, nullptr),
                   IMAS_ERROR_ARGUMENT, "batch has shape");
    EXPECT_REFUSED(imas_compose_batch(cpu, nullptr, weak, weak, nullptr, nullptr, nullptr, 2, nullptr, nullptr, batch,
                                      nullptr, nullptr),
                   IMAS_ERROR_ARGUMENT, "include_weak");
}

}  // namespace

void test_arguments() {
    context = "arguments";
    EXPECT(imas_abi_version() == IMAS_ABI_VERSION);
    EXPECT(imas_build_info()[0] != 0);
    caches();
    views();
    backends_and_workspaces();
    endless_views();
    other_functions();
}
