package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.device.TensorKernels;
import dev.imas.semi.Networks.Head;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weighted cross-entropy and Dice against their plain definition in double, and gradients by finite differences. */
@ExtendWith(StepScope.class)
class BalancedLossTest {
    private static final int IMAGES = 2;
    private static final int CLASSES = 4;
    private static final int IGNORED = 255;
    private static final List<Double> WEIGHTS = List.of(0.3, 1.7, 0.0, 2.5);
    /** A float32 log-softmax a pixel, a few hundred of them. */
    private static final Offset<Double> ROUNDING = within(2e-6);
    /** The gradients are at most about 0.1; differences of double losses add nothing to float32's rounding. */
    private static final Offset<Double> GRADIENT = within(1e-6);

    private static final double STEP = 1e-5;

    /** Logits and labels, and the losses as docs/method.md 3.6 has them, pixel by pixel. */
    private record Case(int h, int w, int height, int width, double[] logits, int[] labels) {
        /** Class 2 occurs nowhere; a tenth of the pixels is ignored. */
        static Case of(int h, int w, int height, int width) {
            Rng rng = Rng.of(11, "balanced", h, w, height, width);
            double[] logits = new double[IMAGES * CLASSES * h * w];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) (2 * rng.gaussian());
            }
            int[] labels = new int[IMAGES * height * width];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = rng.uniform() < 0.1 ? IGNORED : new int[] {0, 0, 0, 1, 3}[rng.integer(0, 5)];
            }
            return new Case(h, w, height, width, logits, labels);
        }

        Case with(double[] other) {
            return new Case(h, w, height, width, other, labels);
        }

        Case ignoringAll() {
            int[] none = new int[labels.length];
            java.util.Arrays.fill(none, IGNORED);
            return new Case(h, w, height, width, logits, none);
        }

        private double enlarged(int image, int c, int row, int column) {
            double y = height == 1 ? 0 : row * (h - 1.0) / (height - 1);
            double x = width == 1 ? 0 : column * (w - 1.0) / (width - 1);
            int top = (int) Math.min(Math.floor(y), Math.max(0, h - 2));
            int left = (int) Math.min(Math.floor(x), Math.max(0, w - 2));
            double down = y - top;
            double right = x - left;
            double sum = 0;
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 2; j++) {
                    double share = (i == 0 ? 1 - down : down) * (j == 0 ? 1 - right : right);
                    if (share > 0) {
                        sum += share * logits[((image * CLASSES + c) * h + top + i) * w + left + j];
                    }
                }
            }
            return sum;
        }

        private double[] probabilities(int pixel) {
            double[] p = new double[CLASSES];
            double sum = 0;
            int image = pixel / (height * width);
            for (int c = 0; c < CLASSES; c++) {
                p[c] = Math.exp(enlarged(image, c, pixel / width % height, pixel % width));
                sum += p[c];
            }
            for (int c = 0; c < CLASSES; c++) {
                p[c] /= sum;
            }
            return p;
        }

        double crossEntropy(List<Double> weights) {
            double sum = 0;
            double weight = 0;
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] != IGNORED) {
                    double w = weights.isEmpty() ? 1 : weights.get(labels[i]);
                    sum -= w * Math.log(probabilities(i)[labels[i]]);
                    weight += w;
                }
            }
            return sum / weight;
        }

        double dice() {
            double[] common = new double[CLASSES];
            double[] predicted = new double[CLASSES];
            double[] truth = new double[CLASSES];
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] != IGNORED) {
                    double[] p = probabilities(i);
                    common[labels[i]] += p[labels[i]];
                    truth[labels[i]]++;
                    for (int c = 0; c < CLASSES; c++) {
                        predicted[c] += p[c];
                    }
                }
            }
            double score = 0;
            int present = 0;
            for (int c = 0; c < CLASSES; c++) {
                if (truth[c] > 0) {
                    present++;
                    score += 2 * common[c] / (predicted[c] + truth[c]);
                }
            }
            return 1 - score / present;
        }

        double loss(List<Double> weights, boolean dice) {
            return crossEntropy(weights) + (dice ? dice() : 0);
        }

        Tensor logitTensor(ScalarType type) {
            Tensor t = torch.empty(
                    new long[] {IMAGES, CLASSES, h, w},
                    new TensorOptions(ScalarType.Float),
                    new MemoryFormatOptional());
            float[] values = new float[logits.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) logits[i];
            }
            t.data_ptr_float().put(values);
            return t.to(type);
        }

        Tensor labelTensor() {
            Tensor t = torch.empty(
                    new long[] {IMAGES, 1, height, width},
                    new TensorOptions(ScalarType.Byte),
                    new MemoryFormatOptional());
            byte[] values = new byte[labels.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (byte) labels[i];
            }
            new BytePointer(t.data_ptr()).put(values);
            return t;
        }
    }

    private static final List<Case> CASES = List.of(Case.of(3, 4, 7, 9), Case.of(1, 1, 3, 2), Case.of(4, 5, 4, 5));

    @ParameterizedTest
    @ValueSource(strings = {"ce, weights", "ce+dice", "ce+dice, weights"})
    void lossAndGradientAreThoseOfTheDefinition(String kind) {
        List<Double> weights = kind.endsWith("weights") ? WEIGHTS : List.of();
        boolean dice = kind.startsWith("ce+dice");
        for (Case c : CASES) {
            Head head = Head.of(c.logitTensor(ScalarType.Float));
            SupervisedLoss.Value value =
                    new BalancedLoss(weights, dice).of(head.logits(), c.labelTensor(), 0.5, head.gradient());
            assertThat(value.total().item_double()).isCloseTo(c.loss(weights, dice), ROUNDING);
            assertThat(value.dice().isPresent()).isEqualTo(dice);
            value.dice().ifPresent(part -> assertThat(part.item_double()).isCloseTo(c.dice(), ROUNDING));
            float[] gradient = StepHarness.floats(head.gradient());
            for (int i = 0; i < gradient.length; i++) {
                double[] up = c.logits.clone();
                double[] down = c.logits.clone();
                up[i] += STEP;
                down[i] -= STEP;
                double slope = (c.with(up).loss(weights, dice) - c.with(down).loss(weights, dice)) / (2 * STEP);
                assertThat((double) gradient[i]).as("%s, logit %d", c, i).isCloseTo(0.5 * slope, GRADIENT);
            }
        }
    }

    @Test
    void withoutWeightsItIsTheKernelsCrossEntropy() {
        Case c = CASES.get(0);
        Head mine = Head.of(c.logitTensor(ScalarType.Float));
        Head kernels = Head.of(c.logitTensor(ScalarType.Float));
        Tensor loss = new BalancedLoss(List.of(), false)
                .of(mine.logits(), c.labelTensor(), 1, mine.gradient())
                .total();
        Tensor expected = new TensorKernels(Agreements.CPU)
                .supervisedLoss(
                        kernels.logits(), c.labelTensor(), ImasConfig.SupervisedLoss.CE, 0, 0, 1, kernels.gradient());
        assertThat(loss.item_double()).isCloseTo(expected.item_double(), ROUNDING);
        assertThat(mine.gradient().sub(kernels.gradient()).abs().max().item_double())
                .isCloseTo(0, GRADIENT);
    }

    @Test
    void bf16LogitsGetABf16Gradient() {
        Case c = CASES.get(0);
        Head head = Head.of(c.logitTensor(ScalarType.BFloat16));
        Head exact = Head.of(head.logits().to(ScalarType.Float));
        BalancedLoss loss = new BalancedLoss(WEIGHTS, true);
        double found = loss.of(head.logits(), c.labelTensor(), 1, head.gradient())
                .total()
                .item_double();
        assertThat(found)
                .isEqualTo(loss.of(exact.logits(), c.labelTensor(), 1, exact.gradient())
                        .total()
                        .item_double());
        assertThat(torch.equal(head.gradient(), exact.gradient().to(ScalarType.BFloat16)))
                .isTrue();
    }

    @Test
    void withoutALabelledPixelLossAndGradientAreZero() {
        Case none = CASES.get(0).ignoringAll();
        Head head = Head.of(none.logitTensor(ScalarType.Float));
        SupervisedLoss.Value value =
                new BalancedLoss(WEIGHTS, true).of(head.logits(), none.labelTensor(), 1, head.gradient());
        assertThat(value.total().item_double()).isZero();
        assertThat(head.gradient().abs().sum().item_double()).isZero();
    }

    /** Only classes of weight 0 are labelled: nothing is learned of them, and nothing is divided by 0. */
    @Test
    void weightZeroTakesAClassOut() {
        Case c = CASES.get(0);
        Head head = Head.of(c.logitTensor(ScalarType.Float));
        SupervisedLoss.Value value = new BalancedLoss(List.of(0.0, 0.0, 1.0, 0.0), false)
                .of(head.logits(), c.labelTensor(), 1, head.gradient());
        assertThat(value.total().item_double()).isZero();
        assertThat(head.gradient().abs().sum().item_double()).isZero();
    }

    @Test
    void whatIsIgnoredMayBeAnything() {
        Case c = Case.of(4, 5, 4, 5); // every pixel reads its own logits alone
        int pixel = 7;
        c.labels[pixel] = IGNORED;
        Tensor logits = c.logitTensor(ScalarType.Float);
        double clean = new BalancedLoss(WEIGHTS, true)
                .of(logits, c.labelTensor(), 1, torch.zeros_like(logits))
                .total()
                .item_double();
        float[] values = StepHarness.floats(logits);
        for (int k = 0; k < CLASSES; k++) {
            values[k * 20 + pixel] = 3e30f;
        }
        logits.data_ptr_float().put(values);
        Tensor gradient = torch.zeros_like(logits);
        assertThat(new BalancedLoss(WEIGHTS, true)
                        .of(logits, c.labelTensor(), 1, gradient)
                        .total()
                        .item_double())
                .isEqualTo(clean);
        assertThat(gradient.isfinite().all().item_bool()).isTrue();
    }

    /** The step's loss is the kernel's for plain cross-entropy, bit for bit, and the composition's for the others. */
    @Test
    void theSettingsChoose() {
        Case c = CASES.get(0);
        ImasConfig.Supervised plain = ConfigYaml.defaults().supervised().withLoss(ImasConfig.SupervisedLoss.CE);
        Head head = Head.of(c.logitTensor(ScalarType.Float));
        Head direct = Head.of(c.logitTensor(ScalarType.Float));
        TensorKernels kernels = new TensorKernels(Agreements.CPU);
        SupervisedLoss.Value value = of(plain, head, c);
        Tensor expected =
                kernels.supervisedLoss(direct.logits(), c.labelTensor(), plain.loss(), 0, 0, 1, direct.gradient());
        assertThat(torch.equal(value.total(), expected)).isTrue();
        assertThat(torch.equal(head.gradient(), direct.gradient())).isTrue();
        assertThat(value.dice()).isEmpty();

        assertThat(of(plain.withClassWeights(WEIGHTS), head, c).total().item_double())
                .isCloseTo(c.crossEntropy(WEIGHTS), ROUNDING);
        ImasConfig.Supervised dice = plain.withLoss(ImasConfig.SupervisedLoss.CE_PLUS_DICE);
        assertThat(of(dice, head, c).total().item_double()).isCloseTo(c.loss(List.of(), true), ROUNDING);
    }

    private static SupervisedLoss.Value of(ImasConfig.Supervised settings, Head head, Case c) {
        return new SupervisedLoss(new TensorKernels(Agreements.CPU), settings)
                .of(new Networks.Pass(head, Optional.empty()), new Span(0, IMAGES), c.labelTensor());
    }
}
