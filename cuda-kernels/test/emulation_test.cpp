// Runs every CUDA kernel in the host emulation, with shuffled block and thread orders under several seeds, over random
// shapes, types, strides and values (NaN and infinities among them), against the CPU backend, which the native tests
// compare with the double-precision reference. Every seed must give the same bits.
// --plant race|overflow|barrier runs a kernel with that fault: the process must fail, else the emulation is blind.
#include <algorithm>

#include "backend.hpp"
#include "harness.hpp"
#include "logits.cuh"

extern "C" const imas_backend_table* imas_cuda_backend(int32_t table_version, imas_set_error set_error);

using namespace test;

namespace {

const imas_backend kCuda = {IMAS_CUDA, 0, nullptr};
const imas_backend_table* cuda;
std::string said;  // by the backend, last

/** Runs `body` under three orders; it returns the bytes of all outputs, which must not differ. */
void expect_same_bytes_for_all_orders(const std::function<std::vector<unsigned char>()>& body) {
    std::vector<unsigned char> first;
    for (uint64_t seed : {1, 2, 3}) {
        simt::set_seed(seed);
        const std::vector<unsigned char> bytes = body();
        if (first.empty()) first = bytes;
        EXPECT(bytes == first);
    }
}

/** Elements agree within `bound` of the largest; NaN and infinities must be the same. In a gradient the CPU may spread a NaN to neighbours, in the same image. */
void expect_near(const Tensor& ours, const Tensor& theirs, double bound, bool gradient = false) {
    double largest = 0;
    std::vector<bool> spread(static_cast<size_t>(ours.extent(0)));
    if (gradient) ours.each([&](int64_t n, int64_t c, int64_t h, int64_t w) { spread[static_cast<size_t>(n)] = spread[static_cast<size_t>(n)] || std::isnan(ours.get(n, c, h, w)); });
    theirs.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
        const double x = std::fabs(theirs.get(n, c, h, w));
        if (std::isfinite(x)) largest = std::fmax(largest, x);
    });
    ours.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
        const double x = ours.get(n, c, h, w), y = theirs.get(n, c, h, w);
        EXPECT(std::isnan(x) == std::isnan(y) || (std::isnan(y) && spread[static_cast<size_t>(n)]));
        if (std::isfinite(y)) EXPECT_NEAR(x, y, bound * largest + 2 * rounding(ours.view.dtype) * std::fabs(y));  // either side rounds
        else if (!std::isnan(y)) EXPECT(x == y);
    });
    EXPECT(ours.gaps_untouched());
}

void expect_equal(const Tensor& ours, const Tensor& theirs) { EXPECT(ours.bytes() == theirs.bytes()); }

struct Case {
    Size size;
    imas_dtype type;
    Layout layout;
    int number;
};

Case random_case(int number, Random& random) {
    static const int64_t class_counts[] = {1, 2, 3, 19, 21, 256, 5, 12, 32, 33};
    const int64_t classes = class_counts[number % 10], limit = classes > 30 ? 9 : 24;
    const auto extent = [&](int64_t most) { return 1 + random.below(most); };
    Size s = {number % 8 == 7 ? 16 : extent(4), classes, extent(limit), extent(limit), extent(3 * limit), extent(number % 5 == 0 && classes <= 30 ? 600 : 3 * limit)};
    if (number % 3 == 1) s.height = 4 * (s.h - 1) + 1, s.width = 4 * (s.w - 1) + 1;  // the networks' enlargement
    if (number % 7 == 0) s.height = s.h, s.width = s.w;
    if (number == 11) s = {1, 3, 1, 1, 1, 1};
    return {s, kFloatTypes[number / 2 % 3], kLayouts[number % 3], number};
}

