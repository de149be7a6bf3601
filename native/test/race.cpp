// imas_race clean|race: a sum over threads as the kernels do it, and one with the race that ThreadSanitizer must
// report, else it is blind here: it would be as silent about the kernels.
#include <omp.h>

#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
    const bool race = argc > 1 && !std::strcmp(argv[1], "race");
    long sum = 0, shared = 0;
    omp_set_num_threads(4);
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : sum)
    for (long k = 0; k < 100000; ++k) sum += k;
#pragma omp parallel
    {
        if (race) shared += omp_get_thread_num();
        else __atomic_fetch_add(&shared, omp_get_thread_num(), __ATOMIC_RELAXED);
#pragma omp barrier
        if (omp_get_thread_num() == 0) std::printf("%ld %ld\n", sum, shared);
    }
    return 0;
}
