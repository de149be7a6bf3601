/* gamma of two images from C. Build: cc gamma.c -I native/include -L BUILD -limas -Wl,-rpath,BUILD -o gamma */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imas.h"

enum { B = 2, C = 3, LOW = 5, FULL = 17, COUNTS = 3 * C + 2 };

/* A view of contiguous memory, axes (N, C, H, W). */
static imas_tensor view(void* data, int32_t dtype, int64_t n, int64_t c, int64_t h, int64_t w) {
    imas_tensor t = {data, dtype, 0, {n, c, h, w}, {c * h * w, h * w, w, 1}};
    return t;
}

static void check(int32_t status) {
    if (status == IMAS_OK) return;
    fprintf(stderr, "%s\n", imas_last_error());
    exit(1);
}

int main(void) {
    const imas_backend cpu = {IMAS_CPU, 0, NULL};

    /* Logits of 10 for one class, 0 for the others. Image 0: both networks class 1. Image 1: student 1, teacher 2. */
    static float student[B][C][LOW][LOW], teacher[B][C][LOW][LOW];
    for (int i = 0; i < LOW * LOW; i++) {
        (&student[0][1][0][0])[i] = (&student[1][1][0][0])[i] = 10;
        (&teacher[0][1][0][0])[i] = (&teacher[1][2][0][0])[i] = 10;
    }
    static uint8_t labels[B][FULL][FULL];
    static float confidence[B][FULL][FULL], parts[B][5], mean;
    static int32_t counts[B][COUNTS], pairing[B];

    const imas_tensor s = view(student, IMAS_F32, B, C, LOW, LOW), t = view(teacher, IMAS_F32, B, C, LOW, LOW);
    const imas_tensor l = view(labels, IMAS_U8, B, 1, FULL, FULL), p = view(confidence, IMAS_F32, B, 1, FULL, FULL);
    const imas_tensor n = view(counts, IMAS_I32, B, 1, 1, COUNTS), g = view(parts, IMAS_F32, B, 1, 1, 5);
    const imas_tensor k = view(pairing, IMAS_I32, B, 1, 1, 1), m = view(&mean, IMAS_F32, 1, 1, 1, 1);

    /* The caller owns all memory, the workspace too: aligned to 64 bytes, as large as the kernel asks for. */
    const size_t bytes = imas_pseudo_label_workspace(&cpu, &s, &l);
    void* workspace = aligned_alloc(64, (bytes + 63) / 64 * 64);
    check(imas_pseudo_label(&cpu, &s, &t, 0.95f, &l, &p, &n, workspace, bytes));
    check(imas_gamma(&cpu, &n, FULL * FULL, IMAS_GAMMA_V1, 1, 1, &g, &k, &m));
    free(workspace);

    printf("gamma %.1f %.1f, mean %.1f, partners %d %d\n", parts[0][4], parts[1][4], mean, pairing[0], pairing[1]);
    return 0;
}