/** Logits with, in some cases, numbers that the fast paths cannot take. */
Tensor logits_of(const Case& c, Layout layout, Random& random) {
    const Size& s = c.size;
    Tensor logits(c.type, s.images, s.classes, s.h, s.w, layout);
    logits.fill([&] { return random.between(-3, 3); });
    const double odd[] = {NAN, INFINITY, -INFINITY, 1e35, 5e9, 1e20};
    if (c.number % 4 == 3) logits.set(random.below(s.images), random.below(s.classes), random.below(s.h), random.below(s.w), odd[random.below(c.type == IMAS_F16 ? 3 : 6)]);
    return logits;
}

Tensor labels_of(const Case& c, Layout layout, Random& random) {
    Tensor labels(IMAS_U8, c.size.images, 1, c.size.height, c.size.width, layout);
    const bool all_ignored = c.number % 11 == 5;
    labels.fill([&] { return all_ignored || random.below(10) == 0 ? 255 : static_cast<double>(random.below(std::min<int64_t>(c.size.classes, 255))); });
    return labels;
}

void pseudo_label_and_gamma(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor student = logits_of(c, c.layout, random), teacher = logits_of(c, kLayouts[(c.number + 1) % 3], random);
    const auto run = [&](bool on_cuda, const Tensor& labels, const Tensor& confidence, const Tensor& counts) {
        if (on_cuda) return cuda->pseudo_label(&kCuda, student, teacher, 0.4f, labels, confidence, counts, nullptr, 0);
        const Workspace workspace(imas_pseudo_label_workspace(&kCpu, student, labels));
        return imas_pseudo_label(&kCpu, student, teacher, 0.4f, labels, confidence, counts, workspace.data, workspace.bytes);
    };
    const Tensor labels(IMAS_U8, s.images, 1, s.height, s.width, c.layout), confidence(IMAS_F32, s.images, 1, s.height, s.width, c.layout), counts(IMAS_I32, s.images, 1, 1, 3 * s.classes + 2);
    EXPECT_OK(run(false, labels, confidence, counts));
    expect_same_bytes_for_all_orders([&] {
        const Tensor l(IMAS_U8, s.images, 1, s.height, s.width, c.layout), p(IMAS_F32, s.images, 1, s.height, s.width, c.layout), n(IMAS_I32, s.images, 1, 1, 3 * s.classes + 2);
        EXPECT_OK(run(true, l, p, n));
        expect_near(p, confidence, 3e-6);
        // Where two classes, or a confidence and the threshold, lie within rounding of each other a pixel may differ.
        int64_t differing = 0;
        l.each([&](int64_t b, int64_t k, int64_t y, int64_t x) { differing += l.get(b, k, y, x) != labels.get(b, k, y, x); });
        EXPECT(differing <= 1 + s.images * s.height * s.width / 2000);
        n.each([&](int64_t b, int64_t, int64_t, int64_t k) { EXPECT_NEAR(n.get(b, 0, 0, k), counts.get(b, 0, 0, k), static_cast<double>(differing + 1)); });
        return joined({&l, &p, &n});
    });

    const int version = c.number % 2 ? IMAS_GAMMA_V1 : IMAS_GAMMA_V2, weighted = c.number / 2 % 2, ignore = c.number / 4 % 2;
    const Tensor parts(IMAS_F32, s.images, 1, 1, 5), pairing(IMAS_I32, s.images, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1);
    EXPECT_OK(imas_gamma(&kCpu, counts, s.height * s.width, version, weighted, ignore, parts, pairing, mean));
    expect_same_bytes_for_all_orders([&] {
        const Tensor g(IMAS_F32, s.images, 1, 1, 5), k(IMAS_I32, s.images, 1, 1, 1), m(IMAS_F32, 1, 1, 1, 1);
        EXPECT_OK(cuda->gamma(&kCuda, counts, s.height * s.width, version, weighted, ignore, g, k, m));
        expect_equal(g, parts);
        expect_equal(k, pairing);
        expect_equal(m, mean);
        return joined({&g, &k, &m});
    });
}

