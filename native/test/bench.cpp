// Milliseconds (median) of each kernel at the published sizes, with the threads OpenMP gives: imas_bench [repeats]
#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include "harness.hpp"

using namespace test;

namespace {

/** Logits of smooth regions plus noise. */
void fill_with_waves(Tensor& logits, Random& random, double spread) {
    logits.each([&](int64_t n, int64_t c, int64_t h, int64_t w) {
        const double wave = std::sin(0.05 * static_cast<double>(h) + 0.07 * static_cast<double>(w) +
                                     2.4 * static_cast<double>(c) + static_cast<double>(n));
        logits.set(n, c, h, w, spread * wave + random.between(-1, 1));
    });
}

int repeats = 15;

void time(const char* name, const std::function<int32_t()>& call) {
    std::vector<double> ms, cpu;
    const auto cpu_ms = [] {
        timespec t;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return 1e3 * static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_nsec);
    };
    for (int k = 0; k < repeats + 2; ++k) {
        const double busy = cpu_ms();
        const auto start = std::chrono::steady_clock::now();
        const int32_t status = call();
        const auto end = std::chrono::steady_clock::now();
        if (status != IMAS_OK) {
            std::fprintf(stderr, "%s: %s\n", name, imas_last_error());
            std::exit(1);
        }
        if (k >= 2) cpu.push_back(cpu_ms() - busy);
        if (k >= 2) ms.push_back(std::chrono::duration<double, std::milli>(end - start).count());
    }
    std::sort(ms.begin(), ms.end());
    std::sort(cpu.begin(), cpu.end());
    std::printf("  %-34s %8.2f ms  (%.2f - %.2f), processor time %.2f (%.2f at best)\n", name, ms[ms.size() / 2],
                ms.front(), ms.back(), cpu[cpu.size() / 2], cpu.front());
}

void measure(const Size& s, imas_dtype type, Layout layout, float spread) {
    std::printf("%s, logits %s %s, logit spread %g\n", s.text().c_str(), type == IMAS_F32 ? "f32" : "bf16",
                layout == Layout::kNchw ? "NCHW" : "channels-last", static_cast<double>(spread));
    Random random(1);
    Tensor student(type, s.images, s.classes, s.h, s.w, layout), teacher(type, s.images, s.classes, s.h, s.w, layout),
        grad(type, s.images, s.classes, s.h, s.w, layout);
    fill_with_waves(student, random, static_cast<double>(spread));
    fill_with_waves(teacher, random, static_cast<double>(spread));
    Tensor labels(IMAS_U8, s.images, 1, s.height, s.width), confidence(IMAS_F32, s.images, 1, s.height, s.width),
        counts(IMAS_I32, s.images, 1, 1, 3 * s.classes + 2);
    Tensor parts(IMAS_F32, s.images, 1, 1, 5), pairing(IMAS_I32, s.images, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1),
        loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1);
    {
        Workspace workspace(imas_pseudo_label_workspace(&kTested, student, labels));
        time("pseudo_label + gamma", [&] {
            const int32_t status = imas_pseudo_label(&kTested, student, teacher, 0.95f, labels, confidence, counts,
                                                     workspace.data, workspace.bytes);
            return status != IMAS_OK
                       ? status
                       : imas_gamma(&kTested, counts, s.height * s.width, IMAS_GAMMA_V1, 1, 1, parts, pairing, mean);
        });
    }
    {
        Workspace workspace(imas_consistency_loss_workspace(&kTested, student, labels));
        for (float threshold : {0.0f, 0.7f}) {
            const std::string name = "consistency_loss with grad, tau " + std::to_string(threshold).substr(0, 3);
            time(name.c_str(), [&] {
                return imas_consistency_loss(&kTested, student, labels, confidence, threshold, nullptr, 1, loss, grad,
                                             workspace.data, workspace.bytes);
            });
        }
    }
    for (int kind : {IMAS_CE, IMAS_OHEM}) {
        Workspace workspace(imas_supervised_loss_workspace(&kTested, student, labels, kind));
        time(kind == IMAS_CE ? "supervised_loss CE with grad" : "supervised_loss OHEM with grad", [&] {
            return imas_supervised_loss(&kTested, student, labels, kind, 0.7f, 100000, 1, loss, kept, grad,
                                        workspace.data, workspace.bytes);
        });
    }
    {
        Tensor total(IMAS_I64, 1, 1, 3, s.classes);
        total.fill([] { return 0; });
        Workspace workspace(imas_confusion_workspace(&kTested, student, labels));
        time("confusion",
             [&] { return imas_confusion(&kTested, student, labels, total, workspace.data, workspace.bytes); });
    }
    Tensor labeled(IMAS_F32, s.images, 3, s.height, s.width), weak(IMAS_F32, s.images, 3, s.height, s.width),
        strong(IMAS_F32, s.images, 3, s.height, s.width);
    Tensor boxes(IMAS_I32, s.images, 1, 1, 4), gamma(IMAS_F32, s.images, 1, 1, 1),
        mixed(IMAS_U8, s.images, 1, s.height, s.width), mixed_confidence(IMAS_F32, s.images, 1, s.height, s.width);
    Tensor batch(type, 4 * s.images, 3, s.height, s.width, layout);
    for (Tensor* t : {&labeled, &weak, &strong})
        std::memset(t->view.data, 0, static_cast<size_t>(s.images * 3 * s.height * s.width) * 4);
    gamma.fill([] { return 0.4; });
    for (int64_t b = 0; b < s.images; ++b) {
        const int64_t box[4] = {s.height / 5, s.width / 4, s.height / 2, s.width / 2};
        for (int64_t k = 0; k < 4; ++k) boxes.set(b, 0, 0, k, static_cast<double>(box[k]));
    }
    time("compose_batch (4 parts)", [&] {
        return imas_compose_batch(&kTested, labeled, weak, strong, gamma, pairing, boxes, 1, labels, confidence, batch,
                                  mixed, mixed_confidence);
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) repeats = std::max(1, std::atoi(argv[1]));
    std::printf("%s, %d thread(s)\n", imas_build_info(), omp_get_max_threads());
    const Size voc = {4, 21, 129, 129, 513, 513}, cityscapes = {2, 19, 193, 193, 769, 769};
    measure(voc, IMAS_F32, Layout::kNchw, 6);
    measure(voc, IMAS_BF16, Layout::kNhwc, 6);
    measure(cityscapes, IMAS_F32, Layout::kNchw, 6);
    const int64_t tensors = 300, numel = 40'000'000 / tensors;
    std::vector<float> weights(static_cast<size_t>(2 * tensors * numel), 0.5f);
    std::vector<void*> teacher;
    std::vector<const void*> student;
    const std::vector<int64_t> sizes(static_cast<size_t>(tensors), numel);
    for (int64_t k = 0; k < tensors; ++k)
        teacher.push_back(weights.data() + 2 * k * numel), student.push_back(weights.data() + (2 * k + 1) * numel);
    std::printf("40 M weights in 300 tensors\n");
    time("ema_update", [&] {
        return imas_ema_update(&kTested, tensors, teacher.data(), student.data(), sizes.data(), 0.996f, nullptr, 0);
    });
    return 0;
}
