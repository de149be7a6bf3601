package dev.imas.benchmarks;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.softmax;
import static org.bytedeco.pytorch.global.torch.upsample_bilinear2d;

import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.StepDraws;
import dev.imas.semi.StepInput;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The step of the published settings as it is usually written with PyTorch: logits enlarged to full size, losses and
 * their gradients by autograd, gamma from histograms, CutMix by copying boxes, optimizer and teacher as in
 * {@link EagerUpdate}. It computes what {@link dev.imas.semi.SemiSupervisedStep} computes, on the same networks and
 * draws. CutMix fires in every step. Belongs to the PointerScope that it was made in.
 */
final class EagerStep implements AutoCloseable {
    private static final int IGNORED = 255;

    private final ImasConfig config;
    private final MemoryFormat format;
    private final SegmentationNetwork student;
    private final SegmentationNetwork teacher;
    private final EagerUpdate update;

    /** The two losses of a step, lambda in the second. */
    record Losses(double supervised, double unsupervised) {}

    /** What a network says of each pixel: [B,H,W] int64 and f32. */
    private record Prediction(Tensor labels, Tensor confidence) {}

    /** @param compute fp32 on the CPU; its layout is that of images and weights */
    EagerStep(ImasConfig config, Compute compute) {
        this.config = config;
        format = compute.channelsLast() ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        student = SegmentationNetwork.create(config, compute);
        teacher = SegmentationNetwork.create(config, compute);
        teacher.requireGradients(false);
        update = new EagerUpdate(config.training(), student, teacher);
    }

    Losses run(StepInput.SemiSupervised in, StepDraws draws, double lr, double decay) {
        long[] size = {in.weak().size(2), in.weak().size(3)};
        Tensor labeled = in.labeled().contiguous(format);
        Tensor weak = in.weak().contiguous(format);
        Prediction s = Torch.withoutGradient(() -> predict(student, weak, size));
        Prediction t = Torch.withoutGradient(() -> predict(teacher, weak, size));
        double[] gamma = gamma(s, t);
        Tensor weights = torch.tensor(floats(gamma));
        Tensor share = weights.view(-1, 1, 1, 1);
        Tensor strong = in.strong()
                .contiguous(format)
                .mul(share)
                .add(weak.mul(share.neg().add(new Scalar(1))));

        Tensor mixed = weak.clone();
        Tensor mixedLabels = t.labels.clone();
        Tensor mixedConfidence = t.confidence.clone();
        int[][] boxes = draws.boxes(gamma.length, (int) size[0], (int) size[1], 1);
        int[] partners = partners(gamma);
        for (int b = 0; b < gamma.length; b++) {
            box(mixed, b, boxes[b]).copy_(box(weak, partners[b], boxes[b]));
            box(mixedLabels, b, boxes[b]).copy_(box(t.labels, partners[b], boxes[b]));
            box(mixedConfidence, b, boxes[b]).copy_(box(t.confidence, partners[b], boxes[b]));
        }

        Tensor batch = torch.cat(new TensorVector(labeled, weak, mixed, strong), 0);
        Tensor logits = enlarged(student.forward(batch, true).logits(), size);
        long n = labeled.size(0);
        long b = weak.size(0);
        Tensor sup = crossEntropy(logits.narrow(0, 0, n), in.labels().squeeze(1).to(ScalarType.Long), true);
        Tensor ofStrong = consistency(logits.narrow(0, n + 2 * b, b), t.labels, t.confidence, weights);
        Tensor ofMixed = consistency(logits.narrow(0, n + b, b), mixedLabels, mixedConfidence, weights);
        Tensor unsup =
                ofStrong.add(ofMixed).mul(new Scalar(0.5 * config.unsupervised().weight()));
        update.learn(sup.add(unsup));
        Torch.withoutGradient(() -> update.run(lr, decay));
        return new Losses(sup.item_float(), unsup.item_float());
    }

    private Prediction predict(SegmentationNetwork network, Tensor images, long[] size) {
        Tensor probabilities =
                softmax(enlarged(network.forward(images, false).logits(), size), 1, new ScalarTypeOptional());
        T_TensorTensor_T largest = probabilities.max(1, false);
        return new Prediction(largest.get1(), largest.get0());
    }

    private static Tensor enlarged(Tensor logits, long[] size) {
        return upsample_bilinear2d(logits, size, true, new DoubleOptional(), new DoubleOptional());
    }

    /** gamma v1 of each image, class-weighted and without the background (docs/method.md 4). */
    private double[] gamma(Prediction s, Prediction t) {
        return IntStream.range(0, (int) s.labels.size(0))
                .mapToDouble(b -> {
                    Tensor ofS = s.labels.select(0, b).flatten();
                    Tensor ofT = t.labels.select(0, b).flatten();
                    Tensor areaS = histogram(ofS);
                    Tensor areaT = histogram(ofT);
                    Tensor both = histogram(ofS.masked_select(ofS.eq(ofT)));
                    Tensor iou = both.div(areaS.add(areaT).sub(both).clamp_min(new Scalar(1)));
                    return 0.5
                            * (weighted(iou, areaS) * confident(s, b).item_float()
                                    + weighted(iou, areaT) * confident(t, b).item_float());
                })
                .toArray();
    }

    private Tensor histogram(Tensor labels) {
        return torch.bincount(labels, new TensorOptional(), config.data().classes())
                .to(ScalarType.Float);
    }

    private double weighted(Tensor iou, Tensor area) {
        int first = config.unsupervised().ignoreBackground() ? 1 : 0;
        Tensor weight = area.narrow(0, first, area.size(0) - first);
        return iou.narrow(0, first, area.size(0) - first).mul(weight).sum().item_float()
                / Math.max(weight.sum().item_float(), 1);
    }

    private Tensor confident(Prediction prediction, long image) {
        return prediction
                .confidence
                .select(0, image)
                .ge(new Scalar(config.unsupervised().threshold()))
                .to(ScalarType.Float)
                .mean();
    }

    /** The k-th easiest image receives from the k-th hardest. */
    private static int[] partners(double[] gamma) {
        List<Integer> order = IntStream.range(0, gamma.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> gamma[i]))
                .toList();
        int[] partners = new int[gamma.length];
        for (int k = 0; k < gamma.length; k++) {
            partners[order.get(k)] = order.get(gamma.length - 1 - k);
        }
        return partners;
    }

    /** The box of one image in [B,C,H,W] or [B,H,W]. */
    private static Tensor box(Tensor images, long image, int[] box) {
        Tensor one = images.select(0, image);
        long rows = one.dim() - 2;
        return one.narrow(rows, box[0], Math.max(0, box[2] - box[0]))
                .narrow(rows + 1, box[1], Math.max(0, box[3] - box[1]));
    }

    private static Tensor crossEntropy(Tensor logits, Tensor labels, boolean mean) {
        return cross_entropy_loss(logits, labels, new TensorOptional(), mean ? 1 : 0, IGNORED, 0);
    }

    private Tensor consistency(Tensor logits, Tensor labels, Tensor confidence, Tensor weights) {
        Tensor counted =
                confidence.ge(new Scalar(config.unsupervised().threshold())).to(ScalarType.Float);
        Tensor ofImages = crossEntropy(logits, labels, false).mul(counted).mean(new long[] {1, 2});
        return ofImages.mul(weights).mean();
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    @Override
    public void close() {
        student.close();
        teacher.close();
    }
}
