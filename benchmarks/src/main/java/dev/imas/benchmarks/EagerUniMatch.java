package dev.imas.benchmarks;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.softmax;
import static org.bytedeco.pytorch.global.torch.upsample_bilinear2d;

import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.image.LabelMap;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.FeatureDropout;
import dev.imas.semi.StepDraws;
import dev.imas.semi.StepInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * The step of UniMatch V2 as the published program writes it (docs/dino.md): logits enlarged to full size, losses and
 * their gradients by autograd, CutMix by copying boxes, optimizer and teacher as in {@link EagerUpdate}; the student
 * sees labelled images and strong views in one pass. It computes what {@code method: unimatch_v2} computes, on the same
 * networks and draws; the loss is not halved. Belongs to the PointerScope that it was made in.
 */
final class EagerUniMatch implements AutoCloseable {
    private final ImasConfig config;
    private final MemoryFormat format;
    private final SegmentationNetwork student;
    private final SegmentationNetwork teacher;
    private final EagerUpdate update;

    /** @param compute fp32 on the CPU; its layout is that of images and weights */
    EagerUniMatch(ImasConfig config, Compute compute) {
        this.config = config;
        format = compute.channelsLast() ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        student = SegmentationNetwork.create(config, compute);
        teacher = SegmentationNetwork.create(config, compute);
        teacher.requireGradients(false);
        update = new EagerUpdate(config.training(), student, teacher);
    }

    EagerStep.Losses run(StepInput.SemiSupervised in, StepDraws draws, double lr, double decay) {
        long[] size = {in.weak().size(2), in.weak().size(3)};
        int count = (int) in.weak().size(0);
        Tensor weak = in.weak().contiguous(format);
        T_TensorTensor_T said = Torch.withoutGradient(
                () -> softmax(enlarged(teacher.forward(weak, false).logits(), size), 1, new ScalarTypeOptional())
                        .max(1, false));
        Tensor ignored = ignored(in);
        TensorVector views = new TensorVector();
        List<Tensor> labels = new ArrayList<>();
        List<Tensor> confidences = new ArrayList<>();
        List<Tensor> ignoredPixels = new ArrayList<>();
        for (int view = 0; view < 2; view++) {
            int[][] boxes = draws.areas(
                    view,
                    count,
                    (int) size[0],
                    (int) size[1],
                    config.unsupervised().cutmixProbability());
            views.push_back(mixed(in.strong().narrow(0, (long) view * count, count), boxes));
            labels.add(mixed(said.get1(), boxes));
            confidences.add(mixed(said.get0(), boxes));
            ignoredPixels.add(mixed(ignored, boxes));
        }
        long labeled = in.labeled().size(0);
        Tensor batch = torch.cat(new TensorVector(in.labeled(), torch.cat(views, 0)), 0);
        Tensor all = enlarged(
                student.forward(batch.contiguous(format), true, dropout(draws, labeled, count))
                        .logits(),
                size);
        Tensor sup =
                crossEntropy(all.narrow(0, 0, labeled), in.labels().squeeze(1).to(ScalarType.Long), true);
        Tensor unsup = torch.zeros_like(sup);
        for (int view = 0; view < 2; view++) {
            unsup = unsup.add(consistency(
                    all.narrow(0, labeled + (long) view * count, count),
                    labels.get(view),
                    confidences.get(view),
                    ignoredPixels.get(view)));
        }
        unsup = unsup.mul(new Scalar(0.5 * config.unsupervised().weight()));
        update.learn(sup.add(unsup));
        Torch.withoutGradient(() -> update.run(lr, decay));
        return new EagerStep.Losses(sup.item_float(), unsup.item_float());
    }

    private static Tensor enlarged(Tensor logits, long[] size) {
        return upsample_bilinear2d(logits, size, true, new DoubleOptional(), new DoubleOptional());
    }

    /** 255 where a crop shows no picture, else 0: u8 [B,H,W]. */
    private static Tensor ignored(StepInput.SemiSupervised in) {
        Tensor map =
                torch.zeros_like(in.weak().select(1, 0)).to(ScalarType.Byte).fill_(new Scalar(LabelMap.IGNORE));
        int[] boxes = new int[(int) (4 * map.size(0))];
        in.covered().orElseThrow().contiguous().data_ptr_int().get(boxes);
        for (int i = 0; i < map.size(0); i++) {
            box(map, i, Arrays.copyOfRange(boxes, 4 * i, 4 * i + 4)).zero_();
        }
        return map;
    }

    /** Inside its box every image is the one at its place in the reversed batch. */
    private static Tensor mixed(Tensor images, int[][] boxes) {
        Tensor mixed = images.clone();
        for (int i = 0; i < boxes.length; i++) {
            box(mixed, i, boxes[i]).copy_(box(images, boxes.length - 1 - i, boxes[i]));
        }
        return mixed;
    }

    /** The box of one image in [B,C,H,W] or [B,H,W]. */
    private static Tensor box(Tensor images, long image, int[] box) {
        Tensor one = images.select(0, image);
        long rows = one.dim() - 2;
        return one.narrow(rows, box[0], box[2] - box[0]).narrow(rows + 1, box[1], box[3] - box[1]);
    }

    /** Factors of the channels, 1 for labelled images. */
    private Tensor dropout(StepDraws draws, long labeled, int count) {
        int channels = student.featureChannels();
        float[] factors = FeatureDropout.factors(draws.coins(count * channels), draws.unchanged(count), channels);
        Tensor ofViews = torch.tensor(factors).view(2L * count, channels);
        Tensor ones = torch.ones_like(ofViews.narrow(0, 0, 1)).expand(labeled, channels);
        return torch.cat(new TensorVector(ones, ofViews), 0);
    }

    private static Tensor crossEntropy(Tensor logits, Tensor labels, boolean mean) {
        return cross_entropy_loss(logits, labels, new TensorOptional(), mean ? 1 : 0, LabelMap.IGNORE, 0);
    }

    private Tensor consistency(Tensor logits, Tensor labels, Tensor confidence, Tensor ignored) {
        Tensor seen = ignored.ne(new Scalar(LabelMap.IGNORE));
        Tensor counted = confidence
                .ge(new Scalar(config.unsupervised().threshold()))
                .logical_and(seen)
                .to(ScalarType.Float);
        return crossEntropy(logits, labels, false).mul(counted).sum().div(seen.sum());
    }

    @Override
    public void close() {
        student.close();
        teacher.close();
    }
}
