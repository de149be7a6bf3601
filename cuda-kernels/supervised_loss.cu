// Supervised cross-entropy and OHEM with their gradients (method 3.6). The loss itself is in pixel_loss.cuh; here are
// the number of pixels it divides by and OHEM's limit, all kept on the device.
//   CE    count labelled pixels, a number a block -> loss and gradient, whose blocks add these numbers up.
//   OHEM  probability of the true class of each pixel, the count of labelled pixels, and the first of three histograms
//         over the bits of the probability -> two more histograms, 11 + 11 + 10 bits in all, find the min_kept-th
//         smallest exactly, without a sort -> loss and gradient.
// The last block of a launch evaluates the histogram; the rounds after the first are skipped when the value can no
// longer exceed `thresh`. OHEM computes the exponentials twice: keeping them would cost 88 MB, and keeping only each
// pixel's maximum and sum saves about as much arithmetic as its 17 MB of traffic cost. Floors: CE that of
// pixel_loss.cuh; OHEM with many hard pixels twice its exponentials, 12 us at the VOC sizes (benchmarks/gpu/LIMITS.md).
// Counts are integers, so atomics change no bit: run-to-run identical.
#include "law/pixels.hpp"
#include "pixel_loss.cuh"

namespace imas::cuda {
namespace {

constexpr int kBins = 2048;
constexpr int kRounds = 3;
constexpr int kPixelsPerBlock = 4096;
constexpr int64_t kMostCounts = 512;  // blocks that count labelled pixels

/** What one launch leaves for the next; all zero at first. */
struct State {
    unsigned long long labelled, numbers,
        below_thresh;  // labelled pixels; those whose probability is a number; and at most thresh
    unsigned long long kept, rank;
    unsigned prefix;  // the bits found so far
    float limit;      // pixels with a probability up to this are kept
    int ohem;         // 0: plain cross-entropy
    int settled;      // the limit is known
    unsigned finished_blocks[kRounds];
};
constexpr size_t kStateBytes = 128;
static_assert(sizeof(State) <= kStateBytes, "the state outgrew its place");

struct Workspace {
    LossWorkspace loss;
    State* state;                  // OHEM's
    unsigned* histogram;           // [kRounds][kBins], behind the state
    float* probability;            // [B,H,W]
    unsigned long long* labelled;  // CE's: of each counting block
    size_t bytes;

    Workspace(void* base, const imas_tensor& logits, const imas_tensor& labels, int32_t kind)
        : loss(base, logits, labels) {
        const int64_t* size = labels.shape;
        char* const at = static_cast<char*>(base) + loss.bytes;
        const bool ohem = kind == IMAS_OHEM;
        state = ohem ? reinterpret_cast<State*>(at) : nullptr;
        histogram = ohem ? reinterpret_cast<unsigned*>(at + kStateBytes) : nullptr;
        probability = ohem ? reinterpret_cast<float*>(at + kClearedBytes) : nullptr;
        labelled = ohem ? nullptr : reinterpret_cast<unsigned long long*>(at);
        bytes = loss.bytes + (ohem ? kClearedBytes + static_cast<size_t>(size[0] * size[2] * size[3]) * sizeof(float)
                                   : static_cast<size_t>(counts_of(labels)) * sizeof *labelled);
    }

    static constexpr size_t kClearedBytes = kStateBytes + kRounds * kBins * sizeof(unsigned);

    /** Blocks that count labelled pixels. */
    static unsigned counts_of(const imas_tensor& labels) {
        const int64_t rows = labels.shape[0] * labels.shape[2];
        return static_cast<unsigned>(rows < kMostCounts ? rows : kMostCounts);
    }
};

struct Labels {
    View<const uint8_t> view;
    int end_of_labels, height, width;

