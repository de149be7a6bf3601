package dev.imas.semi;

import dev.imas.common.Share;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import dev.imas.semi.Networks.Pass;
import dev.imas.semi.Networks.Predictions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

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
    private final PaddingRule padding;
    private final GammaRule gamma;
    private final IntensityRule intensity;
    private final CutMixRule cutmix;
    private final StudentBatch.Composer batches;
    private final Optional<StrongPairs> pairs;
    private final DropoutRule dropout;
    private final SupervisedLoss supervised;
    private final ConsistencyLoss consistency;
    private final PartOfBatch part;

    /**
     * @param featureChannels of the student's features, which may be dropped
     * @param ranks           the processes that learn together
     */
    SemiSupervisedStep(
            Networks networks,
            TensorKernels kernels,
            Compute compute,
            ImasConfig config,
            int featureChannels,
            Ranks ranks) {
        this.part = PartOfBatch.of(config, ranks);
        ImasConfig.Unsupervised settings = config.unsupervised();
        this.networks = networks;
        this.kernels = kernels;
        this.threshold = settings.threshold();
        this.thresholds = ThresholdRule.of(settings.classThresholds(), part.deciding());
        this.padding = PaddingRule.of(settings.ignorePadding(), kernels, part.deciding());
        this.gamma = GammaRule.of(config, kernels, compute);
        this.intensity = IntensityRule.of(settings.intensityMix(), compute);
        this.pairs = StrongPairs.of(config, kernels, compute);
        this.cutmix = CutMixRule.of(pairs.isPresent() ? settings.withCutmix(CutMixTrigger.OFF) : settings, compute);
        // A transformer has no batch statistics, which are all that the weak part is there for.
        boolean weakInBatch =
                settings.weakInBatch() && !config.network().backbone().transformer();
        this.batches = new StudentBatch.Composer(kernels, weakInBatch, part.deciding());
        this.dropout = DropoutRule.of(settings.featureDropout(), featureChannels, compute);
        this.supervised = new SupervisedLoss(kernels, config.supervised(), part);
        this.consistency = new ConsistencyLoss(kernels, settings, part.parts());
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
            PseudoLabels targets = padding.targets(in, thresholds.targets(pseudo));
            Agreement agreement = gamma.measure(part.everybodys(pseudo));
            Span own = part.own(agreement);
            // 3.3 intensity: a hard image is augmented less
            Optional<Tensor> share = intensity.share(agreement, draws).map(own::of);
            // 3.4 CutMix between the weak views
            CutMix mix = cutmix.decide(agreement, draws, height, width);
            // 3.5 the student's batch: labelled | weak | cutmix | strong
            StudentBatch batch = padding.counted(pairs.map(views -> views.compose(in, draws, targets))
                    .orElseGet(() -> batches.compose(in, share, mix, targets)));
            Learned learned = learn(batch, in.labels(), part.own(agreement, own), draws);
            // 3.8 student and teacher, 3.9 with the learning rate of this step
            networks.update(lr, emaDecay);
            Tensor[] losses = part.whole(
                    learned.sup.total(), learned.sup.dice().orElse(learned.sup.total()), learned.unsup.total());
            return new StepResult.SemiSupervised(
                    losses[0],
                    learned.sup.dice().map(dice -> losses[1]),
                    losses[2],
                    learned.unsup.views(),
                    pseudo,
                    agreement,
                    mix);
        });
    }

    private record Learned(SupervisedLoss.Value sup, ConsistencyLoss.Value unsup) {}

    /** Sends the losses' gradients through the student, of all images at once or of a piece after the other. */
    private Learned learn(StudentBatch batch, Tensor labels, Agreement agreement, StepDraws draws) {
        return inPieces(piece -> {
            StudentBatch own = part.pieces() == 1 ? batch : batch.piece(piece);
            Span labeled = Span.of(piece, labels.size(0));
            Span unlabeled = Span.of(piece, agreement.gamma().size(0));
            Pass pass = learn(own, draws);
            // 3.6 supervised loss
            SupervisedLoss.Value sup = supervised.of(pass, own.labeled(), labeled.of(labels), labels);
            // 3.7 consistency loss of the strong and the mixed view
            ConsistencyLoss.Value unsup = consistency.of(pass.main(), own.views(), part.own(agreement, unlabeled));
            networks.backpropagate(pass);
            return new Learned(sup, unsup);
        });
    }

    /** Of one piece what it gives; of several the sums of their losses, and what else each took is given back. */
    private Learned inPieces(Function<Share, Learned> piece) {
        if (part.pieces() == 1) {
            return piece.apply(Share.WHOLE);
        }
        List<Tensor> sums = new ArrayList<>();
        boolean dice = false;
        for (int i = 0; i < part.pieces(); i++) {
            Tensor own;
            try (PointerScope scope = new PointerScope()) {
                Learned learned = piece.apply(new Share(i, part.pieces()));
                dice = learned.sup.dice().isPresent();
                own = torch.cat(
                        new TensorVector(
                                learned.sup.total(),
                                learned.sup.dice().orElse(learned.sup.total()),
                                learned.unsup.total()),
                        0);
                own.retainReference();
            }
            sums.add(Torch.adopt(own));
        }
        Tensor all = sums.get(0);
        sums.subList(1, sums.size()).forEach(all::add_);
        Optional<Tensor> ofDice = dice ? Optional.of(all.narrow(0, 1, 1)) : Optional.empty();
        return new Learned(
                new SupervisedLoss.Value(all.narrow(0, 0, 1), ofDice),
                new ConsistencyLoss.Value(all.narrow(0, 2, 1), List.of()));
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
            SupervisedLoss.Value lossSup = inPieces(piece -> learn(in, piece)).sup;
            networks.update(lr, emaDecay);
            Tensor[] losses = part.whole(lossSup.total(), lossSup.dice().orElse(lossSup.total()));
            return new StepResult.Supervised(losses[0], lossSup.dice().map(dice -> losses[1]));
        });
    }

    private Learned learn(StepInput.Supervised in, Share piece) {
        Span own = Span.of(piece, in.labeled().size(0));
        Pass pass = networks.learn(part.pieces() == 1 ? in.labeled() : own.of(in.labeled()));
        SupervisedLoss.Value sup = supervised.of(pass, new Span(0, own.count()), own.of(in.labels()), in.labels());
        networks.backpropagate(pass);
        return new Learned(sup, new ConsistencyLoss.Value(torch.zeros_like(sup.total()), List.of()));
    }
}
