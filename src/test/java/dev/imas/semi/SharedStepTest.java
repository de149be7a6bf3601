package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.Rng;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.IntensityMix;
import dev.imas.config.ImasConfig.SupervisedLoss;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import dev.imas.distributed.Threads;
import dev.imas.nn.SegmentationNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** Steps of several processes, each with a part of the batch, against those of one with all of it. */
class SharedStepTest {
    private static final int IMAGES = 4;
    private static final int SIZE = 32;
    private static final int STEPS = 3;
    private static final double LR = 0.01;
    /** Of losses of 5 to 20 and of weights: sums in another order, through three steps of a network of 16 layers. */
    private static final double DRIFT = 5e-5;
    /** A ReLU that is decided within rounding moves the weights of one plane, and no loss that is seen. */
    private static final double FLIPPED = 1e-3;

    private static final double SHARE_FLIPPED = 1e-3;
    /** What is no drift any more. */
    private static final double FAR = 2e-3;

    private static final ImasConfig PUBLISHED = with(config -> config);

    /** @param gamma of the last step */
    private record Learned(List<Double> losses, List<Boolean> mixed, float[] gamma, float[] weights) {
        double largestOfLosses(Learned other) {
            return IntStream.range(0, losses.size())
                    .mapToDouble(i -> distance(losses.get(i), other.losses.get(i)))
                    .max()
                    .orElseThrow();
        }

        DoubleStream ofWeights(Learned other) {
            return IntStream.range(0, weights.length).mapToDouble(i -> distance(weights[i], other.weights[i]));
        }

        private static double distance(double a, double b) {
            double distance = Math.abs(a - b);
            return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
        }
    }

    /** Gamma blends, triggers and pairs; every step is mixed. */
    private static ImasConfig with(UnaryOperator<ImasConfig> change) {
        ImasConfig tiny = Configs.tiny();
        return change.apply(tiny.withUnsupervised(tiny.unsupervised()
                .with(u -> u.threshold(0.16).cutmix(CutMixTrigger.FIXED).cutmixProbability(1))));
    }

    @Test
    void areThoseOfOneProcess() {
        requireSame(PUBLISHED, 2);
        requireSame(PUBLISHED, 4);
    }

    @Test
    void keepTheHardPixelsOfTheWholeBatch() {
        requireSame(
                with(c -> c.withSupervised(c.supervised()
                        .with(s ->
                                s.loss(SupervisedLoss.OHEM).ohemThreshold(0.05).ohemMinKept(900)))),
                2);
    }

    @Test
    void weighTheClassesOfTheWholeBatch() {
        requireSame(
                with(c -> c.withSupervised(c.supervised().with(s -> s.loss(SupervisedLoss.CE_PLUS_DICE)
                                .classWeights(List.of(1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 1.0))))
                        .withUnsupervised(c.unsupervised().with(u -> u.classThresholds(ClassThresholds.BY_CONFIDENCE)
                                .cutmixPairing(CutMixPairing.RANDOM)
                                .intensityMix(IntensityMix.BERNOULLI)
                                .cutmixScaleByHardness(true)))),
                2);
    }

    @Test
    void differWhereEachNormalisesOrDecidesForItself() {
        Learned alone = learned(PUBLISHED, Ranks.ALONE);
        ImasConfig apart = PUBLISHED.withTraining(PUBLISHED.training().withSyncBatchNorm(false));
        ImasConfig own = PUBLISHED.withTraining(PUBLISHED.training().withStatistics(ImasConfig.Statistics.PROCESS));
        for (ImasConfig config : List.of(apart, own)) {
            List<Learned> parts = Threads.run(2, ranks -> learned(config, ranks));
            assertThat(parts.get(1).weights).isEqualTo(parts.get(0).weights);
            assertThat(parts.get(0).largestOfLosses(alone)).isGreaterThan(FAR);
        }
    }