void consistency_loss(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor logits = logits_of(c, c.layout, random), labels = labels_of(c, kLayouts[c.number / 2 % 3], random);
    Tensor confidence(IMAS_F32, s.images, 1, s.height, s.width, c.layout), weight(IMAS_F32, s.images, 1, 1, 1);
    confidence.fill([&] { return random.uniform(); });
    weight.fill([&] { return random.uniform(); });
    if (c.number % 9 == 8) weight.set(0, 0, 0, 0, NAN);
    const imas_tensor* weights = c.number % 3 ? &weight.view : nullptr;
    const Tensor loss(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
    const Workspace workspace(imas_consistency_loss_workspace(&kCpu, logits, labels));
    EXPECT_OK(imas_consistency_loss(&kCpu, logits, labels, confidence, 0.3f, weights, 1.5f, loss, grad, workspace.data, workspace.bytes));
    expect_same_bytes_for_all_orders([&] {
        const Tensor l(IMAS_F32, 1, 1, 1, 1), again(IMAS_F32, 1, 1, 1, 1), g(c.number % 4 == 1 ? c.type : IMAS_F32, s.images, s.classes, s.h, s.w, kLayouts[c.number / 3 % 3]);
        const Workspace own(cuda->consistency_loss_workspace(&kCuda, logits, labels));
        EXPECT_OK(cuda->consistency_loss(&kCuda, logits, labels, confidence, 0.3f, weights, 1.5f, l, g, own.data, own.bytes));
        EXPECT_OK(cuda->consistency_loss(&kCuda, logits, labels, confidence, 0.3f, weights, 1.5f, again, nullptr, own.data, own.bytes));
        expect_near(l, loss, 5e-6);
        expect_near(g, grad, 5e-6, true);
        expect_equal(again, l);
        return joined({&l, &g});
    });
}

void supervised_loss(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor logits = logits_of(c, c.layout, random), labels = labels_of(c, kLayouts[c.number / 2 % 3], random);
    const int32_t kind = c.number % 3 ? IMAS_OHEM : IMAS_CE;
    const int64_t min_kept = random.below(s.images * s.height * s.width + 1);
    const float thresh = c.number % 2 ? 0.05f : 0.7f;
    const Tensor loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w);
    const Workspace workspace(imas_supervised_loss_workspace(&kCpu, logits, labels, kind));
    EXPECT_OK(imas_supervised_loss(&kCpu, logits, labels, kind, thresh, min_kept, 0.5f, loss, kept, grad, workspace.data, workspace.bytes));
    expect_same_bytes_for_all_orders([&] {
        const Tensor l(IMAS_F32, 1, 1, 1, 1), k(IMAS_I64, 1, 1, 1, 1), g(IMAS_F32, s.images, s.classes, s.h, s.w, kLayouts[c.number / 3 % 3]);
        const Workspace own(cuda->supervised_loss_workspace(&kCuda, logits, labels, kind));
        EXPECT_OK(cuda->supervised_loss(&kCuda, logits, labels, kind, thresh, min_kept, 0.5f, l, k, g, own.data, own.bytes));
        // A pixel within rounding of the limit may go either way; then loss and gradient differ by it.
        EXPECT_NEAR(k.get(0, 0, 0, 0), kept.get(0, 0, 0, 0), kind == IMAS_OHEM ? 2.0 : 0.0);
        if (k.get(0, 0, 0, 0) == kept.get(0, 0, 0, 0)) {
            expect_near(l, loss, 5e-6);
            expect_near(g, grad, 5e-6, true);
        }
        return joined({&l, &k, &g});
    });
}