    /** -1 for ignored pixels and for labels out of range. */
    __device__ __forceinline__ int valid(int label) const { return label < end_of_labels ? label : -1; }
    __device__ __forceinline__ int at(int image, int y, int x) const { return valid(*view.at(image, 0, y, x)); }
    __device__ __forceinline__ int64_t index(int image, int y, int x) const {
        return (static_cast<int64_t>(image) * height + y) * width + x;
    }
};

/** A number a block, so that nothing has to be 0 before. Blocks take rows of all images in turn. */
__global__ void __launch_bounds__(kThreads)
    count_labelled_kernel(Labels labels, int64_t rows, unsigned long long* of_blocks) {
    IMAS_SHARED(memory);
    unsigned long long n = 0;
    for (int64_t k = blockIdx.x; k < rows; k += gridDim.x) {
        const uint8_t* const row = labels.view.at(k / labels.height, 0, k % labels.height, 0);
#pragma unroll 4
        for (int x = threadIdx.x; x < labels.width; x += kThreads) n += labels.valid(row[x * labels.view.sw]) >= 0;
    }
    n = block_sum(n, reinterpret_cast<unsigned long long*>(memory));
    if (threadIdx.x == 0) of_blocks[blockIdx.x] = n;
}

__device__ __forceinline__ int shift_of(int round) { return round == 0 ? 21 : round == 1 ? 10 : 0; }
__device__ __forceinline__ int width_of(int round) { return round == 2 ? 10 : 11; }

/** The wanted pixels' number of one round: adds it to the histogram, and its last block goes on to the next digit. */
struct Selection {
    State* state;
    unsigned* histogram;  // of the round
    int round;
    float thresh;
    long long min_kept;

    /** Order-preserving bits of a probability, 0x7fffffff at most; NaN ranks above all. */
    static __device__ __forceinline__ unsigned key_of(float probability) {
        return probability == probability ? __float_as_uint(probability) : 0x7fffffffu;
    }

    /** `prefix` is what the rounds before have found. */
    __device__ __forceinline__ void add(float probability, unsigned prefix, unsigned* bins) const {
        const unsigned key = key_of(probability);
        const int shift = shift_of(round), width = width_of(round);
        if (round == 0 || key >> (shift + width) == prefix) atomicAdd(&bins[key >> shift & ((1u << width) - 1u)], 1u);
    }

    /** All threads, after their last add. `bins` is kBins numbers of shared memory. */
    __device__ __forceinline__ void finish(unsigned* bins, unsigned blocks) const {
        __syncthreads();
        for (int i = threadIdx.x; i < kBins; i += blockDim.x) {
            if (bins[i]) atomicAdd(&histogram[i], bins[i]);
        }
        __threadfence();
        __syncthreads();
        const bool last = threadIdx.x == 0 && atomicAdd(&state->finished_blocks[round], 1u) == blocks - 1;
        if (!__syncthreads_or(last)) return;
        __threadfence();
        for (int i = threadIdx.x; i < kBins; i += blockDim.x)
            bins[i] = static_cast<const volatile unsigned*>(histogram)[i];
        __syncthreads();
        unsigned part = 0;  // 32 threads add up 64 bins each, so that one need not walk through all
        if (threadIdx.x < 32) {
            for (int i = 0; i < kBins / 32; i++) part += bins[threadIdx.x * (kBins / 32) + i];
        }
        unsigned* const parts = bins + kBins;
        if (threadIdx.x < 32) parts[threadIdx.x] = part;
        __syncthreads();
        if (threadIdx.x == 0) next_digit(bins, parts);
    }

private:
    /** One thread. */
    __device__ __forceinline__ void next_digit(const unsigned* bins, const unsigned* parts) const {
        volatile State* const s = state;
        if (round == 0) {
            s->ohem = s->numbers > 0 && law::chooses_hard(min_kept, static_cast<long long>(s->labelled));
            s->rank = static_cast<unsigned long long>(min_kept);
            s->settled = !s->ohem;
            if (!s->ohem) return;
        }
        unsigned long long rank = s->rank;
        int bin = 0;
        for (int i = 0; i < 31 && parts[i] < rank; i++) {
            rank -= parts[i];
            bin += kBins / 32;
        }
        bin = law::bin_of_rank(bins, bin, kBins - 1, rank);
        const unsigned prefix = s->prefix << width_of(round) | static_cast<unsigned>(bin);
        const float largest = __uint_as_float((prefix << shift_of(round)) |
                                              ((1u << shift_of(round)) - 1u));  // that this prefix can become
        s->rank = rank;
        s->prefix = prefix;
        if (round == 2 && !(largest <= thresh)) {
            const bool some = largest < law::kProbabilityOfIgnored;  // else numbers have run out
            s->limit = some ? largest : law::kProbabilityOfIgnored;
            s->kept = some ? static_cast<unsigned long long>(min_kept) - rank + bins[bin] : s->numbers;
            s->settled = 1;
        } else if (largest <= thresh) {
            s->limit = thresh;
            s->kept = s->below_thresh;
            s->settled = 1;
        }
    }
};

constexpr size_t kSelectionBytes = (kBins + 32) * sizeof(unsigned);

/** The probabilities of the true classes, and the first histogram. */
struct Probabilities {
    Logits logits;
    Labels labels;
    Selection selection;
    float* probability;

