// Runs every CUDA kernel in the host emulation, with shuffled block and thread orders under several seeds, against the
// CPU backend over random shapes, types and layouts; results must also be the same bits for every seed.
// --plant race|overflow|barrier runs a kernel with that fault: the process must fail, else the emulation is blind.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "backend.hpp"
#include "kernels.cuh"
#include "platform.cuh"

extern "C" const imas_backend_table* imas_cuda_backend(int32_t table_version, imas_set_error set_error);

namespace {

std::mt19937_64 generator(7);
int failures = 0;

int64_t integer(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(generator); }
float real(float low, float high) { return std::uniform_real_distribution<float>(low, high)(generator); }

void fail(const std::string& what) {
    if (failures++ < 20) std::printf("FAILED %s\n", what.c_str());
}

/** A tensor that owns its bytes; NCHW or channels-last. */
struct Tensor {
    std::vector<unsigned char> bytes;
    imas_tensor view{};

    Tensor(int32_t dtype, int64_t n, int64_t c, int64_t h, int64_t w, bool channels_last = false) {
        const size_t size = dtype == IMAS_U8 ? 1 : dtype == IMAS_BF16 || dtype == IMAS_F16 ? 2 : dtype == IMAS_I64 ? 8 : 4;
        bytes.assign(static_cast<size_t>(n * c * h * w) * size, 0xAB);
        view.data = bytes.data();
        view.dtype = dtype;
        const int64_t shape[4] = {n, c, h, w};
        std::memcpy(view.shape, shape, sizeof shape);
        const int64_t planar[4] = {c * h * w, h * w, w, 1}, interleaved[4] = {c * h * w, 1, w * c, c};
        std::memcpy(view.stride, channels_last ? interleaved : planar, sizeof planar);
    }
    Tensor(const Tensor&) = delete;

    int64_t count() const { return view.shape[0] * view.shape[1] * view.shape[2] * view.shape[3]; }

    float get(int64_t i) const {
        if (view.dtype == IMAS_F32) return reinterpret_cast<const float*>(bytes.data())[i];
        const uint16_t half = reinterpret_cast<const uint16_t*>(bytes.data())[i];
        if (view.dtype == IMAS_F16) {
            _Float16 value;
            std::memcpy(&value, &half, 2);
            return static_cast<float>(value);
        }
        const uint32_t wide = static_cast<uint32_t>(half) << 16;
        float value;
        std::memcpy(&value, &wide, 4);
        return value;
    }

    void set(int64_t i, float value) {
        if (view.dtype == IMAS_F32) {
            reinterpret_cast<float*>(bytes.data())[i] = value;
        } else if (view.dtype == IMAS_F16) {
            const _Float16 half = static_cast<_Float16>(value);
            std::memcpy(bytes.data() + 2 * i, &half, 2);
        } else {
            uint32_t wide;
            std::memcpy(&wide, &value, 4);
            wide >>= 16;
            std::memcpy(bytes.data() + 2 * i, &wide, 2);
        }
    }

    void fill(float low, float high) {
        for (int64_t i = 0; i < count(); i++) set(i, real(low, high));
    }
};

/** Largest difference relative to the largest value; NaNs must agree. */
double difference(const Tensor& a, const Tensor& b) {
    double largest = 0, error = 0;
    for (int64_t i = 0; i < a.count(); i++) {
        const double x = static_cast<double>(a.get(i)), y = static_cast<double>(b.get(i));
        if (std::isnan(x) != std::isnan(y)) return INFINITY;
        if (std::isnan(x) || x == y) continue;
        largest = std::max(largest, std::fabs(y));
        error = std::max(error, std::fabs(x - y));
    }
    return error == 0 ? 0 : error / largest;
}

struct Buffer {
    std::vector<unsigned char> bytes;
    explicit Buffer(size_t size) : bytes(size + 64, 0xCD) {}
    void* data() { return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64); }
};

const imas_backend kCpu{IMAS_CPU, 0, nullptr}, kCuda{IMAS_CUDA, 0, nullptr};
const imas_backend_table* cuda;

struct Case {
    int64_t images, classes, h, w, height, width;
    int32_t dtype;
    bool channels_last;
    std::string name;
};