void compose_batch(const Case& c, Random& random) {
    const Size& s = c.size;
    const int64_t labeled_count = random.below(4), b = s.images;
    const bool mix = c.number % 3 != 0, include_weak = c.number % 2;
    const bool one_layout = c.number % 4 != 3;  // else the general path
    const Layout layout = c.number / 2 % 2 ? Layout::kNhwc : Layout::kNchw;
    Tensor labeled(c.type, std::max<int64_t>(labeled_count, 1), 3, s.height, s.width, layout), weak(c.type, b, 3, s.height, s.width, layout), strong(c.type, b, 3, s.height, s.width, one_layout ? layout : Layout::kGaps);
    for (Tensor* t : {&labeled, &weak, &strong}) t->fill([&] { return random.between(-2, 2); });
    Tensor gamma(IMAS_F32, b, 1, 1, 1), pairing(IMAS_I32, b, 1, 1, 1), boxes(IMAS_I32, b, 1, 1, 4), confidence(IMAS_F32, b, 1, s.height, s.width);
    gamma.fill([&] { return random.uniform(); });
    confidence.fill([&] { return random.uniform(); });
    const Tensor labels = labels_of(c, c.layout, random);
    for (int64_t i = 0; i < b; i++) {
        const int64_t top = random.below(s.height + 1), left = random.below(s.width + 1);
        pairing.set(i, 0, 0, 0, static_cast<double>(b - 1 - i));
        const int64_t box[4] = {top, left, top + random.below(s.height - top + 1), left + random.below(s.width - left + 1)};
        for (int k = 0; k < 4; k++) boxes.set(i, 0, 0, k, static_cast<double>(box[k]));
    }
    const int64_t n = labeled_count + (include_weak ? b : 0) + (mix ? b : 0) + b;
    const imas_dtype out_type = c.number % 5 == 2 ? IMAS_BF16 : c.type;
    const auto when = [](bool there, const Tensor& t) { return there ? &t.view : nullptr; };
    const auto run = [&](bool on_cuda, const Tensor& batch, const Tensor& l, const Tensor& p) {
        const auto function = on_cuda ? cuda->compose_batch : &imas_compose_batch;
        return function(on_cuda ? &kCuda : &kCpu, when(labeled_count > 0, labeled), weak, strong, when(c.number % 4 != 0, gamma), when(mix, pairing), when(mix, boxes), include_weak, when(mix, labels), when(mix, confidence), batch, when(mix, l), when(mix, p));
    };
    const Tensor batch(out_type, n, 3, s.height, s.width, layout), l(IMAS_U8, b, 1, s.height, s.width), p(IMAS_F32, b, 1, s.height, s.width);
    EXPECT_OK(run(false, batch, l, p));
    expect_same_bytes_for_all_orders([&] {
        const Tensor batch2(out_type, n, 3, s.height, s.width, layout), l2(IMAS_U8, b, 1, s.height, s.width), p2(IMAS_F32, b, 1, s.height, s.width);
        EXPECT_OK(run(true, batch2, l2, p2));
        expect_near(batch2, batch, 2e-7);
        expect_equal(l2, l);
        expect_equal(p2, p);
        return joined({&batch2, &l2, &p2});
    });
}

void ema_update(const Case& c, Random& random) {
    const int64_t count = c.number == 0 ? 1003 : 1 + random.below(5);  // beyond one launch's table
    const float decay = c.number % 3 == 0 ? 0.0f : static_cast<float>(random.uniform());
    std::vector<std::vector<float>> teacher, student;
    std::vector<int64_t> numel;
    for (int64_t k = 0; k < count; k++) {
        numel.push_back(count > 100 ? k % 3 : random.below(9000));
        for (auto* tensors : {&teacher, &student}) {
            tensors->emplace_back(numel.back() + 1);
            for (float& x : tensors->back()) x = static_cast<float>(random.between(-1, 1));
        }
    }
    std::vector<std::vector<float>> expected = teacher;
    std::vector<void*> teachers, references;
    std::vector<const void*> students;
    for (int64_t k = 0; k < count; k++) {  // an offset of one element makes pointers that 16-byte loads cannot take
        const int64_t shift = k % 2;
        teachers.push_back(teacher[k].data() + shift);
        references.push_back(expected[k].data() + shift);
        students.push_back(student[k].data() + shift);
    }
    EXPECT_OK(imas_ema_update(&kCpu, count, references.data(), students.data(), numel.data(), decay, nullptr, 0));
    EXPECT_OK(cuda->ema_update(&kCuda, count, teachers.data(), students.data(), numel.data(), decay, nullptr, 0));
    for (int64_t k = 0; k < count; k++) {
        for (size_t i = 0; i < teacher[k].size(); i++) EXPECT_NEAR(static_cast<double>(teacher[k][i]), static_cast<double>(expected[k][i]), 2e-7);
    }
}

