#include "orders.hpp"
#include "window.cuh"

using namespace test;

namespace {

/** Every kernel that sees `images` images refuses them on this backend, says so, and writes nothing. */
void expect_refused(const imas_backend& backend, int64_t images, int32_t status, const char* text) {
    Tensor logits(IMAS_F32, images, 2, 1, 1), strong(IMAS_F32, images, 3, 1, 1), labels(IMAS_U8, images, 1, 1, 1),
        confidence(IMAS_F32, images, 1, 1, 1);
    logits.fill([] { return 0; });
    strong.fill([] { return 0; });
    labels.fill([] { return 0; });
    confidence.fill([] { return 1; });
    const Tensor new_labels(IMAS_U8, images, 1, 1, 1), new_confidence(IMAS_F32, images, 1, 1, 1),
        counts(IMAS_I32, images, 1, 1, 8), loss(IMAS_F32, 1, 1, 1, 1), kept(IMAS_I64, 1, 1, 1, 1),
        grad(IMAS_F32, images, 2, 1, 1), batch(IMAS_F32, images, 3, 1, 1), areas(IMAS_I64, 1, 1, 3, 2);
    const Workspace consistency(cuda->consistency_loss_workspace(&backend, logits, labels)),
        supervised(cuda->supervised_loss_workspace(&backend, logits, labels, IMAS_OHEM));
    const std::function<int32_t()> calls[] = {
        [&] {
            return cuda->pseudo_label(&backend, logits, logits, 0.5f, new_labels, new_confidence, counts, nullptr, 0);
        },
        [&] {
            return cuda->compose_batch(&backend, nullptr, strong, strong, nullptr, nullptr, nullptr, 0, nullptr,
                                       nullptr, batch, nullptr, nullptr);
        },
        [&] {
            return cuda->consistency_loss(&backend, logits, labels, confidence, 0.5f, nullptr, 1.0f, loss, grad,
                                          consistency.data, consistency.bytes);
        },
        [&] {
            return cuda->supervised_loss(&backend, logits, labels, IMAS_OHEM, 0.7f, 1, 1.0f, loss, kept, grad,
                                         supervised.data, supervised.bytes);
        },
        [&] { return cuda->confusion(&backend, logits, labels, areas, nullptr, 0); },
    };
    const auto outputs = [&] {
        return joined({&new_labels, &new_confidence, &counts, &loss, &kept, &grad, &batch, &areas});
    };
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
    EXPECT(cuda->ema_update(&kCuda, 1, &teacher, &student, &numel, 0.0f, nullptr, 0) == IMAS_OK &&
           weight == 2.0f);  // the error is not left for the next call
}

/** A call for one device must not make a context on another, and leaves the caller where it was if it had one there. */
void other_devices_are_left_alone() {
    const imas_backend second = {IMAS_CUDA, 1, nullptr};
    float weight = 1.0f;
    const float other = 2.0f;
    void* const teacher = &weight;
    const void* const student = &other;
    const int64_t numel = 1;
    const auto call = [&] { return cuda->ema_update(&second, 1, &teacher, &student, &numel, 0.0f, nullptr, 0); };
    simt::device = 0;
    simt::contexts = 0;
    EXPECT_OK(call());
    EXPECT(!simt::has_context(0) && simt::has_context(1));

    cudaSetDevice(0);
    EXPECT_OK(call());
    EXPECT(simt::device == 0);
}

/** Rows of logits so long that their tiles would take the host minutes to choose: all of one number, and repeated. */
void long_rows_of_logits() {
    const int64_t width = 1 << 23;
    float number = 0.5f;
    uint8_t label = 0;
    int64_t counts[3 * 2] = {};
    const imas_tensor logits = {&number, IMAS_F32, 0, {1, 2, 2, width}, {0, 0, 0, 0}},
                      truth = {&label, IMAS_U8, 0, {1, 1, 2, 2}, {0, 0, 0, 0}},
                      areas = {counts, IMAS_I64, 0, {1, 1, 3, 2}, {6, 6, 2, 1}};
    EXPECT_OK(cuda->confusion(&kCuda, &logits, &truth, &areas, nullptr, 0));
    EXPECT(counts[0] == 4 && counts[2] == 4 && counts[4] == 4);
    const imas::cuda::Logits enlarged = {&number, IMAS_F32, 2, 0, 0, 0, 0, {2, 2}, {1 << 23, (1 << 25) - 3}};
    EXPECT(imas::cuda::fast_tiles(enlarged, 0).threads == 0);
    const imas::cuda::Logits longest = {&number, IMAS_F32, 2, 0, 0, 0, 0, {2, 2}, {1 << 16, (1 << 18) - 3}};
    EXPECT(imas::cuda::fast_tiles(longest, 0).threads > 0);
}

/** More threads than the emulation runs in seconds are refused as a launch that failed. */
void endless_launches() {
    float number = 0.5f;
    uint8_t label = 0;
    int64_t counts[3 * 2] = {};
    const imas_tensor logits = {&number, IMAS_F32, 0, {2, 2, 1, 1}, {0, 0, 0, 0}},
                      truth = {&label, IMAS_U8, 0, {2, 1, 4096, 4096}, {0, 0, 0, 0}},
                      areas = {counts, IMAS_I64, 0, {1, 1, 3, 2}, {6, 6, 2, 1}};
    EXPECT(cuda->confusion(&kCuda, &logits, &truth, &areas, nullptr, 0) == IMAS_ERROR_DEVICE);
    EXPECT(said.find("more threads than") != std::string::npos && counts[2] == 0);
}

/** Which devices are said to be usable, and why the others are not. */
void devices_and_images() {
    const auto refused = [](int32_t device, const char* text) {
        said.clear();
        return !cuda->available(device) && said.find(text) != std::string::npos;
    };
    EXPECT(cuda->available(0) && cuda->available(-1) && cuda->capability(0) == 90);
    EXPECT(refused(7, "no CUDA device 7, but 2") && !cuda->capability(7));
    setenv("SIMT_CAPABILITY", "61", 1);
    EXPECT(cuda->capability(0) == 61);
    EXPECT(refused(0, "device 0, of compute capability 6.1") && refused(0, "no kernel image") &&
           refused(0, "built for sm_75/compute_75") && refused(-1, "6.1"));
    unsetenv("SIMT_CAPABILITY");
    EXPECT(cuda->available(0));  // the error is not left for the next call
}

/** A map may be longer than grid.y and grid.z are; to run one would take minutes here. */
void long_maps() {
    for (const bool tall : {true, false}) {
        const int across = tall ? 1 : 2000000, down = tall ? 2000000 : 1;
        const dim3 grid =
            imas::cuda::grid_of_pixels(imas::cuda::Logits{nullptr, IMAS_F32, 2, 1, 1, 1, 1, {1, down}, {1, across}}, 3);
        EXPECT(grid.x == (tall ? 250000u : 62500u) && grid.y == 3 && grid.z == 1);
    }
}

/** The tiles of a loss, for whatever number of blocks a GPU runs at once. */
void tiles_in_full_waves() {
    using namespace imas::cuda;
    struct Size {
        int images, classes, low, high;
    };
    const Size voc = {4, 21, 129, 513}, cityscapes = {2, 19, 193, 769};
    const auto tiles_of = [](const Size& size, int64_t blocks) {
        const imas::law::Axis axis = {size.low, size.high};
        const Logits logits = {nullptr, IMAS_F32, size.classes, 0, 1, 0, 0, {axis}, {axis}};
        return with_height(fast_tiles(logits, 1), size.low, size.images, blocks, 4);
    };
    for (const Size& size : {voc, cityscapes})
        for (int64_t blocks = 1; blocks < 700; blocks++) {
            const Tiles tiles = tiles_of(size, blocks);
            const int64_t side_by_side = tiles.across * size.images, all = side_by_side * tiles.down,
                          waves = (all + blocks - 1) / blocks;
            EXPECT(tiles.height <= kMaxHeight && tiles.down * tiles.height >= size.low);
            // As low as they fit into these waves, and one wave fewer would not do.
            EXPECT(tiles.height == 4 || waves * blocks / side_by_side * (tiles.height - 1) < size.low);
            EXPECT((waves - 1) * blocks / side_by_side * kMaxHeight < size.low);
        }
    // T4: 80 blocks at once; with tiles of 16 rows it would be 108, and the second wave two thirds empty.
    const Tiles small = tiles_of(voc, 80), large = tiles_of(voc, 264);
    EXPECT(small.height == 10 && small.blocks_per_image() * 4 == 156);
    EXPECT(large.height == 6 && large.blocks_per_image() * 4 == 264);
}

}  // namespace

void test_limits() {
    tiles_in_full_waves();
    too_many_images();
    no_such_device();
    devices_and_images();
    long_maps();
    other_devices_are_left_alone();
    long_rows_of_logits();
    endless_launches();
}