    private static void requireSame(ImasConfig config, int count) {
        Learned alone = learned(config, Ranks.ALONE);
        List<Learned> parts = Threads.run(count, ranks -> learned(config, ranks));
        assertThat(alone.mixed).contains(true);
        assertThat(alone.losses.get(STEPS)).isPositive();
        assertThat(alone.gamma).hasSize(IMAGES).doesNotHaveDuplicates();
        for (Learned part : parts) {
            assertThat(part.mixed).isEqualTo(alone.mixed);
            assertThat(part.weights).isEqualTo(parts.get(0).weights);
            assertThat(part.largestOfLosses(alone)).isLessThan(DRIFT);
            assertThat(part.ofWeights(alone).max().orElseThrow()).isLessThan(FLIPPED);
            assertThat(part.ofWeights(alone)
                            .filter(distance -> distance > DRIFT)
                            .count())
                    .isLessThan((long) (SHARE_FLIPPED * part.weights.length));
        }
    }

    private static Learned learned(ImasConfig config, Ranks ranks) {
        List<Double> losses = new ArrayList<>();
        List<Boolean> mixed = new ArrayList<>();
        float[] gamma = {};
        double unsup = 0;
        try (PointerScope scope = new PointerScope();
                StepAssembly assembly = StepAssembly.create(
                        config, Agreements.CPU, SharedStepTest::louder, UnaryOperator.identity(), ranks)) {
            for (int step = 0; step < STEPS; step++) {
                try (PointerScope inner = new PointerScope()) {
                    StepResult result = assembly.step()
                            .run(input(step, ranks), SeededDraws.of(config, step), LR, step < 1 ? 0 : 0.5);
                    losses.add((double) result.total().item_float());
                    if (result instanceof StepResult.SemiSupervised semi) {
                        mixed.add(semi.cutmix() instanceof CutMix.Fired);
                        gamma = StepHarness.floats(semi.agreement().gamma());
                        unsup = semi.lossUnsup().item_float();
                    }
                }
            }
            losses.add(unsup);
            return new Learned(losses, mixed, gamma, weights(assembly.student()));
        }
    }

    /** A fresh network is unsure everywhere. */
    static void louder(SegmentationNetwork student) {
        Torch.withoutGradient(
                () -> student.parameters().get("decoder.classifier.6.weight").mul_(new Scalar(10.0)));
    }

    private static float[] weights(SegmentationNetwork network) {
        List<float[]> each = network.state().values().stream()
                .filter(t -> t.scalar_type().intern() == ScalarType.Float)
                .map(StepHarness::floats)
                .toList();
        float[] all = new float[each.stream().mapToInt(values -> values.length).sum()];
        int begin = 0;
        for (float[] values : each) {
            System.arraycopy(values, 0, all, begin, values.length);
            begin += values.length;
        }
        return all;
    }

    /** The first step has no unlabelled images; labels are ignored more often in the first images. */
    private static StepInput input(int step, Ranks ranks) {
        Tensor labeled = own(images("labeled", step), ranks);
        Tensor labels = own(labels(step), ranks);
        return step == 0
                ? new StepInput.Supervised(labeled, labels)
                : new StepInput.SemiSupervised(
                        labeled, labels, own(images("weak", step), ranks), own(images("strong", step), ranks));
    }

    private static Tensor own(Tensor whole, Ranks ranks) {
        return Span.of(ranks.share(), IMAGES).of(whole).clone();
    }

    static Tensor images(String purpose, int step) {
        Rng rng = Rng.of(5, purpose, step);
        float[] values = new float[IMAGES * 3 * SIZE * SIZE];
        for (int k = 0; k < values.length; k++) {
            int image = k / (3 * SIZE * SIZE);
            values[k] = (float) ((0.3 + 0.3 * image) * rng.gaussian() + Math.sin(k / 40.0));
        }
        Tensor t = torch.empty(
                new long[] {IMAGES, 3, SIZE, SIZE}, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
        t.data_ptr_float().put(values);
        return t;
    }

    static Tensor labels(int step) {
        Rng rng = Rng.of(5, "labels", step);
        byte[] values = new byte[IMAGES * SIZE * SIZE];
        for (int k = 0; k < values.length; k++) {
            int image = k / (SIZE * SIZE);
            values[k] = (byte) (rng.uniform() < 0.7 / (1 + image) ? 255 : rng.integer(0, 7));
        }
        Tensor t = torch.empty(
                new long[] {IMAGES, 1, SIZE, SIZE}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        new BytePointer(t.data_ptr()).put(values);
        return t;
    }
}
