package dev.imas.semi;

import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.semi.Networks.Head;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The student's strong and mixed view against the teacher's confident pixels (docs/method.md 3.7). */
final class ConsistencyLoss {
    private final TensorKernels kernels;
    private final double threshold;
    private final double lambda;
    private final WeightRule weighing;
    private final int parts;

    ConsistencyLoss(TensorKernels kernels, Unsupervised settings) {
        this(kernels, settings, 1);
    }

    /** @param parts of how many equal parts a batch is one; the parts' losses and gradients add up to its own */
    ConsistencyLoss(TensorKernels kernels, Unsupervised settings, int parts) {
        this.parts = parts;
        this.kernels = kernels;
        this.threshold = settings.threshold();
        this.lambda = settings.weight();
        this.weighing = WeightRule.of(settings.weightByHardness());
    }

    /**
     * @param total lambda times the mean of the views: f32 [1,1,1,1]
     * @param views one loss a view, without lambda: f32 [1,1,1,1] each
     */
    record Value(Tensor total, List<Tensor> views) {}

    /** The loss of the batch's views; its gradient is written beside the logits. */
    Value of(Head head, List<StudentBatch.View> views, Agreement agreement) {
        Tensor weights = weighing.weights(agreement).orElse(null);
        double scale = lambda / views.size() / parts;
        List<Tensor> losses = views.stream()
                .map(view -> kernels.consistencyLoss(
                        view.images().of(head.logits()),
                        view.labels(),
                        view.confidence(),
                        threshold,
                        weighted(view, weights),
                        scale,
                        view.images().of(head.gradient())))
                .toList();
        return new Value(sum(losses).mul_(new Scalar(scale)), losses);
    }

    /** A view's factor is every image's: so it is in loss and gradient, and is computed with in f32. */
    private static Tensor weighted(StudentBatch.View view, Tensor weightsOrNull) {
        if (view.factor().isEmpty()) {
            return weightsOrNull;
        }
        Tensor factor = view.factor().get();
        return weightsOrNull == null ? factor.repeat(view.labels().size(0), 1, 1, 1) : weightsOrNull.mul(factor);
    }

    private static Tensor sum(List<Tensor> terms) {
        Tensor sum = terms.get(0).clone();
        terms.subList(1, terms.size()).forEach(sum::add_);
        return sum;
    }
}
