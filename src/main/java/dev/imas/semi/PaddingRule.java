package dev.imas.semi;

import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.distributed.Ranks;
import dev.imas.image.LabelMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What becomes of pixels at which an unlabelled crop shows no picture, {@code unsupervised.ignore_padding}: nothing, or
 * their pseudo-labels are ignored, CutMix takes that with it, and the loss of a view is a mean over its other pixels.
 */
interface PaddingRule {
    /** What the weak views teach. */
    PseudoLabels targets(StepInput.SemiSupervised in, PseudoLabels pseudo);

    /** The batch, with what its views' losses are multiplied by. */
    StudentBatch counted(StudentBatch batch);

    /** @param ranks the processes whose images are one batch */
    static PaddingRule of(boolean ignored, TensorKernels kernels, Ranks ranks) {
        return ignored ? new Ignored(kernels, ranks) : new Learned();
    }

    /** Padding is as good a picture as any. */
    record Learned() implements PaddingRule {
        @Override
        public PseudoLabels targets(StepInput.SemiSupervised in, PseudoLabels pseudo) {
            return pseudo;
        }

        @Override
        public StudentBatch counted(StudentBatch batch) {
            return batch;
        }
    }

    /** Padding teaches nothing. */
    record Ignored(TensorKernels kernels, Ranks ranks) implements PaddingRule {
        @Override
        public PseudoLabels targets(StepInput.SemiSupervised in, PseudoLabels pseudo) {
            return in.covered()
                    .map(boxes -> new PseudoLabels(
                            kernels.within(boxes, pseudo.labels()), pseudo.confidence(), pseudo.counts()))
                    .orElse(pseudo);
        }

        @Override
        public StudentBatch counted(StudentBatch batch) {
            TensorVector each = new TensorVector();
            batch.views().forEach(view -> each.push_back(counted(view.labels())));
            Tensor counts = torch.stack(each);
            ranks.sum(counts);
            double pixels = (double) batch.views().get(0).labels().numel() * ranks.count();
            Tensor factors = torch.full_like(counts, new Scalar(pixels))
                    .div_(counts.clamp_min(new Scalar(1)))
                    .to(ScalarType.Float);
            return batch.withFactors(view -> factors.narrow(0, view, 1).view(1, 1, 1, 1));
        }

        private static Tensor counted(Tensor labels) {
            return labels.ne(new Scalar(LabelMap.IGNORE)).sum().to(ScalarType.Double);
        }
    }
}
