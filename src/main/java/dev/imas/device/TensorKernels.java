package dev.imas.device;

import static org.bytedeco.pytorch.global.torch.empty;

import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.SupervisedLoss;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.kernels.DType;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.TensorView;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The kernels on libtorch tensors: outputs and workspace come from libtorch's allocator and belong to the caller's
 * PointerScope. Nothing here is recorded for gradients. Letters: B images, C classes, (h,w) logits, (H,W) pixels.
 */
public final class TensorKernels {
    /**
     * @param labels     u8 [B,1,H,W], the teacher's
     * @param confidence f32 [B,1,H,W], the teacher's largest probability, or what {@code RelativeConfidence} made of it
     * @param counts     i32 [B,1,1,3C+2], see imas.h
     */
    public record PseudoLabels(Tensor labels, Tensor confidence, Tensor counts) {
    }

    /**
     * @param parts   f32 [B,1,1,5]: wIoU_S, wIoU_T, rho_S, rho_T, gamma
     * @param gamma   f32 [B,1,1,1]; 0 = disagreement or doubt, 1 = full confident agreement
     * @param pairing i32 [B,1,1,1], CutMix partners
     * @param mean    f32 [1,1,1,1], mean gamma
     */
    public record Agreement(Tensor parts, Tensor gamma, Tensor pairing, Tensor mean) {
    }

    /**
     * @param batch      [N,3,H,W] labelled | weak | cutmix | strong
     * @param labels     u8 [B,1,H,W] of the cutmix part
     * @param confidence f32 [B,1,H,W] of the cutmix part
     */
    public record Composed(Tensor batch, Tensor labels, Tensor confidence) {
    }

    private final Compute compute;
    private final Kernels kernels;

    public TensorKernels(Compute compute) {
        this.compute = compute;
        this.kernels = compute.cuda() ? Kernels.cuda(compute.deviceIndex(), null) : Kernels.cpu();
    }

    /** The kernels in the order of libtorch's own work: on its current stream. */
    public Kernels inOrder() {
        return compute.cuda() ? kernels.onStream(Cuda.currentStream(compute.deviceIndex())) : kernels;
    }

    /** Pseudo-labels for pixels (H,W) from logits [B,C,h,w]; the same tensor may be given twice. */
    public PseudoLabels pseudoLabel(Tensor student, Tensor teacher, double threshold, long height, long width) {
        long b = teacher.size(0);
        Tensor labels = allocate(ScalarType.Byte, b, 1, height, width);
        Tensor confidence = allocate(ScalarType.Float, b, 1, height, width);
        Tensor counts = allocate(ScalarType.Int, b, 1, 1, 3 * teacher.size(1) + 2);
        TensorView s = view(student);
        TensorView l = view(labels);
        Workspace work = workspace(kernels.pseudoLabelWorkspace(s, l));
        inOrder().pseudoLabel(s, view(teacher), (float) threshold, l, view(confidence), view(counts), work.data, work.bytes);
        return new PseudoLabels(labels, confidence, counts);
    }

    /** gamma of every image, from the counts (method 4). */
    public Agreement agreement(PseudoLabels pseudo, Unsupervised switches) {
        long b = pseudo.counts.size(0);
        Tensor parts = allocate(ScalarType.Float, b, 1, 1, 5);
        Tensor pairing = allocate(ScalarType.Int, b, 1, 1, 1);
        Tensor mean = allocate(ScalarType.Float, 1, 1, 1, 1);
        long pixels = pseudo.labels.size(2) * pseudo.labels.size(3);
        Kernels.GammaVersion version = switches.gammaVersion() == GammaVersion.V1 ? Kernels.GammaVersion.V1 : Kernels.GammaVersion.V2;
        inOrder().gamma(view(pseudo.counts), pixels, version, switches.classWeighted(), switches.ignoreBackground(), view(parts), view(pairing), view(mean));
        return new Agreement(parts, parts.narrow(3, 4, 1).contiguous(), pairing, mean);
    }

    /**
     * The student's batch in one pass, without a cutmix part.
     *
     * @param gamma f32 [B,1,1,1] for the blend of strong and weak, or null: the strong view as it is
     * @return [N,3,H,W] labelled | weak | strong, weak if {@code includeWeak}
     */
    public Tensor compose(Tensor labeled, Tensor weak, Tensor strong, Tensor gamma, boolean includeWeak) {
        long n = labeled.size(0) + (includeWeak ? weak.size(0) : 0) + strong.size(0);
        Tensor batch = images(n, weak.size(2), weak.size(3));
        inOrder().composeBatch(view(labeled), view(weak), view(strong), view(gamma), null, null, includeWeak,
            null, null, view(batch), null, null);
        return batch;
    }