    /**
     * Labelled pixels, those whose probability is a number, and at most thresh: 20 bits each, a block has fewer
     * pixels.
     */
    struct Counts {
        unsigned long long packed = 0;

        __device__ __forceinline__ void add(bool labelled, bool number, bool below) {
            packed += static_cast<unsigned long long>(labelled) | static_cast<unsigned long long>(number) << 20 |
                      static_cast<unsigned long long>(below) << 40;
        }
        __device__ __forceinline__ static void add_to(unsigned long long* total, unsigned long long packed) {
            atomicAdd(total, packed & 0xfffffu);
        }
    };

    __device__ __forceinline__ void record(int image, int y, int x, int label, float p, Counts& counts,
                                           unsigned* bins) const {
        p = label >= 0 ? p : law::kProbabilityOfIgnored;
        probability[labels.index(image, y, x)] = p;
        selection.add(p, 0, bins);
        counts.add(label >= 0, label >= 0 && p == p, label >= 0 && law::is_hard(p, selection.thresh));
    }

    __device__ __forceinline__ void record_exactly(int image, int y, int x, Counts& counts, unsigned* bins) const {
        const int label = labels.at(image, y, x);
        float p = law::kProbabilityOfIgnored;
        if (label >= 0) {
            const Tap row = tap(logits.rows, y, logits.sh), column = tap(logits.columns, x, logits.sw);
            p = softmax_of(logits, image, row, column).probability(logits.at(image, label, row, column));
        }
        record(image, y, x, label, p, counts, bins);
    }

