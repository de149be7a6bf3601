package dev.imas.device;

import static dev.imas.device.TensorViews.of;
import static org.bytedeco.pytorch.global.torch.empty;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.image.LabelMap;
import dev.imas.kernels.ComposeBatch;
import dev.imas.kernels.ComposeBatch.CutMix;
import dev.imas.kernels.Confusion;
import dev.imas.kernels.ConsistencyLoss;
import dev.imas.kernels.Gamma;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.Operation;
import dev.imas.kernels.PseudoLabel;
import dev.imas.kernels.SupervisedLoss;
import java.util.List;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
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
    public record PseudoLabels(Tensor labels, Tensor confidence, Tensor counts) {}

    /**
     * @param parts   f32 [B,1,1,5]: wIoU_S, wIoU_T, rho_S, rho_T, gamma
     * @param gamma   f32 [B,1,1,1]; 0 = disagreement or doubt, 1 = full confident agreement
     * @param pairing i32 [B,1,1,1], CutMix partners
     * @param mean    f32 [1,1,1,1], mean gamma
     */
    public record Agreement(Tensor parts, Tensor gamma, Tensor pairing, Tensor mean) {}

    /**
     * @param batch      [N,C,H,W] labelled | weak | cutmix | strong
     * @param labels     u8 [B,1,H,W] of the cutmix part
     * @param confidence f32 [B,1,H,W] of the cutmix part
     */
    public record Composed(Tensor batch, Tensor labels, Tensor confidence) {}

    /**
     * What each of B images receives where its box is.
     *
     * @param weak       [B,C,H,W]
     * @param labels     u8 [B,1,H,W]
     * @param confidence f32 [B,1,H,W]
     */
    public record Partners(Tensor weak, Tensor labels, Tensor confidence) {
        /** @param pairing i32 [B,1,1,1], which of the images is each one's partner */
        public static Partners of(Tensor weak, PseudoLabels pseudo, Tensor pairing) {
            Tensor which = pairing.flatten().to(ScalarType.Long);
            return new Partners(
                    weak.index_select(0, which),
                    pseudo.labels.index_select(0, which),
                    pseudo.confidence.index_select(0, which));
        }
    }

    /** Images that compose_batch takes; batches of others are put together by {@link ComposedChannels}. */
    private static final long KERNEL_CHANNELS = 3;

    private final Compute compute;
    private final Kernels kernels;

    public TensorKernels(Compute compute) {
        this.compute = compute;
        this.kernels = compute.cuda() ? Kernels.cuda(compute.deviceIndex(), null) : Kernels.cpu();
    }

    /** Pseudo-labels for pixels (H,W) from logits [B,C,h,w]; the same tensor may be given twice. */
    public PseudoLabels pseudoLabel(Tensor student, Tensor teacher, double threshold, long height, long width) {
        long b = teacher.size(0);
        Tensor labels = allocate(ScalarType.Byte, b, 1, height, width);
        Tensor confidence = allocate(ScalarType.Float, b, 1, height, width);
        Tensor counts = allocate(ScalarType.Int, b, 1, 1, 3 * teacher.size(1) + 2);
        run(new PseudoLabel(of(student), of(teacher), (float) threshold, of(labels), of(confidence), of(counts)));
        return new PseudoLabels(labels, confidence, counts);
    }

    /** gamma of every image, from the counts (docs/method.md 4). */
    public Agreement agreement(PseudoLabels pseudo, Unsupervised switches) {
        long b = pseudo.counts.size(0);
        Tensor parts = allocate(ScalarType.Float, b, 1, 1, 5);
        Tensor pairing = allocate(ScalarType.Int, b, 1, 1, 1);
        Tensor mean = allocate(ScalarType.Float, 1, 1, 1, 1);
        long pixels = pseudo.labels.size(2) * pseudo.labels.size(3);
        Gamma.Version version = switches.gammaVersion() == GammaVersion.V1 ? Gamma.Version.V1 : Gamma.Version.V2;
        Gamma.Rule rule = new Gamma.Rule(version, switches.classWeighted(), switches.ignoreBackground());
        run(new Gamma(of(pseudo.counts), pixels, rule, of(parts), of(pairing), of(mean)));
        return new Agreement(parts, parts.narrow(3, 4, 1).contiguous(), pairing, mean);
    }

    /**
     * The student's batch in one pass, without a cutmix part.
     *
     * @param gamma f32 [B,1,1,1] for the blend of strong and weak, or null: the strong view as it is
     * @return [N,C,H,W] labelled | weak | strong, weak if {@code includeWeak}
     */
    public Tensor compose(Tensor labeled, Tensor weak, Tensor strong, Tensor gamma, boolean includeWeak) {
        long n = labeled.size(0) + (includeWeak ? weak.size(0) : 0) + strong.size(0);
        Tensor batch = images(n, weak);
        if (weak.size(1) != KERNEL_CHANNELS) {
            ComposedChannels.compose(batch, labeled, weak, strong, gamma, includeWeak);
            return batch;
        }
        run(new ComposeBatch(of(labeled), of(weak), of(strong), of(gamma), includeWeak, null, of(batch)));
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
    public Composed composeMixed(
            Tensor labeled,
            Tensor weak,
            Tensor strong,
            Tensor gamma,
            Tensor pairing,
            Tensor boxes,
            boolean includeWeak,
            PseudoLabels pseudo) {
        long b = weak.size(0);
        Tensor batch = images(labeled.size(0) + (includeWeak ? b : 0) + b + b, weak);
        if (weak.size(1) != KERNEL_CHANNELS) {
            return ComposedChannels.composeMixed(
                    batch, labeled, weak, strong, gamma, pairing, boxes, includeWeak, pseudo);
        }
        Tensor labels = allocate(ScalarType.Byte, sizes(pseudo.labels));
        Tensor confidence = allocate(ScalarType.Float, sizes(pseudo.confidence));
        CutMix cutMix = new CutMix(
                of(pairing), of(boxes), of(pseudo.labels), of(pseudo.confidence), of(labels), of(confidence));
        run(new ComposeBatch(of(labeled), of(weak), of(strong), of(gamma), includeWeak, cutMix, of(batch)));
        return new Composed(batch, labels, confidence);
    }

    /** As the other one, with partners that need not be among the images; by libtorch's operations. */
    public Composed composeMixed(
            Tensor labeled,
            Tensor weak,
            Tensor strong,
            Tensor gamma,
            Partners partners,
            Tensor boxes,
            boolean includeWeak,
            PseudoLabels pseudo) {
        long b = weak.size(0);
        Tensor batch = images(labeled.size(0) + (includeWeak ? b : 0) + b + b, weak);
        return ComposedChannels.composeMixed(batch, labeled, weak, strong, gamma, partners, boxes, includeWeak, pseudo);
    }

    /**
     * Images or maps [B,*,H,W] whose pixels inside their boxes are their partners'.
     *
     * @param boxes    i32 [B,1,1,4]: top, left, bottom, right, the last two exclusive; possibly empty
     * @param partners i32 [B,1,1,1]
     */
    public Tensor mixed(Tensor images, Tensor boxes, Tensor partners) {
        return ComposedChannels.mixed(images, boxes, partners);
    }

    /**
     * Labels [B,1,H,W] inside their boxes, and {@link LabelMap#IGNORE} outside.
     *
     * @param boxes i32 [B,1,1,4], as {@link #mixed} takes them
     */
    public Tensor within(Tensor boxes, Tensor labels) {
        return ComposedChannels.within(boxes, labels);
    }

    /**
     * Consistency loss of one view; writes {@code gradScale} times its gradient.
     *
     * @param weight f32 [B,1,1,1] or null (1)
     * @param grad   out, shaped and typed as the logits
     * @return f32 [1,1,1,1], without gradScale
     */
    public Tensor consistencyLoss(
            Tensor logits,
            Tensor labels,
            Tensor confidence,
            double threshold,
            Tensor weight,
            double gradScale,
            Tensor grad) {
        Tensor loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        run(ConsistencyLoss.of(of(logits), of(labels), of(confidence), (float) threshold, of(loss))
                .withWeight(of(weight))
                .withGradient(of(grad), (float) gradScale));
        return loss;
    }

    /**
     * Supervised loss f32 [1,1,1,1] without gradScale; writes {@code gradScale} times its gradient.
     *
     * @param kind CE or OHEM
     */
    public Tensor supervisedLoss(
            Tensor logits,
            Tensor labels,
            ImasConfig.SupervisedLoss kind,
            double threshold,
            long minKept,
            double gradScale,
            Tensor grad) {
        Tensor loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        SupervisedLoss operation = kind == ImasConfig.SupervisedLoss.CE
                ? SupervisedLoss.crossEntropy(of(logits), of(labels), of(loss))
                : SupervisedLoss.ohem(of(logits), of(labels), (float) threshold, minKept, of(loss));
        run(operation.withGradient(of(grad), (float) gradScale));
        return loss;
    }

    /** The moving average of tensors, all contiguous or laid out alike and f32; see {@link MovingAverage}. */
    public MovingAverage movingAverage(List<Tensor> averages, List<Tensor> values) {
        return new MovingAverage(this, averages, values);
    }

    /** Adds one batch to counts i64 [1,1,3,C]: intersection, predicted area, true area. */
    public void confusion(Tensor logits, Tensor truth, Tensor counts) {
        run(new Confusion(of(logits), of(truth), of(counts)));
    }

    /** Fresh zeroed counts for {@link #confusion}. */
    public Tensor confusionCounts(int classes) {
        Tensor counts = allocate(ScalarType.Long, 1, 1, 3, classes);
        counts.zero_();
        return counts;
    }

    /** An uninitialised batch of n images like these, in the network's layout and input type. */
    private Tensor images(long n, Tensor like) {
        MemoryFormat format = compute.channelsLast() ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        ScalarType type = compute.bf16() ? ScalarType.BFloat16 : ScalarType.Float;
        long[] shape = {n, like.size(1), like.size(2), like.size(3)};
        return empty(shape, options(type), new MemoryFormatOptional(format));
    }

    private Tensor allocate(ScalarType type, long... shape) {
        return empty(shape, options(type), new MemoryFormatOptional());
    }

    private TensorOptions options(ScalarType type) {
        return new TensorOptions(type).device(new DeviceOptional(compute.torchDevice()));
    }

    private void run(Operation operation) {
        long bytes = operation.workspaceBytes(kernels);
        operation.run(inOrder(), TensorViews.data(workspace(bytes)), bytes);
    }

    /** The kernels in the order of libtorch's own work: on its current stream. */
    Kernels inOrder() {
        return compute.cuda() ? kernels.onStream(Cuda.currentStream(compute.deviceIndex())) : kernels;
    }

    /** A block of so many bytes from libtorch, as aligned as a workspace must be; null for none. */
    Tensor workspace(long bytes) {
        return bytes == 0 ? null : allocate(ScalarType.Byte, bytes);
    }

    private static long[] sizes(Tensor t) {
        return new long[] {t.size(0), t.size(1), t.size(2), t.size(3)};
    }
}
