package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The batch of {@code method: unimatch_v2} (docs/dino.md): labelled | first strong views | second strong views, each
 * view with CutMix of its own: an image has a box or not, and receives from the one at its place in the reversed batch;
 * with it go pseudo-labels and confidences.
 */
final class StrongPairs {
    private static final int VIEWS = 2;

    private final TensorKernels kernels;
    private final Compute compute;
    private final double probability;

    private StrongPairs(TensorKernels kernels, Compute compute, Unsupervised settings) {
        this.kernels = kernels;
        this.compute = compute;
        this.probability = switch (settings.cutmix()) {
            case OFF -> 0;
            case FIXED -> settings.cutmixProbability();
            case ADAPTIVE -> 1; // the mean gamma
        };
    }

    /** Of a configuration; empty for the other methods. */
    static Optional<StrongPairs> of(ImasConfig config, TensorKernels kernels, Compute compute) {
        return config.method() == Method.UNIMATCH_V2
                ? Optional.of(new StrongPairs(kernels, compute, config.unsupervised()))
                : Optional.empty();
    }

    /** @param targets what the weak views teach */
    StudentBatch compose(StepInput.SemiSupervised in, StepDraws draws, PseudoLabels targets) {
        long count = in.weak().size(0);
        TensorVector images = new TensorVector(in.labeled());
        List<StudentBatch.View> views = new ArrayList<>();
        Span labeled = new Span(0, in.labeled().size(0));
        Span before = labeled;
        for (int view = 0; view < VIEWS; view++) {
            Tensor strong = in.strong().narrow(0, view * count, count);
            Tensor boxes = boxes(draws, view, strong);
            Tensor partners = reversed((int) count);
            images.push_back(kernels.mixed(strong, boxes, partners));
            before = before.next(count);
            views.add(new StudentBatch.View(
                    before,
                    kernels.mixed(targets.labels(), boxes, partners),
                    kernels.mixed(targets.confidence(), boxes, partners)));
        }
        return new StudentBatch(torch.cat(images, 0), labeled, views);
    }

    private Tensor boxes(StepDraws draws, int view, Tensor images) {
        int count = (int) images.size(0);
        int[][] boxes = draws.areas(view, count, (int) images.size(2), (int) images.size(3), probability);
        int[] flat = Arrays.stream(boxes).flatMapToInt(Arrays::stream).toArray();
        return compute.upload(flat, count, 1, 1, 4);
    }

    private Tensor reversed(int count) {
        int[] order = IntStream.range(0, count).map(i -> count - 1 - i).toArray();
        return compute.upload(order, count, 1, 1, 1);
    }
}
