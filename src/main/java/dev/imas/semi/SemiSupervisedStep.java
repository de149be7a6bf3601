package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.device.Torch;
import dev.imas.semi.Networks.Pass;
import dev.imas.semi.Networks.Predictions;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * One training step (docs/method.md 3). The losses' gradients come in closed form and enter autograd at the logits, so
 * autograd runs through the network alone. Everything allocated lives in the caller's PointerScope.
 * {@link StepAssembly} makes one.
 */
public final class SemiSupervisedStep {
    private final Networks networks;
    private final TensorKernels kernels;
    private final double threshold;
    private final ThresholdRule thresholds;
    private final GammaRule gamma;
    private final IntensityRule intensity;
    private final CutMixRule cutmix;
    private final StudentBatch.Composer batches;
    private final Optional<StrongPairs> pairs;
    private final DropoutRule dropout;
    private final SupervisedLoss supervised;
    private final ConsistencyLoss consistency;

    /** @param featureChannels of the student's features, which may be dropped */
    SemiSupervisedStep(
            Networks networks, TensorKernels kernels, Compute compute, ImasConfig config, int featureChannels) {
        ImasConfig.Unsupervised settings = config.unsupervised();
        this.networks = networks;
        this.kernels = kernels;
        this.threshold = settings.threshold();
        this.thresholds = ThresholdRule.of(settings.classThresholds());
        this.gamma = GammaRule.of(config, kernels, compute);
        this.intensity = IntensityRule.of(settings.intensityMix(), compute);
        this.pairs = StrongPairs.of(config, kernels, compute);
        this.cutmix = CutMixRule.of(pairs.isPresent() ? settings.withCutmix(CutMixTrigger.OFF) : settings, compute);
        this.batches = new StudentBatch.Composer(kernels, settings.weakInBatch());
        this.dropout = DropoutRule.of(settings.featureDropout(), featureChannels, compute);
        this.supervised = new SupervisedLoss(kernels, config.supervised());
        this.consistency = new ConsistencyLoss(kernels, settings);
    }

    /**
     * Learns from one batch and updates the teacher; of which kind the input is, of that kind is the result.
     *
     * @param draws    asked in a step with unlabelled images alone
     * @param lr       learning rate of the encoder in this step
     * @param emaDecay decay of the teacher's update, 0 copies the student
     */
    public StepResult run(StepInput input, StepDraws draws, double lr, double emaDecay) {
        return input instanceof StepInput.SemiSupervised in
                ? run(in, draws, lr, emaDecay)
                : run((StepInput.Supervised) input, lr, emaDecay);
    }

    /** The whole method: predict, measure gamma, compose, weigh, learn. */
    public StepResult.SemiSupervised run(StepInput.SemiSupervised in, StepDraws draws, double lr, double emaDecay) {
        long height = in.weak().size(2);
        long width = in.weak().size(3);
        return Torch.withoutGradient(() -> {
            networks.forgetGradients();
            // 3.1 predictions of student and teacher for the weak views
            Predictions said = networks.predict(in.weak());
            // 3.2 pseudo-labels and confidences; 4: gamma, how well the two agree on each image
            PseudoLabels pseudo = kernels.pseudoLabel(said.student(), said.teacher(), threshold, height, width);
            PseudoLabels targets = thresholds.targets(pseudo);
            Agreement agreement = gamma.measure(pseudo);
            // 3.3 intensity: a hard image is augmented less
            Optional<Tensor> share = intensity.share(agreement, draws);
            // 3.4 CutMix between the weak views
            CutMix mix = cutmix.decide(agreement, draws, height, width);
            // 3.5 the student's batch: labelled | weak | cutmix | strong
            StudentBatch batch = pairs.map(views -> views.compose(in, draws, targets))
                    .orElseGet(() -> batches.compose(in, share, mix, targets));
            Pass pass = learn(batch, draws);
            // 3.6 supervised loss
            SupervisedLoss.Value lossSup = supervised.of(pass, batch.labeled(), in.labels());
            // 3.7 consistency loss of the strong and the mixed view
            ConsistencyLoss.Value lossUnsup = consistency.of(pass.main(), batch.views(), agreement);
            // 3.8 student and teacher, 3.9 with the learning rate of this step
            networks.backpropagate(pass);
            networks.update(lr, emaDecay);
            return new StepResult.SemiSupervised(
                    lossSup.total(), lossSup.dice(), lossUnsup.total(), lossUnsup.views(), pseudo, agreement, mix);
        });
    }

    private Pass learn(StudentBatch batch, StepDraws draws) {
        return dropout.factors(batch, draws)
                .map(factors -> networks.learn(batch.images(), factors))
                .orElseGet(() -> networks.learn(batch.images()));
    }

    /** The part of it that needs no unlabelled images: 3.5 with the labelled part alone, 3.6, 3.8, 3.9. */
    public StepResult.Supervised run(StepInput.Supervised in, double lr, double emaDecay) {
        return Torch.withoutGradient(() -> {
            networks.forgetGradients();
            Pass pass = networks.learn(in.labeled());
            SupervisedLoss.Value lossSup =
                    supervised.of(pass, new Span(0, in.labeled().size(0)), in.labels());
            networks.backpropagate(pass);
            networks.update(lr, emaDecay);
            return new StepResult.Supervised(lossSup.total(), lossSup.dice());
        });
    }
}