void confusion(const Case& c, Random& random) {
    const Size& s = c.size;
    const Tensor logits = logits_of(c, c.layout, random), truth = labels_of(c, kLayouts[c.number / 2 % 3], random);
    Tensor counts(IMAS_I64, 1, 1, 3, s.classes);
    counts.fill([] { return 5; });
    const Workspace workspace(imas_confusion_workspace(&kCpu, logits, truth));
    EXPECT_OK(imas_confusion(&kCpu, logits, truth, counts, workspace.data, workspace.bytes));
    expect_same_bytes_for_all_orders([&] {
        Tensor n(IMAS_I64, 1, 1, 3, s.classes);
        n.fill([] { return 5; });
        EXPECT_OK(cuda->confusion(&kCuda, logits, truth, n, nullptr, 0));
        n.each([&](int64_t b, int64_t part, int64_t row, int64_t k) { EXPECT_NEAR(n.get(b, part, row, k), counts.get(b, part, row, k), row == 2 ? 0.0 : 1.0); });
        return n.bytes();
    });
}

/** Every kernel that sees `images` images refuses them on this backend, says so, and writes nothing. */
void expect_refused(const imas_backend& backend, int64_t images, int32_t status, const char* text) {
    Tensor logits(IMAS_F32, images, 2, 1, 1), strong(IMAS_F32, images, 3, 1, 1), labels(IMAS_U8, images, 1, 1, 1), confidence(IMAS_F32, images, 1, 1, 1);
    logits.fill([] { return 0; });
    strong.fill([] { return 0; });
    labels.fill([] { return 0; });
    confidence.fill([] { return 1; });
    const Tensor new_labels(IMAS_U8, images, 1, 1, 1), new_confidence(IMAS_F32, images, 1, 1, 1), counts(IMAS_I32, images, 1, 1, 8), loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1), grad(IMAS_F32, images, 2, 1, 1), batch(IMAS_F32, images, 3, 1, 1), areas(IMAS_I64, 1, 1, 3, 2);
    const Workspace consistency(cuda->consistency_loss_workspace(&backend, logits, labels)), supervised(cuda->supervised_loss_workspace(&backend, logits, labels, IMAS_OHEM));
    const std::function<int32_t()> calls[] = {
        [&] { return cuda->pseudo_label(&backend, logits, logits, 0.5f, new_labels, new_confidence, counts, nullptr, 0); },
        [&] { return cuda->compose_batch(&backend, nullptr, strong, strong, nullptr, nullptr, nullptr, 0, nullptr, nullptr, batch, nullptr, nullptr); },
        [&] { return cuda->consistency_loss(&backend, logits, labels, confidence, 0.5f, nullptr, 1.0f, loss, grad, consistency.data, consistency.bytes); },
        [&] { return cuda->supervised_loss(&backend, logits, labels, IMAS_OHEM, 0.7f, 1, 1.0f, loss, kept, grad, supervised.data, supervised.bytes); },
        [&] { return cuda->confusion(&backend, logits, labels, areas, nullptr, 0); },
    };
    const auto outputs = [&] { return joined({&new_labels, &new_confidence, &counts, &loss, &kept, &grad, &batch, &areas}); };
    const std::vector<unsigned char> before = outputs();
    for (const auto& call : calls) {
        said.clear();
        EXPECT(call() == status && said.find(text) != std::string::npos);
    }
    EXPECT(outputs() == before);
}