    /** All threads. */
    __device__ __forceinline__ void finish(const Counts& counts, unsigned* bins, unsigned blocks) const {
        State* const state = selection.state;
        const unsigned long long sum = block_sum(counts.packed, reinterpret_cast<unsigned long long*>(bins + kBins));
        if (threadIdx.x == 0) {
            Counts::add_to(&state->labelled, sum);
            Counts::add_to(&state->numbers, sum >> 20);
            Counts::add_to(&state->below_thresh, sum >> 40);
        }
        selection.finish(bins, blocks);
    }
};

__device__ __forceinline__ void clear(unsigned* bins) {
    for (int i = threadIdx.x; i < kBins; i += blockDim.x) bins[i] = 0;
}

template <int K>
__global__ void __launch_bounds__(kThreads, blocks_per_multiprocessor(K))
    probability_kernel(const __grid_constant__ Probabilities out, Tiles tiles) {
    IMAS_SHARED(memory);
    const Logits& logits = out.logits;
    const Window<K> window{reinterpret_cast<float*>(memory)};
    unsigned* const bins = reinterpret_cast<unsigned*>(memory + Window<K>::kBytes + RowTable::kBytes);
    const int image = blockIdx.y;
    const int x_begin = static_cast<int>(blockIdx.x) % tiles.across * tiles.width,
              x_end = min_int(x_begin + tiles.width, logits.columns.in);
    const int begin = static_cast<int>(blockIdx.x) / tiles.across * tiles.height,
              end = min_int(begin + tiles.height, logits.rows.in);
    const RowTable rows(memory + Window<K>::kBytes, logits.rows, begin, end);
    const int x = logits.columns.first(x_begin) + static_cast<int>(threadIdx.x);
    const bool active = x < logits.columns.first(x_end);
    const int left = active ? logits.columns.lower(x) - x_begin : 0;
    const float column_fraction = active ? logits.columns.fraction(x) : 0.0f;

    clear(bins);
    window.clear(logits.classes);
    __syncthreads();
    Probabilities::Counts counts;
    bool bad_above = false;
    for (int row = begin; row <= end; row++) {
        const bool bad = window.load(logits, image, row, x_begin, x_end - x_begin + 1);
        const bool exactly = __syncthreads_or(bad || bad_above);
        bad_above = bad;
        const int interval = row - 1;
        if (interval >= begin && active) {
            const int first_y = rows.first_of(interval), last_y = rows.first_of(interval + 1);
            if (exactly) {
#pragma unroll 1
                for (int y = first_y; y < last_y; y++) out.record_exactly(image, y, x, counts, bins);
            } else {
                Column<K> column;
                column.load(window, interval, left, column_fraction);
#pragma unroll 1
                for (int y = first_y; y < last_y; y++) {
                    const int label = out.labels.at(image, y, x);
                    const float fraction = rows.fraction_of(y);
                    float e[K];
                    column.enlarge(fraction, e);
                    const float largest = largest_of<K>(e);
                    const float sum = exponentials<K>(e, largest);
                    const float of_label = exp2_approx(
                        fmaf(window_logit(window, interval, label >= 0 ? label : 0, left, column_fraction, fraction),
                             kLog2e, -largest * kLog2e));
                    out.record(image, y, x, label, fminf(ratio(of_label, sum), 1.0f), counts, bins);
                }
            }
        }
        __syncthreads();  // the window's older row is free
    }
    out.finish(counts, bins, gridDim.x * gridDim.y);
}

/**
 * Any shape and class count: a thread a pixel. Four blocks a multiprocessor: left to itself the compiler spills on
 * sm_80.
 */
__global__ void __launch_bounds__(256, 4) exact_probability_kernel(const __grid_constant__ Probabilities out) {
    IMAS_SHARED(memory);
    unsigned* const bins = reinterpret_cast<unsigned*>(memory);
    clear(bins);
    __syncthreads();
    Probabilities::Counts counts;
    const PixelOfThread at(out.logits);
    if (at.x < out.logits.columns.out && at.y < out.logits.rows.out)
        out.record_exactly(at.image, at.y, at.x, counts, bins);
    out.finish(counts, bins, gridDim.x * gridDim.y);
}

/** The second and third histogram: the bits below those found so far. */
__global__ void __launch_bounds__(256) histogram_kernel(const float* probability, int64_t count, Selection selection) {
    IMAS_SHARED(memory);
    if (selection.state->settled) return;
    unsigned* const bins = reinterpret_cast<unsigned*>(memory);
    clear(bins);
    __syncthreads();
    const unsigned prefix = selection.state->prefix;
    const int64_t begin = static_cast<int64_t>(blockIdx.x) * kPixelsPerBlock,
                  end = begin + kPixelsPerBlock < count ? begin + kPixelsPerBlock : count;
#pragma unroll 4
    for (int64_t p = begin + threadIdx.x; p < end; p += 256) selection.add(probability[p], prefix, bins);
    selection.finish(bins, gridDim.x);
}

struct SupervisedTarget {
    static constexpr bool kNeedsNumbers = false;  // logits that are all NaN show in every labelled pixel

    Labels labels;
    const State* state;  // NULL: every labelled pixel counts
    const float* probability;
    const unsigned long long* labelled;  // NULL with a state
    unsigned counts;                     // numbers there

    struct Column {
        Labels labels;
        const uint8_t* label;
        const float* probability;  // NULL: every labelled pixel counts
        float limit;

        __device__ __forceinline__ int operator()(int y) const {
            const int it = labels.valid(label[y * labels.view.sh]);
            const bool counts =
                !probability || law::is_hard(probability[y * static_cast<int64_t>(labels.width)], limit);
            return counts ? it : -1;
        }
    };