Case random_case(int number) {
    static const int64_t class_counts[] = {1, 2, 3, 19, 21, 256};
    static const int32_t types[] = {IMAS_F32, IMAS_BF16, IMAS_F16};
    Case c{};
    c.images = integer(1, 4);
    c.classes = class_counts[number % 6];
    const int64_t limit = c.classes == 256 ? 9 : 24;
    c.h = integer(1, limit);
    c.w = integer(1, limit);
    c.height = number % 7 == 0 ? c.h : integer(1, 3 * limit);
    c.width = number % 7 == 0 ? c.w : integer(1, number % 5 == 0 ? 600 : 3 * limit);
    if (c.classes == 256) c.width = std::min<int64_t>(c.width, 40);
    c.dtype = types[number % 3];
    c.channels_last = number % 2;
    c.name = "B" + std::to_string(c.images) + " C" + std::to_string(c.classes) + " " + std::to_string(c.h) + "x" + std::to_string(c.w) + " to " + std::to_string(c.height) + "x" + std::to_string(c.width) + " dtype " + std::to_string(c.dtype);
    return c;
}

void random_labels(Tensor& labels, int64_t classes, bool all_ignored) {
    for (unsigned char& label : labels.bytes) label = all_ignored || integer(0, 9) == 0 ? 255 : static_cast<unsigned char>(integer(0, std::min<int64_t>(classes, 255) - 1));
}

void expect(bool ok, const Case& c, const char* what) {
    if (!ok) fail(std::string(what) + ": " + c.name + "; " + imas_last_error());
}

void expect_near(const Tensor& ours, const Tensor& reference, double tolerance, const Case& c, const char* what) {
    const double error = difference(ours, reference);
    if (!(error <= tolerance)) fail(std::string(what) + ": " + c.name + ": relative error " + std::to_string(error));
}

void expect_same(const Tensor& ours, const Tensor& reference, const Case& c, const char* what) {
    if (ours.bytes != reference.bytes) fail(std::string(what) + ": " + c.name + ": bytes differ");
}

const uint64_t kSeeds[] = {1, 2, 3};

void test_pseudo_label_and_gamma(const Case& c, int number) {
    Tensor student(c.dtype, c.images, c.classes, c.h, c.w, c.channels_last), teacher(c.dtype, c.images, c.classes, c.h, c.w, !c.channels_last);
    student.fill(-3, 3);
    teacher.fill(-3, 3);
    if (number % 9 == 4) teacher.set(integer(0, teacher.count() - 1), NAN);
    if (number % 9 == 5) student.set(integer(0, student.count() - 1), INFINITY);
    if (number % 9 == 6) student.set(integer(0, student.count() - 1), -INFINITY);
    Tensor labels(IMAS_U8, c.images, 1, c.height, c.width), confidence(IMAS_F32, c.images, 1, c.height, c.width), counts(IMAS_I32, c.images, 1, 1, 3 * c.classes + 2);
    Buffer workspace(imas_pseudo_label_workspace(&kCpu, &student.view, &labels.view));
    expect(imas_pseudo_label(&kCpu, &student.view, &teacher.view, 0.4f, &labels.view, &confidence.view, &counts.view, workspace.data(), workspace.bytes.size() - 64) == IMAS_OK, c, "CPU pseudo_label");
    for (uint64_t seed : kSeeds) {
        simt::set_seed(seed);
        Tensor l(IMAS_U8, c.images, 1, c.height, c.width), p(IMAS_F32, c.images, 1, c.height, c.width), n(IMAS_I32, c.images, 1, 1, 3 * c.classes + 2);
        expect(cuda->pseudo_label(&kCuda, &student.view, &teacher.view, 0.4f, &l.view, &p.view, &n.view, nullptr, 0) == IMAS_OK, c, "pseudo_label");
        expect_same(l, labels, c, "labels");
        expect_near(p, confidence, 2e-6, c, "confidence");
        // Where two classes, or a confidence and the threshold, lie within rounding of each other one pixel may differ.
        for (int64_t i = 0; i < n.count(); i++) {
            const int32_t off = reinterpret_cast<const int32_t*>(n.bytes.data())[i] - reinterpret_cast<const int32_t*>(counts.bytes.data())[i];
            if (std::abs(off) > 1) fail("counts: " + c.name + ", bin " + std::to_string(i) + ": " + std::to_string(off));
        }
    }
    Tensor parts(IMAS_F32, c.images, 1, 1, 5), pairing(IMAS_I32, c.images, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1);
    const int version = number % 2 ? IMAS_GAMMA_V1 : IMAS_GAMMA_V2, weighted = number / 2 % 2, ignore = number / 4 % 2;
    expect(imas_gamma(&kCpu, &counts.view, c.height * c.width, version, weighted, ignore, &parts.view, &pairing.view, &mean.view) == IMAS_OK, c, "CPU gamma");
    Tensor parts2(IMAS_F32, c.images, 1, 1, 5), pairing2(IMAS_I32, c.images, 1, 1, 1), mean2(IMAS_F32, 1, 1, 1, 1);
    expect(cuda->gamma(&kCuda, &counts.view, c.height * c.width, version, weighted, ignore, &parts2.view, &pairing2.view, &mean2.view) == IMAS_OK, c, "gamma");
    expect_same(parts2, parts, c, "gamma parts");
    expect_same(pairing2, pairing, c, "pairing");
    expect_same(mean2, mean, c, "mean gamma");
}

