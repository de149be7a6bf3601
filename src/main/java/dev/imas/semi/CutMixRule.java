package dev.imas.semi;

import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels.Agreement;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * CutMix between the weak views (docs/method.md 3.4): when it fires, for the whole batch; who receives from whom; and
 * how large the boxes are. Each is a rule of its own, chosen by {@code unsupervised.cutmix}, {@code cutmix_pairing} and
 * {@code cutmix_scale_by_hardness}.
 */
final class CutMixRule {
    /** Whether it fires in a step. */
    interface Trigger {
        boolean fires(MeanGamma mean, StepDraws draws);

        static Trigger of(CutMixTrigger trigger, double probability) {
            return switch (trigger) {
                case OFF -> (mean, draws) -> false;
                case FIXED -> (mean, draws) -> draws.trigger() < probability;
                case ADAPTIVE -> (mean, draws) -> draws.trigger() < mean.value();
            };
        }
    }

    /** From whom each image receives: i32 [B,1,1,1]. */
    interface Pairing {
        Tensor partners(Agreement agreement, StepDraws draws);

        static Pairing of(CutMixPairing pairing, Compute compute) {
            return switch (pairing) {
                case HARDNESS -> (agreement, draws) -> agreement.pairing();
                case RANDOM ->
                    (agreement, draws) -> {
                        int count = (int) agreement.gamma().size(0);
                        return compute.upload(draws.pairing(count), count, 1, 1, 1);
                    };
            };
        }
    }

    /** Which part of the range of side ratios the boxes are drawn from, in [0,1]. */
    interface Spread {
        double of(MeanGamma mean);

        static Spread of(boolean byHardness) {
            return byHardness ? MeanGamma::value : mean -> 1;
        }
    }

    /** Mean gamma of a step, read from the device when a rule asks for it, and once. */
    static final class MeanGamma {
        private final Tensor mean;
        private double value = Double.NaN;
        private boolean known;

        /** @param mean f32 [1,1,1,1] */
        MeanGamma(Tensor mean) {
            this.mean = mean;
        }

        /** In [0,1]; waits for the device. */
        double value() {
            if (!known) {
                value = mean.item_float();
                known = true;
            }
            return value;
        }
    }

    private final Trigger trigger;
    private final Pairing pairing;
    private final Spread spread;
    private final Compute compute;

    private CutMixRule(Trigger trigger, Pairing pairing, Spread spread, Compute compute) {
        this.trigger = trigger;
        this.pairing = pairing;
        this.spread = spread;
        this.compute = compute;
    }

    static CutMixRule of(Unsupervised settings, Compute compute) {
        return new CutMixRule(
                Trigger.of(settings.cutmix(), settings.cutmixProbability()),
                Pairing.of(settings.cutmixPairing(), compute),
                Spread.of(settings.cutmixScaleByHardness()),
                compute);
    }

    /** Whether CutMix fires in this step on images of (height, width) pixels, and where. */
    CutMix decide(Agreement agreement, StepDraws draws, long height, long width) {
        MeanGamma mean = new MeanGamma(agreement.mean());
        if (!trigger.fires(mean, draws)) {
            return new CutMix.None();
        }
        int count = (int) agreement.gamma().size(0);
        int[][] boxes = draws.boxes(count, (int) height, (int) width, spread.of(mean));
        int[] flat = Arrays.stream(boxes).flatMapToInt(Arrays::stream).toArray();
        return new CutMix.Fired(boxes, compute.upload(flat, count, 1, 1, 4), pairing.partners(agreement, draws));
    }
}