    /**
     * The student's batch in one pass, with a cutmix part.
     *
     * @param gamma   f32 [B,1,1,1] for the blend of strong and weak, or null: the strong view as it is
     * @param pairing i32 [B,1,1,1]
     * @param boxes   i32 [B,1,1,4]
     * @param pseudo  labels and confidences of the weak views, which are mixed as they are
     */
    public Composed composeMixed(Tensor labeled, Tensor weak, Tensor strong, Tensor gamma, Tensor pairing, Tensor boxes,
                                 boolean includeWeak, PseudoLabels pseudo) {
        long b = weak.size(0);
        Tensor batch = images(labeled.size(0) + (includeWeak ? b : 0) + b + b, weak.size(2), weak.size(3));
        Tensor labels = allocate(ScalarType.Byte, sizes(pseudo.labels));
        Tensor confidence = allocate(ScalarType.Float, sizes(pseudo.confidence));
        inOrder().composeBatch(view(labeled), view(weak), view(strong), view(gamma), view(pairing), view(boxes),
            includeWeak, view(pseudo.labels), view(pseudo.confidence), view(batch), view(labels), view(confidence));
        return new Composed(batch, labels, confidence);
    }

    /**
     * Consistency loss of one view; writes {@code gradScale} times its gradient.
     *
     * @param weight f32 [B,1,1,1] or null (1)
     * @param grad   out, shaped and typed as the logits
     * @return f32 [1,1,1,1], without gradScale
     */
    public Tensor consistencyLoss(Tensor logits, Tensor labels, Tensor confidence, double threshold, Tensor weight, double gradScale, Tensor grad) {
        Tensor loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        TensorView x = view(logits);
        TensorView y = view(labels);
        Workspace work = workspace(kernels.consistencyLossWorkspace(x, y));
        inOrder().consistencyLoss(x, y, view(confidence), (float) threshold, view(weight), (float) gradScale, view(loss), view(grad), work.data, work.bytes);
        return loss;
    }

    /** Supervised loss f32 [1,1,1,1] without gradScale; writes {@code gradScale} times its gradient. */
    public Tensor supervisedLoss(Tensor logits, Tensor labels, SupervisedLoss kind, double threshold, long minKept, double gradScale, Tensor grad) {
        Tensor loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        TensorView x = view(logits);
        TensorView y = view(labels);
        Kernels.SupervisedKind k = kind == SupervisedLoss.CE ? Kernels.SupervisedKind.CE : Kernels.SupervisedKind.OHEM;
        Workspace work = workspace(kernels.supervisedLossWorkspace(x, y, k));
        inOrder().supervisedLoss(x, y, k, (float) threshold, minKept, (float) gradScale, view(loss), null, view(grad), work.data, work.bytes);
        return loss;
    }

    /** Adds one batch to counts i64 [1,1,3,C]: intersection, predicted area, true area. */
    public void confusion(Tensor logits, Tensor truth, Tensor counts) {
        TensorView x = view(logits);
        TensorView y = view(truth);
        Workspace work = workspace(kernels.confusionWorkspace(x, y));
        inOrder().confusion(x, y, view(counts), work.data, work.bytes);
    }

    /** Fresh zeroed counts for {@link #confusion}. */
    public Tensor confusionCounts(int classes) {
        Tensor counts = allocate(ScalarType.Long, 1, 1, 3, classes);
        counts.zero_();
        return counts;
    }

    /** An uninitialised image batch in the network's layout and input type. */
    private Tensor images(long n, long height, long width) {
        MemoryFormat format = compute.channelsLast() ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        ScalarType type = compute.bf16() ? ScalarType.BFloat16 : ScalarType.Float;
        return empty(new long[] {n, 3, height, width}, options(type), new MemoryFormatOptional(format));
    }

    private Tensor allocate(ScalarType type, long... shape) {
        return empty(shape, options(type), new MemoryFormatOptional());
    }

    private TensorOptions options(ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type)).device(new DeviceOptional(compute.torchDevice()));
    }

    private Workspace workspace(long bytes) {
        return bytes == 0 ? new Workspace(null, 0) : new Workspace(allocate(ScalarType.Byte, bytes).data_ptr(), bytes);
    }

    private record Workspace(Pointer data, long bytes) {
    }

    private static long[] sizes(Tensor t) {
        return new long[] {t.size(0), t.size(1), t.size(2), t.size(3)};
    }

    /** The view of a 4-d tensor; null for null. */
    static TensorView view(Tensor t) {
        if (t == null) {
            return null;
        }
        return new TensorView(t.data_ptr(), dtype(t), sizes(t), new long[] {t.stride(0), t.stride(1), t.stride(2), t.stride(3)});
    }

    private static DType dtype(Tensor t) {
        return switch (t.scalar_type().intern()) {
            case Float -> DType.F32;
            case BFloat16 -> DType.BF16;
            case Half -> DType.F16;
            case Byte -> DType.U8;
            case Int -> DType.I32;
            case Long -> DType.I64;
            default -> throw new IllegalArgumentException("the kernels take no tensors of type " + t.scalar_type());
        };
    }
}
