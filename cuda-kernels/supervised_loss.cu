// Supervised cross-entropy and OHEM with their gradients (method 3.6). The loss itself is in pixel_loss.cuh; here are
// the counts it divides by and OHEM's threshold, all kept on the device:
//   count labelled pixels -> (OHEM) probability of the true class per pixel -> the min_kept-th smallest by three
//   rounds of histograms over the bits of the probability (exact, no sort) -> count kept pixels -> loss and gradient.
// Counts are integers, so atomics change no bit: GPU-to-GPU identical.
#include "pixel_loss.cuh"

namespace imas::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kPixelsPerBlock = 4096;
constexpr int kBins = 2048;  // 11 bits a round: 11 + 11 + 10 cover a float

/** What one launch leaves for the next. */
struct State {
    unsigned long long labelled, kept, rank;
    unsigned prefix;
    float limit;   // pixels with a probability up to this are kept
    int ohem;      // 0: plain cross-entropy
};

struct Workspace {
    double* partial_losses;
    State* state;
    unsigned* histogram;
    float* probability;  // [B,H,W], OHEM only
    size_t bytes;
};

Workspace layout(void* base, const imas_tensor& logits, const imas_tensor& labels, int32_t kind) {
    const int64_t* size = labels.shape;
    char* at = static_cast<char*>(base);
    const size_t partial = partial_loss_bytes(logits, labels), state = 64, histogram = kBins * sizeof(unsigned);
    const size_t pixels = kind == IMAS_OHEM ? static_cast<size_t>(size[0] * size[2] * size[3]) * sizeof(float) : 0;
    return Workspace{reinterpret_cast<double*>(at), reinterpret_cast<State*>(at + partial), reinterpret_cast<unsigned*>(at + partial + state), reinterpret_cast<float*>(at + partial + state + histogram), partial + state + histogram + pixels};
}

/** All pixels of the batch by one number. */
struct Pixels {
    View<const uint8_t> labels;
    int classes, height, width;
    int64_t count;

    __device__ __forceinline__ int label(int64_t p) const {
        const int64_t row = p / width;
        return at(static_cast<int>(row / height), static_cast<int>(row % height), static_cast<int>(p % width));
    }
    /** -1 for ignored pixels and for labels out of range. */
    __device__ __forceinline__ int at(int image, int y, int x) const {
        const int label = *labels.at(image, 0, y, x);
        return label == IMAS_IGNORE || label >= classes ? -1 : label;
    }
    __device__ __forceinline__ int64_t index(int image, int y, int x) const { return (static_cast<int64_t>(image) * height + y) * width + x; }
};

__device__ __forceinline__ void add_count(unsigned n, unsigned long long* total, unsigned* scratch) {
    n = block_sum(n, scratch);
    if (threadIdx.x == 0 && n) atomicAdd(total, static_cast<unsigned long long>(n));
}

__device__ __forceinline__ int64_t block_begin() { return static_cast<int64_t>(blockIdx.x) * kPixelsPerBlock; }
__device__ __forceinline__ int64_t block_end(int64_t count) { return block_begin() + kPixelsPerBlock < count ? block_begin() + kPixelsPerBlock : count; }

__global__ void __launch_bounds__(kThreads) count_labelled_kernel(Pixels pixels, State* state) {
    IMAS_SHARED(memory);
    unsigned n = 0;
    for (int64_t p = block_begin() + threadIdx.x; p < block_end(pixels.count); p += kThreads) n += pixels.label(p) >= 0;
    add_count(n, &state->labelled, reinterpret_cast<unsigned*>(memory));
}

__global__ void decide_kernel(State* state, bool ohem, long long min_kept) {
    state->ohem = ohem && min_kept > 0 && static_cast<unsigned long long>(min_kept) <= state->labelled;
    state->rank = static_cast<unsigned long long>(min_kept);
    state->prefix = 0;
    if (!state->ohem) state->kept = state->labelled;
}