void too_many_images() { expect_refused(kCuda, 65536, IMAS_ERROR_ARGUMENT, "65536 images"); }

void no_such_device() {
    const imas_backend elsewhere = {IMAS_CUDA, 7, nullptr};
    expect_refused(elsewhere, 2, IMAS_ERROR_BACKEND, "device 7");
    Tensor counts(IMAS_I32, 2, 1, 1, 8);
    counts.fill([] { return 1; });
    const Tensor parts(IMAS_F32, 2, 1, 1, 5), pairing(IMAS_I32, 2, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1);
    float weight = 1.0f;
    const float other = 2.0f;
    void* const teacher = &weight;
    const void* const student = &other;
    const int64_t numel = 1;
    const std::vector<unsigned char> before = joined({&parts, &pairing, &mean});
    EXPECT(cuda->gamma(&elsewhere, counts, 1, IMAS_GAMMA_V1, 1, 1, parts, pairing, mean) == IMAS_ERROR_BACKEND);
    EXPECT(cuda->ema_update(&elsewhere, 1, &teacher, &student, &numel, 0.0f, nullptr, 0) == IMAS_ERROR_BACKEND);
    EXPECT(joined({&parts, &pairing, &mean}) == before && weight == 1.0f);
    EXPECT(cuda->ema_update(&kCuda, 1, &teacher, &student, &numel, 0.0f, nullptr, 0) == IMAS_OK && weight == 2.0f);  // the error is not left for the next call
}

/** A map may be longer than grid.y and grid.z are; to run one would take minutes here. */
void long_maps() {
    for (const bool tall : {true, false}) {
        const int across = tall ? 1 : 2000000, down = tall ? 2000000 : 1;
        const dim3 grid = imas::cuda::grid_of_pixels(imas::cuda::Logits{nullptr, IMAS_F32, 2, 1, 1, 1, 1, {1, down}, {1, across}}, 3);
        EXPECT(grid.x == (tall ? 250000u : 62500u) && grid.y == 3 && grid.z == 1);
    }
}

// Kernels with a fault each.

void race_kernel(int* sum) {
    IMAS_SHARED(memory);
    int* const value = reinterpret_cast<int*>(memory);
    value[threadIdx.x] = static_cast<int>(threadIdx.x);  // the barrier that belongs here is missing
    if (threadIdx.x == 0) {
        unsigned total = 0;
        for (unsigned i = 0; i < blockDim.x; i++) total += static_cast<unsigned>(value[i]);
        *sum = static_cast<int>(total);
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
    for (uint64_t seed : {1, 2, 3}) {
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
    cuda = imas_cuda_backend(IMAS_BACKEND_TABLE_VERSION, [](const char* text) { std::printf("%s\n", (said = text).c_str()); });
    EXPECT(cuda && !imas_cuda_backend(IMAS_BACKEND_TABLE_VERSION + 1, nullptr));
    context = "limits";
    too_many_images();
    no_such_device();
    long_maps();
    const int cases = count > 1 ? std::atoi(arguments[1]) : 24;
    for (int number = 0; number < cases; number++) {
        Random random(static_cast<uint64_t>(number) + 1);
        const Case c = random_case(number, random);
        const struct {
            const char* name;
            void (*run)(const Case&, Random&);
        } tests[] = {{"pseudo_label and gamma", pseudo_label_and_gamma}, {"consistency_loss", consistency_loss}, {"supervised_loss", supervised_loss}, {"compose_batch", compose_batch}, {"ema_update", ema_update}, {"confusion", confusion}};
        for (const auto& test : tests) {
            context = std::string(test.name) + " case " + std::to_string(number) + " " + c.size.text();
            test.run(c, random);
        }
    }
    std::printf("%d cases, %d failures\n", cases, failures);
    return failures ? 1 : 0;
}