void test_consistency_loss(const Case& c, int number) {
    Tensor logits(c.dtype, c.images, c.classes, c.h, c.w, c.channels_last), labels(IMAS_U8, c.images, 1, c.height, c.width), confidence(IMAS_F32, c.images, 1, c.height, c.width), weight(IMAS_F32, c.images, 1, 1, 1);
    logits.fill(-3, 3);
    random_labels(labels, c.classes, number % 11 == 3);
    confidence.fill(0, 1);
    weight.fill(0, 1);
    const int32_t grad_type = number % 4 == 1 ? c.dtype : IMAS_F32;
    Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, c.images, c.classes, c.h, c.w, c.channels_last);
    Buffer workspace(imas_consistency_loss_workspace(&kCpu, &logits.view, &labels.view));
    const imas_tensor* weights = number % 3 ? &weight.view : nullptr;
    expect(imas_consistency_loss(&kCpu, &logits.view, &labels.view, &confidence.view, 0.3f, weights, 1.5f, &loss.view, &grad.view, workspace.data(), workspace.bytes.size() - 64) == IMAS_OK, c, "CPU consistency_loss");
    std::vector<unsigned char> first_grad, first_loss;
    for (uint64_t seed : kSeeds) {
        simt::set_seed(seed);
        Tensor l(IMAS_F32, 1, 1, 1, 1), g(grad_type, c.images, c.classes, c.h, c.w, c.channels_last);
        Buffer own(cuda->consistency_loss_workspace(&kCuda, &logits.view, &labels.view));
        expect(cuda->consistency_loss(&kCuda, &logits.view, &labels.view, &confidence.view, 0.3f, weights, 1.5f, &l.view, &g.view, own.data(), own.bytes.size() - 64) == IMAS_OK, c, "consistency_loss");
        expect_near(l, loss, 5e-6, c, "consistency loss");
        expect_near(g, grad, grad_type == IMAS_F32 ? 2e-5 : 1e-2, c, "consistency gradient");
        if (first_grad.empty()) first_grad = g.bytes, first_loss = l.bytes;
        expect(first_grad == g.bytes && first_loss == l.bytes, c, "the order of threads changes the consistency loss");
    }
}

void test_supervised_loss(const Case& c, int number) {
    Tensor logits(c.dtype, c.images, c.classes, c.h, c.w, c.channels_last), labels(IMAS_U8, c.images, 1, c.height, c.width);
    logits.fill(-3, 3);
    random_labels(labels, c.classes, number % 13 == 5);
    const int32_t kind = number % 3 ? IMAS_OHEM : IMAS_CE;
    const int64_t min_kept = integer(0, c.images * c.height * c.width);
    const float thresh = number % 2 ? 0.05f : 0.7f;
    Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, c.images, c.classes, c.h, c.w, c.channels_last);
    Buffer workspace(imas_supervised_loss_workspace(&kCpu, &logits.view, &labels.view, kind));
    expect(imas_supervised_loss(&kCpu, &logits.view, &labels.view, kind, thresh, min_kept, 0.5f, &loss.view, &kept.view, &grad.view, workspace.data(), workspace.bytes.size() - 64) == IMAS_OK, c, "CPU supervised_loss");
    std::vector<unsigned char> first_grad;
    for (uint64_t seed : kSeeds) {
        simt::set_seed(seed);
        Tensor l(IMAS_F32, 1, 1, 1, 1), k(IMAS_I64, 1, 1, 1, 1), g(IMAS_F32, c.images, c.classes, c.h, c.w, c.channels_last);
        Buffer own(cuda->supervised_loss_workspace(&kCuda, &logits.view, &labels.view, kind));
        expect(cuda->supervised_loss(&kCuda, &logits.view, &labels.view, kind, thresh, min_kept, 0.5f, &l.view, &k.view, &g.view, own.data(), own.bytes.size() - 64) == IMAS_OK, c, "supervised_loss");
        expect_near(l, loss, 5e-6, c, "supervised loss");
        expect_same(k, kept, c, "kept pixels");
        expect_near(g, grad, 2e-5, c, "supervised gradient");
        if (first_grad.empty()) first_grad = g.bytes;
        expect(first_grad == g.bytes, c, "the order of threads changes the supervised loss");
    }
}