    __device__ __forceinline__ bool hard_only() const { return state && state->ohem; }
    __device__ __forceinline__ Column column(int image, int x) const {
        const bool hard = hard_only();
        return Column{labels, labels.view.at(image, 0, 0, x), hard ? probability + labels.index(image, 0, x) : nullptr,
                      hard ? state->limit : 0.0f};
    }
    __device__ __forceinline__ bool leaves_out(int) const { return false; }
    __device__ __forceinline__ int64_t kept(unsigned char* scratch) const {
        if (state) return static_cast<int64_t>(state->ohem ? state->kept : state->labelled);
        unsigned long long* const numbers = reinterpret_cast<unsigned long long*>(scratch);
        unsigned long long n = 0;
        for (unsigned i = threadIdx.x; i < counts; i += blockDim.x) n += labelled[i];
        n = block_sum(n, numbers);
        if (threadIdx.x == 0) *numbers = n;
        __syncthreads();
        n = *numbers;
        __syncthreads();
        return static_cast<int64_t>(n);
    }
    __device__ __forceinline__ float coefficient(int, unsigned char* scratch) const {
        return static_cast<float>(law::share_of_mean(kept(scratch)));
    }
};

void launch_selection(cudaStream_t stream, const imas_tensor* logits, const imas_tensor* labels,
                      const Labels& of_pixels, float thresh, int64_t min_kept, const Workspace& w) {
    const Logits low = logits_of(logits, labels);
    const unsigned images = static_cast<unsigned>(logits->shape[0]);
    const auto round = [&](int number) {
        return Selection{w.state, w.histogram + number * kBins, number, thresh, static_cast<long long>(min_kept)};
    };
    const Probabilities out{low, of_pixels, round(0), w.probability};
    const Tiles fast = fast_tiles(low, 0);
    if (fast.threads) {
        with_class_count(low.classes, [&](auto k) {
            constexpr int K = decltype(k)::value;
            const size_t shared_bytes = Window<K>::kBytes + RowTable::kBytes + kSelectionBytes;
            const Tiles tiles = with_height(fast, low.rows.in, images,
                                            blocks_at_once(probability_kernel<K>, fast.threads, shared_bytes), 2);
            IMAS_LAUNCH(probability_kernel<K>, dim3(tiles.blocks_per_image(), images),
                        dim3(static_cast<unsigned>(tiles.threads)), shared_bytes, stream, out, tiles);
        });
    } else {
        IMAS_LAUNCH(exact_probability_kernel, grid_of_pixels(low, images), dim3(256), kSelectionBytes, stream, out);
    }
    const int64_t pixels = labels->shape[0] * labels->shape[2] * labels->shape[3];
    for (int number = 1; number < kRounds; number++) {
        IMAS_LAUNCH(histogram_kernel, dim3(blocks_for(pixels, kPixelsPerBlock)), dim3(256), kSelectionBytes, stream,
                    w.probability, pixels, round(number));
    }
}

}  // namespace

int32_t supervised_loss(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* labels, int32_t kind,
                        float thresh, int64_t min_kept, float grad_scale, const imas_tensor* loss,
                        const imas_tensor* kept, const imas_tensor* grad, void* workspace, size_t) {
    if (const int32_t refused = check_images("supervised_loss", logits->shape[0])) return refused;
    const DeviceScope scope(backend);
    if (scope.status() != IMAS_OK) return scope.status();
    const cudaStream_t stream = stream_of(backend);
    const int64_t* size = labels->shape;
    const Workspace w(workspace, *logits, *labels, kind);
    const Labels of_pixels{view<const uint8_t>(labels), static_cast<int>(law::end_of_labels(logits->shape[1])),
                           static_cast<int>(size[2]), static_cast<int>(size[3])};
    const unsigned counts = kind == IMAS_OHEM ? 0 : Workspace::counts_of(*labels);
    if (kind == IMAS_OHEM) {
        cudaMemsetAsync(w.state, 0, Workspace::kClearedBytes, stream);
        launch_selection(stream, logits, labels, of_pixels, thresh, min_kept, w);
    } else {
        IMAS_LAUNCH(count_labelled_kernel, dim3(counts), dim3(kThreads), 8 * sizeof(unsigned long long), stream,
                    of_pixels, size[0] * size[2], w.labelled);
    }
    launch_pixel_loss(stream, logits, labels, SupervisedTarget{of_pixels, w.state, w.probability, w.labelled, counts},
                      grad_scale, loss, kept, grad, w.loss);
    return launched("supervised_loss");
}

size_t supervised_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels,
                                 int32_t kind) {
    return Workspace(nullptr, *logits, *labels, kind).bytes;
}

}  // namespace imas::cuda