template <typename T>
__global__ void __launch_bounds__(kThreads) probability_kernel(View<const T> logits, Axis row_axis, Axis column_axis, Pixels pixels, float* probability) {
    const int image = blockIdx.z;
    const int x = blockIdx.x * 32 + threadIdx.x;
    const int first_row = (blockIdx.y * 8 + threadIdx.y) * kRows;
    if (x >= column_axis.out || first_row >= row_axis.out) return;
    const Rows rows(row_axis, first_row, logits.sh);
    int label[kRows];
#pragma unroll
    for (int r = 0; r < kRows; r++) label[r] = first_row + r < row_axis.out ? pixels.at(image, first_row + r, x) : -1;
    Softmax softmax[kRows];
    float of_label[kRows] = {};
    for_each_logit(logits.at(image, 0, 0, 0), logits.sc, 0, pixels.classes, rows, tap(column_axis, x, logits.sw), [&](int c, int r, float logit) {
        softmax[r].add(logit, c);
        if (c == label[r]) of_label[r] = logit;
    });
#pragma unroll
    for (int r = 0; r < kRows; r++) {
        if (first_row + r < row_axis.out) probability[pixels.index(image, first_row + r, x)] = label[r] >= 0 ? softmax[r].probability(of_label[r]) : 1.0f;
    }
}

/** Order-preserving bits of a probability; NaN ranks above all. */
__device__ __forceinline__ unsigned key_of(float probability) { return probability == probability ? __float_as_uint(probability) : 0x7fffffffu; }

__device__ __forceinline__ unsigned shift_of(int round) { return round == 0 ? 21u : round == 1 ? 10u : 0u; }
__device__ __forceinline__ unsigned bins_of(int round) { return round == 2 ? 1024u : 2048u; }

/** Histogram of the round's bits over the pixels whose higher bits equal the prefix found so far. */
__global__ void __launch_bounds__(kThreads) histogram_kernel(const float* probability, int64_t count, int round, const State* state, unsigned* histogram) {
    IMAS_SHARED(memory);
    if (!state->ohem) return;
    unsigned* const bins = reinterpret_cast<unsigned*>(memory);
    for (int i = threadIdx.x; i < kBins; i += kThreads) bins[i] = 0;
    __syncthreads();
    const unsigned shift = shift_of(round), mask = bins_of(round) - 1;
    for (int64_t p = block_begin() + threadIdx.x; p < block_end(count); p += kThreads) {
        const unsigned key = key_of(probability[p]);
        if (round == 0 || key >> (shift + (round == 2 ? 10u : 11u)) == state->prefix) atomicAdd(&bins[key >> shift & mask], 1u);
    }
    __syncthreads();
    for (int i = threadIdx.x; i < kBins; i += kThreads) {
        if (bins[i]) atomicAdd(&histogram[i], bins[i]);
    }
}

/** Appends the round's bits of the wanted rank to the prefix, and clears the histogram for the next round. One thread. */
__global__ void select_kernel(int round, float thresh, State* state, unsigned* histogram) {
    if (!state->ohem) return;
    unsigned bin = 0;
    unsigned long long below = 0;
    while (bin < bins_of(round) - 1 && below + histogram[bin] < state->rank) below += histogram[bin++];
    state->rank -= below;
    state->prefix = state->prefix << (round == 2 ? 10 : 11) | bin;
    for (int i = 0; i < kBins; i++) histogram[i] = 0;
    if (round == 2) {
        const float q = __uint_as_float(state->prefix);
        state->limit = q <= 1.0f && q > thresh ? q : thresh;
    }
}

__global__ void __launch_bounds__(kThreads) count_kept_kernel(Pixels pixels, const float* probability, State* state) {
    IMAS_SHARED(memory);
    if (!state->ohem) return;
    unsigned n = 0;
    for (int64_t p = block_begin() + threadIdx.x; p < block_end(pixels.count); p += kThreads) n += pixels.label(p) >= 0 && probability[p] <= state->limit;
    add_count(n, &state->kept, reinterpret_cast<unsigned*>(memory));
}