void test_compose_batch(const Case& c, int number) {
    const int64_t labeled_count = integer(0, 3), b = c.images;
    const bool mix = number % 3 != 0, include_weak = number % 2, last = number / 2 % 2;
    Tensor labeled(c.dtype, std::max<int64_t>(labeled_count, 1), 3, c.height, c.width, last), weak(c.dtype, b, 3, c.height, c.width, last), strong(c.dtype, b, 3, c.height, c.width, !last);
    for (Tensor* t : {&labeled, &weak, &strong}) t->fill(-2, 2);
    Tensor gamma(IMAS_F32, b, 1, 1, 1), pairing(IMAS_I32, b, 1, 1, 1), boxes(IMAS_I32, b, 1, 1, 4), labels(IMAS_U8, b, 1, c.height, c.width), confidence(IMAS_F32, b, 1, c.height, c.width);
    gamma.fill(0, 1);
    confidence.fill(0, 1);
    random_labels(labels, c.classes, false);
    for (int64_t i = 0; i < b; i++) {
        int32_t* box = reinterpret_cast<int32_t*>(boxes.bytes.data()) + 4 * i;
        reinterpret_cast<int32_t*>(pairing.bytes.data())[i] = static_cast<int32_t>(b - 1 - i);
        box[0] = static_cast<int32_t>(integer(0, c.height));
        box[2] = static_cast<int32_t>(integer(box[0], c.height));
        box[1] = static_cast<int32_t>(integer(0, c.width));
        box[3] = static_cast<int32_t>(integer(box[1], c.width));
    }
    const int64_t n = labeled_count + (include_weak ? b : 0) + (mix ? b : 0) + b;
    const int32_t out_type = number % 5 == 2 ? IMAS_BF16 : c.dtype;
    const auto run = [&](bool on_cuda, Tensor& batch, Tensor& l, Tensor& p) {
        const auto function = on_cuda ? cuda->compose_batch : &imas_compose_batch;
        return function(on_cuda ? &kCuda : &kCpu, labeled_count ? &labeled.view : nullptr, &weak.view, &strong.view, number % 4 ? &gamma.view : nullptr, mix ? &pairing.view : nullptr, mix ? &boxes.view : nullptr, include_weak, mix ? &labels.view : nullptr, mix ? &confidence.view : nullptr, &batch.view, mix ? &l.view : nullptr, mix ? &p.view : nullptr);
    };
    labeled.view.shape[0] = std::max<int64_t>(labeled_count, 1);
    Tensor batch(out_type, n, 3, c.height, c.width, last), l(IMAS_U8, b, 1, c.height, c.width), p(IMAS_F32, b, 1, c.height, c.width);
    expect(run(false, batch, l, p) == IMAS_OK, c, "CPU compose_batch");
    for (uint64_t seed : kSeeds) {
        simt::set_seed(seed);
        Tensor batch2(out_type, n, 3, c.height, c.width, last), l2(IMAS_U8, b, 1, c.height, c.width), p2(IMAS_F32, b, 1, c.height, c.width);
        expect(run(true, batch2, l2, p2) == IMAS_OK, c, "compose_batch");
        expect_near(batch2, batch, out_type == IMAS_F32 ? 5e-7 : 1e-2, c, "batch");
        expect_same(l2, l, c, "mixed labels");
        expect_same(p2, p, c, "mixed confidence");
    }
}

