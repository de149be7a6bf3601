// Calls from several threads at once, and how many threads they have.
#include <dirent.h>

#include <atomic>
#include <thread>

#include "reference.hpp"

using namespace test;

namespace {

/** Every operation once, on tensors of its own; the bytes of all outputs. */
std::vector<unsigned char> every_operation(uint64_t seed) {
    Random random(seed);
    const Size s = {2, 5, 20, 17, 77, 65};
    Tensor student(IMAS_F32, s.images, s.classes, s.h, s.w), teacher(IMAS_BF16, s.images, s.classes, s.h, s.w);
    random_logits(student, random);
    random_logits(teacher, random);
    Tensor labels(IMAS_U8, s.images, 1, s.height, s.width), confidence(IMAS_F32, s.images, 1, s.height, s.width),
        counts(IMAS_I32, s.images, 1, 1, 3 * s.classes + 2), parts(IMAS_F32, s.images, 1, 1, 5),
        pairing(IMAS_I32, s.images, 1, 1, 1), mean(IMAS_F32, 1, 1, 1, 1), loss(IMAS_F32, 1, 1, 1, 1),
        hard(IMAS_F32, 1, 1, 1, 1), grad(IMAS_F32, s.images, s.classes, s.h, s.w), weak(IMAS_F32, 2, 3, 64, 64),
        strong(IMAS_F32, 2, 3, 64, 64), batch(IMAS_BF16, 4, 3, 64, 64), areas(IMAS_I64, 1, 1, 3, s.classes),
        old(IMAS_F32, 1, 1, 300, 300), fresh(IMAS_F32, 1, 1, 300, 300);
    const Workspace workspace(1 << 20);
    for (Tensor* t : {&weak, &strong, &old, &fresh}) t->fill([&] { return random.uniform(); });
    areas.fill([] { return 0; });
    EXPECT_OK(imas_pseudo_label(&kTested, student, teacher, 0.5f, labels, confidence, counts, workspace.data,
                                workspace.bytes));
    EXPECT_OK(imas_gamma(&kTested, counts, s.height * s.width, IMAS_GAMMA_V1, 1, 1, parts, pairing, mean));
    EXPECT_OK(imas_compose_batch(&kTested, nullptr, weak, strong, nullptr, nullptr, nullptr, 1, nullptr, nullptr, batch,
                                 nullptr, nullptr));
    EXPECT_OK(imas_consistency_loss(&kTested, student, labels, confidence, 0.3f, nullptr, 1, loss, grad, workspace.data,
                                    workspace.bytes));
    EXPECT_OK(imas_supervised_loss(&kTested, student, labels, IMAS_OHEM, 0.1f, 900, 1, hard, nullptr, nullptr,
                                   workspace.data, workspace.bytes));
    void* const to = old.view.data;
    const void* const from = fresh.view.data;
    const int64_t numel = 90000;
    EXPECT_OK(imas_ema_update(&kTested, 1, &to, &from, &numel, 0.9f, workspace.data, workspace.bytes));
    EXPECT_OK(imas_confusion(&kTested, student, labels, areas, workspace.data, workspace.bytes));
    return joined({&labels, &confidence, &counts, &parts, &pairing, &mean, &batch, &loss, &grad, &hard, &old, &areas});
}

const int kCallers = 8;

/** Threads of this process, as the system counts them. */
int threads_alive() {
    int count = 0;
    DIR* const tasks = opendir("/proc/self/task");
    for (const dirent* entry; tasks && (entry = readdir(tasks));) count += entry->d_name[0] != '.';
    if (tasks) closedir(tasks);
    return count;
}

/** Eight threads that each do the same as alone, `rounds` times; how many threads they have made when all have. */
int call_at_once(int rounds) {
    std::vector<std::vector<unsigned char>> alone;
    for (int k = 0; k < kCallers; ++k) alone.push_back(every_operation(static_cast<uint64_t>(k)));
    const int before = threads_alive();
    std::vector<std::thread> callers;
    std::vector<int> wrong(kCallers, 0);
    std::atomic<int> done{0};
    std::atomic<bool> may_end{false};
    for (int k = 0; k < kCallers; ++k) {
        callers.emplace_back([&, k] {
            const size_t n = static_cast<size_t>(k);
            for (int round = 0; round < rounds; ++round)
                wrong[n] += every_operation(static_cast<uint64_t>(k)) != alone[n];
            ++done;
            while (!may_end) std::this_thread::yield();
        });
    }
    while (done < kCallers) std::this_thread::yield();
    const int made = threads_alive() - before;
    may_end = true;
    for (std::thread& caller : callers) caller.join();
    for (int count : wrong) EXPECT(count == 0);
    return made;
}

void many_callers() {
    for (int threads : {0, 1, 3}) {
        context = "threads " + std::to_string(threads);
        EXPECT_OK(imas_set_threads(threads));
        EXPECT(imas_threads() == threads);
        call_at_once(4);
    }
    EXPECT_OK(imas_set_threads(0));
}

/**
 * With one thread set a caller has no helper: eight callers are eight threads, whatever OpenMP would choose. The count
 * is exact with GCC's OpenMP; clang's has threads of its own.
 */
void one_thread_a_caller() {
    context = "threads: no helpers";
    const int openmp = omp_get_max_threads();
    omp_set_num_threads(4);
    EXPECT_OK(imas_set_threads(1));
    const int made = call_at_once(1);
#ifndef __clang__
    EXPECT(made == kCallers);
#else
    (void)made;
#endif
    EXPECT(omp_get_max_threads() == 4);  // the caller's own number is left alone
    omp_set_num_threads(openmp);
    EXPECT_OK(imas_set_threads(0));
}

void numbers_of_threads() {
    context = "threads: numbers";
    EXPECT_REFUSED(imas_set_threads(-1), IMAS_ERROR_ARGUMENT, "imas_set_threads: threads is -1, expected 0");
    EXPECT_REFUSED(imas_set_threads(1025), IMAS_ERROR_ARGUMENT, "threads is 1025");
    EXPECT(imas_threads() == 0);
}

}  // namespace

void test_threads() {
    numbers_of_threads();
    one_thread_a_caller();
    many_callers();
}