__global__ void report_kernel(const State* state, long long* kept) { *kept = static_cast<long long>(state->kept); }

struct SupervisedTarget {
    Pixels pixels;
    const State* state;
    const float* probability;

    __device__ __forceinline__ PixelTarget operator()(int image, int y, int x) const {
        int label = pixels.at(image, y, x);
        if (label >= 0 && state->ohem && !(probability[pixels.index(image, y, x)] <= state->limit)) label = -1;
        return PixelTarget{label, static_cast<float>(1.0 / static_cast<double>(state->kept))};
    }
};

void launch_selection(cudaStream_t stream, const imas_tensor* logits, const Pixels& pixels, float thresh, const Workspace& w) {
    const int64_t* n = logits->shape;
    const unsigned blocks = blocks_for(pixels.count, kPixelsPerBlock);
    const dim3 grid(blocks_for(pixels.width, 32), blocks_for(pixels.height, 8 * kRows), static_cast<unsigned>(n[0]));
    with_float_type(logits->dtype, [&](auto t) {
        using T = decltype(t);
        IMAS_LAUNCH(probability_kernel<T>, grid, dim3(32, 8), 0, stream, view<const T>(logits), axis(n[2], pixels.height), axis(n[3], pixels.width), pixels, w.probability);
    });
    for (int round = 0; round < 3; round++) {
        IMAS_LAUNCH(histogram_kernel, dim3(blocks), dim3(kThreads), kBins * sizeof(unsigned), stream, w.probability, pixels.count, round, w.state, w.histogram);
        IMAS_LAUNCH(select_kernel, dim3(1), dim3(1), 0, stream, round, thresh, w.state, w.histogram);
    }
    IMAS_LAUNCH(count_kept_kernel, dim3(blocks), dim3(kThreads), 8 * sizeof(unsigned), stream, pixels, w.probability, w.state);
}

}  // namespace

int32_t supervised_loss(const imas_backend* backend, const imas_tensor* logits, const imas_tensor* labels, int32_t kind, float thresh, int64_t min_kept, float grad_scale, const imas_tensor* loss, const imas_tensor* kept, const imas_tensor* grad, void* workspace, size_t) {
    const DeviceScope scope(backend);
    const cudaStream_t stream = stream_of(backend);
    const int64_t* size = labels->shape;
    const Workspace w = layout(workspace, *logits, *labels, kind);
    const Pixels pixels{view<const uint8_t>(labels), static_cast<int>(logits->shape[1]), static_cast<int>(size[2]), static_cast<int>(size[3]), size[0] * size[2] * size[3]};
    cudaMemsetAsync(w.state, 0, 64 + kBins * sizeof(unsigned), stream);
    IMAS_LAUNCH(count_labelled_kernel, dim3(blocks_for(pixels.count, kPixelsPerBlock)), dim3(kThreads), 8 * sizeof(unsigned), stream, pixels, w.state);
    IMAS_LAUNCH(decide_kernel, dim3(1), dim3(1), 0, stream, w.state, kind == IMAS_OHEM, static_cast<long long>(min_kept));
    if (kind == IMAS_OHEM) launch_selection(stream, logits, pixels, thresh, w);
    launch_pixel_loss(stream, logits, labels, SupervisedTarget{pixels, w.state, w.probability}, grad_scale, loss, grad, w.partial_losses);
    if (kept) IMAS_LAUNCH(report_kernel, dim3(1), dim3(1), 0, stream, w.state, static_cast<long long*>(kept->data));
    return launched("supervised_loss");
}

size_t supervised_loss_workspace(const imas_backend*, const imas_tensor* logits, const imas_tensor* labels, int32_t kind) { return layout(nullptr, *logits, *labels, kind).bytes; }

}  // namespace imas::cuda