void test_ema_update(int number) {
    const Case c{0, 0, 0, 0, 0, 0, 0, false, "ema " + std::to_string(number)};
    const int64_t count = number == 0 ? 1003 : integer(1, 5);  // beyond one launch's table
    const float decay = number % 3 == 0 ? 0.0f : real(0, 1);
    std::vector<std::vector<float>> teacher, student, expected;
    std::vector<void*> teachers, references;
    std::vector<const void*> students;
    std::vector<int64_t> numel;
    for (int64_t k = 0; k < count; k++) {
        const int64_t n = count > 100 ? k % 3 : integer(0, 9000);
        numel.push_back(n);
        teacher.emplace_back(n + 1);
        student.emplace_back(n + 1);
        for (float& x : teacher.back()) x = real(-1, 1);
        for (float& x : student.back()) x = real(-1, 1);
    }
    expected = teacher;
    for (int64_t k = 0; k < count; k++) {  // an offset of one element makes pointers that 16-byte loads cannot take
        const int64_t shift = k % 2;
        teachers.push_back(teacher[k].data() + shift);
        references.push_back(expected[k].data() + shift);
        students.push_back(student[k].data() + shift);
    }
    expect(imas_ema_update(&kCpu, count, references.data(), students.data(), numel.data(), decay, nullptr, 0) == IMAS_OK, c, "CPU ema_update");
    simt::set_seed(static_cast<uint64_t>(number));
    expect(cuda->ema_update(&kCuda, count, teachers.data(), students.data(), numel.data(), decay, nullptr, 0) == IMAS_OK, c, "ema_update");
    for (int64_t k = 0; k < count; k++) {
        for (size_t i = 0; i < teacher[k].size(); i++) {
            if (!(std::fabs(teacher[k][i] - expected[k][i]) <= 2e-7f)) return fail("ema_update: tensor " + std::to_string(k));
        }
    }
}

void test_confusion(const Case& c) {
    Tensor logits(c.dtype, c.images, c.classes, c.h, c.w, c.channels_last), truth(IMAS_U8, c.images, 1, c.height, c.width), counts(IMAS_I64, 1, 1, 3, c.classes);
    logits.fill(-3, 3);
    random_labels(truth, c.classes, false);
    std::memset(counts.bytes.data(), 0, counts.bytes.size());
    std::vector<unsigned char> start = counts.bytes;
    Buffer workspace(imas_confusion_workspace(&kCpu, &logits.view, &truth.view));
    expect(imas_confusion(&kCpu, &logits.view, &truth.view, &counts.view, workspace.data(), workspace.bytes.size() - 64) == IMAS_OK, c, "CPU confusion");
    for (uint64_t seed : kSeeds) {
        simt::set_seed(seed);
        Tensor n(IMAS_I64, 1, 1, 3, c.classes);
        std::memcpy(n.bytes.data(), start.data(), start.size());
        expect(cuda->confusion(&kCuda, &logits.view, &truth.view, &n.view, nullptr, 0) == IMAS_OK, c, "confusion");
        expect_same(n, counts, c, "confusion counts");
    }
}

// Kernels with a fault each.

void race_kernel(int* sum) {
    IMAS_SHARED(memory);
    int* const value = reinterpret_cast<int*>(memory);
    value[threadIdx.x] = static_cast<int>(threadIdx.x);  // the barrier that belongs here is missing
    if (threadIdx.x == 0) {
        *sum = 0;
        for (unsigned i = 0; i < blockDim.x; i++) *sum += value[i];
    }
}

void overflow_kernel() {
    IMAS_SHARED(memory);
    memory[threadIdx.x + 1] = 1;
}

void barrier_kernel() {
    if (threadIdx.x % 2) __syncthreads();
}

int plant(const std::string& fault) {
    const cudaStream_t stream = nullptr;
    int wrong = 0;
    for (uint64_t seed : kSeeds) {
        simt::set_seed(seed);
        if (fault == "race") {
            int sum = 0;
            IMAS_LAUNCH(race_kernel, dim3(1), dim3(64), 64 * sizeof(int), stream, &sum);
            wrong += sum != 64 * 63 / 2;
        } else if (fault == "overflow") {
            IMAS_LAUNCH(overflow_kernel, dim3(1), dim3(64), 64, stream);
        } else {
            IMAS_LAUNCH(barrier_kernel, dim3(1), dim3(64), 0, stream);
        }
    }
    return wrong ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 3 && !std::strcmp(arguments[1], "--plant")) return plant(arguments[2]);
    cuda = imas_cuda_backend(IMAS_BACKEND_TABLE_VERSION, [](const char* text) { std::printf("%s\n", text); });
    if (!cuda || imas_cuda_backend(IMAS_BACKEND_TABLE_VERSION + 1, nullptr)) fail("the backend table's version");
    const int cases = count > 1 ? std::atoi(arguments[1]) : 18;
    for (int number = 0; number < cases; number++) {
        const Case c = random_case(number);
        test_pseudo_label_and_gamma(c, number);
        test_consistency_loss(c, number);
        test_supervised_loss(c, number);
        test_compose_batch(c, number);
        test_ema_update(number);
        test_confusion(c);
    }
    std::printf("%d cases, %d failures\n", cases, failures);
    return failures ? 1 : 0;
}
