package dev.imas.kernels;

import static dev.imas.kernels.Tensors.channelsLast;
import static dev.imas.kernels.Tensors.logits;
import static dev.imas.kernels.Tensors.nchw;
import static dev.imas.kernels.Tensors.workspace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.kernels.Tensors.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each kernel through the Java API against {@link Reference}. Bounds: float32 sums, see the native tests. */
class KernelsTest {
    private static final int B = 2;
    private static final int C = 5;
    private static final int H = 21;
    private static final int W = 37;

    private final Kernels kernels = Kernels.cpu();
    private final Random random = new Random(5);
    private PointerScope scope;

    @BeforeEach
    void openScope() {
        scope = new PointerScope();
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private void run(Operation operation) {
        long bytes = operation.workspaceBytes(kernels);
        if (bytes == 0) {
            operation.run(kernels);
        } else {
            operation.run(kernels, workspace(bytes), bytes);
        }
    }

    @Test
    void pseudoLabelAndGamma() {
        Tensor student = logits(nchw(DType.F32, B, C, 6, 10), random);
        Tensor teacher = logits(channelsLast(DType.BF16, B, C, 6, 10), random);
        Tensor labels = nchw(DType.U8, B, 1, H, W);
        Tensor confidence = nchw(DType.F32, B, 1, H, W);
        Tensor counts = nchw(DType.I32, B, 1, 1, 3 * C + 2);
        run(new PseudoLabel(student.view(), teacher.view(), 0.6f, labels.view(), confidence.view(), counts.view()));

        Tensor parts = nchw(DType.F32, B, 1, 1, 5);
        Tensor pairing = nchw(DType.I32, B, 1, 1, 1);
        Tensor mean = nchw(DType.F32, 1, 1, 1, 1);
        run(new Gamma(counts.view(), H * W, Gamma.Rule.PUBLISHED, parts.view(), pairing.view(), mean.view()));

        double[] gamma = new double[B];
        for (int b = 0; b < B; b++) {
            double[][] s = Reference.enlarge(student, b, H, W);
            double[][] t = Reference.enlarge(teacher, b, H, W);
            double[] expected = new double[3 * C + 2];
            for (int p = 0; p < H * W; p++) {
                double[] ps = Reference.softmax(s[p]);
                double[] pt = Reference.softmax(t[p]);
                int bs = Reference.best(ps);
                int bt = Reference.best(pt);
                assertThat(labels.get(b, 0, p / W, p % W)).isEqualTo(bt);
                assertThat(confidence.get(b, 0, p / W, p % W)).isCloseTo(pt[bt], within(3e-6));
                expected[bs]++;
                expected[C + bt]++;
                expected[2 * C + bs] += bs == bt ? 1 : 0;
                expected[3 * C] += ps[bs] >= 0.6f ? 1 : 0;
                expected[3 * C + 1] += pt[bt] >= 0.6f ? 1 : 0;
            }
            for (int k = 0; k < expected.length; k++) {
                assertThat(counts.get(b, 0, 0, k)).as("count %d", k).isEqualTo(expected[k]);
            }
            gamma[b] = gammaOf(expected);
            assertThat(parts.get(b, 0, 0, 4)).isCloseTo(gamma[b], within(1e-6));
        }
        assertThat(mean.get(0, 0, 0, 0)).isCloseTo((gamma[0] + gamma[1]) / 2, within(1e-6));
        assertThat(pairing.get(0, 0, 0, 0)).isEqualTo(1);
        assertThat(pairing.get(1, 0, 0, 0)).isEqualTo(0);
    }

    /** Method 4, v1, weighted by class, background ignored. */
    private static double gammaOf(double[] n) {
        double[] iou = new double[2];
        double[] total = new double[2];
        for (int c = 1; c < C; c++) {
            double either = n[c] + n[C + c] - n[2 * C + c];
            for (int k = 0; k < 2; k++) {
                iou[k] += either > 0 ? n[2 * C + c] / either * n[k * C + c] : 0;
                total[k] += n[k * C + c];
            }
        }
        double gamma = 0;
        for (int k = 0; k < 2; k++) {
            gamma += total[k] > 0 ? iou[k] / total[k] * n[3 * C + k] / (H * W) / 2 : 0;
        }
        return gamma;
    }

    @Test
    void consistencyLossAndItsGradient() {
        Tensor logits = logits(nchw(DType.F32, B, C, 4, 5), random);
        Tensor labels = nchw(DType.U8, B, 1, H, W).fill(() -> random.nextInt(6) == 0 ? 255 : random.nextInt(C));
        Tensor confidence = nchw(DType.F32, B, 1, H, W).fill(random::nextDouble);
        Tensor weight = nchw(DType.F32, B, 1, 1, 1).fill(random::nextDouble);
        Tensor loss = nchw(DType.F32, 1, 1, 1, 1);
        Tensor grad = channelsLast(DType.F32, B, C, 4, 5);
        run(ConsistencyLoss.of(logits.view(), labels.view(), confidence.view(), 0.4f, loss.view())
                .withWeight(weight.view())
                .withGradient(grad.view(), 3f));

        double[] factor = new double[B * H * W];
        labels.each((b, c, y, x) -> {
            boolean kept = confidence.get(b, 0, y, x) >= 0.4f && labels.get(b, 0, y, x) != 255;
            factor[(int) ((b * H + y) * W + x)] = kept ? weight.get(b, 0, 0, 0) / (B * H * W) : 0;
        });
        assertThat(loss.get(0, 0, 0, 0)).isCloseTo(Reference.loss(logits, labels, factor), within(2e-6));
        grad.each((n, c, h, w) -> assertThat(grad.get(n, c, h, w))
                .isCloseTo(3 * Reference.slope(logits, labels, factor, n, c, h, w), within(1e-5)));
    }

    @Test
    void supervisedLossKeepsTheHardPixels() {
        Tensor logits = logits(nchw(DType.F32, B, C, 4, 5), random);
        Tensor labels = nchw(DType.U8, B, 1, H, W).fill(() -> random.nextInt(4) == 0 ? 255 : random.nextInt(C));
        double[] p = new double[B * H * W];
        for (int b = 0; b < B; b++) {
            double[][] pixels = Reference.enlarge(logits, b, H, W);
            for (int i = 0; i < H * W; i++) {
                int label = (int) labels.get(b, 0, i / W, i % W);
                p[b * H * W + i] = label == 255 ? 2 : Reference.softmax(pixels[i])[label];
            }
        }
        double[] sorted = p.clone();
        Arrays.sort(sorted);
        int minKept = 700;
        double hardLimit = Math.max(0.01, (sorted[minKept - 1] + sorted[minKept]) / 2);
        for (SupervisedLoss.Kind kind : SupervisedLoss.Kind.values()) {
            double limit = kind == SupervisedLoss.Kind.CE ? 1.5 : hardLimit;
            double kept = Arrays.stream(p).filter(v -> v <= limit).count();
            double[] factor =
                    Arrays.stream(p).map(v -> v <= limit ? 1 / kept : 0).toArray();
            Tensor loss = nchw(DType.F32, 1, 1, 1, 1);
            Tensor count = nchw(DType.I64, 1, 1, 1, 1);
            Tensor grad = nchw(DType.F32, B, C, 4, 5);
            SupervisedLoss operation = kind == SupervisedLoss.Kind.CE
                    ? SupervisedLoss.crossEntropy(logits.view(), labels.view(), loss.view())
                    : SupervisedLoss.ohem(logits.view(), labels.view(), 0.01f, minKept, loss.view());
            run(operation.withKept(count.view()).withGradient(grad.view(), 1f));
            assertThat(count.get(0, 0, 0, 0)).as("%s", kind).isEqualTo(kept);
            double expected = Reference.loss(logits, labels, factor);
            assertThat(loss.get(0, 0, 0, 0)).isCloseTo(expected, within(2e-6 * expected));
            grad.each((n, c, h, w) -> assertThat(grad.get(n, c, h, w))
                    .isCloseTo(Reference.slope(logits, labels, factor, n, c, h, w), within(1e-5)));
        }
    }

    @Test
    void composeBatch() {
        Tensor labeled = nchw(DType.F32, 1, 3, 8, 9).fill(random::nextDouble);
        Tensor weak = nchw(DType.F32, 2, 3, 8, 9).fill(random::nextDouble);
        Tensor strong = nchw(DType.F32, 2, 3, 8, 9).fill(random::nextDouble);
        Tensor gamma = nchw(DType.F32, 2, 1, 1, 1).fill(random::nextDouble);
        Tensor pairing = nchw(DType.I32, 2, 1, 1, 1);
        pairing.set(0, 0, 0, 0, 1);
        pairing.set(1, 0, 0, 0, 0);
        int[][] box = {{1, 2, 5, 7}, {0, 0, 0, 0}};
        Tensor boxes = nchw(DType.I32, 2, 1, 1, 4);
        boxes.each((n, c, h, w) -> boxes.set(n, c, h, w, box[(int) n][(int) w]));
        Tensor labels = nchw(DType.U8, 2, 1, 8, 9).fill(() -> random.nextInt(256));
        Tensor confidence = nchw(DType.F32, 2, 1, 8, 9).fill(random::nextDouble);
        Tensor batch = channelsLast(DType.F32, 7, 3, 8, 9);
        Tensor mixedLabels = nchw(DType.U8, 2, 1, 8, 9);
        Tensor mixedConfidence = nchw(DType.F32, 2, 1, 8, 9);
        run(ComposeBatch.ofStrong(weak.view(), strong.view(), batch.view())
                .withLabeled(labeled.view())
                .withGamma(gamma.view())
                .withWeak()
                .withCutMix(new ComposeBatch.CutMix(
                        pairing.view(),
                        boxes.view(),
                        labels.view(),
                        confidence.view(),
                        mixedLabels.view(),
                        mixedConfidence.view())));
        batch.each((n, c, y, x) -> {
            long b = (n - 1) % 2;
            long source = b == 0 && y >= 1 && y < 5 && x >= 2 && x < 7 ? 1 : b;
            double expected;
            if (n == 0) {
                expected = labeled.get(0, c, y, x);
            } else if (n < 3) {
                expected = weak.get(b, c, y, x);
            } else if (n < 5) {
                expected = weak.get(source, c, y, x);
                assertThat(mixedLabels.get(b, 0, y, x)).isEqualTo(labels.get(source, 0, y, x));
                assertThat(mixedConfidence.get(b, 0, y, x)).isEqualTo(confidence.get(source, 0, y, x));
            } else {
                double g = gamma.get(b, 0, 0, 0);
                expected = g * strong.get(b, c, y, x) + (1 - g) * weak.get(b, c, y, x);
            }
            assertThat(batch.get(n, c, y, x)).isCloseTo(expected, within(n < 5 ? 0 : 1e-6));
        });
    }

    /** Without the other parts the batch is the strong images. */
    @Test
    void composeBatchOfStrongImagesAlone() {
        Tensor weak = nchw(DType.F32, 2, 3, 8, 9).fill(random::nextDouble);
        Tensor strong = nchw(DType.F32, 2, 3, 8, 9).fill(random::nextDouble);
        Tensor batch = nchw(DType.F32, 2, 3, 8, 9);
        run(ComposeBatch.ofStrong(weak.view(), strong.view(), batch.view()));
        assertThat(batch.bytes()).isEqualTo(strong.bytes());
    }

    /** A loss without weight and gradient is the one with weights of 1. */
    @Test
    void lossesWithoutWhatIsOptional() {
        Tensor logits = logits(nchw(DType.F32, B, C, 4, 5), random);
        Tensor labels = nchw(DType.U8, B, 1, H, W).fill(() -> random.nextInt(C));
        Tensor confidence = nchw(DType.F32, B, 1, H, W).fill(() -> 1);
        Tensor loss = nchw(DType.F32, 1, 1, 1, 1);
        double[] factor = new double[B * H * W];
        Arrays.fill(factor, 1.0 / factor.length);
        double expected = Reference.loss(logits, labels, factor);
        run(ConsistencyLoss.of(logits.view(), labels.view(), confidence.view(), 0.5f, loss.view()));
        assertThat(loss.get(0, 0, 0, 0)).isCloseTo(expected, within(2e-6 * expected));
        run(SupervisedLoss.crossEntropy(logits.view(), labels.view(), loss.view()));
        assertThat(loss.get(0, 0, 0, 0)).isCloseTo(expected, within(2e-6 * expected));
    }

    @Test
    void emaUpdate() {
        float[][] teacher = {{1, 2, 3}, {4}};
        float[][] student = {{10, 20, 30}, {40}};
        FloatPointer[] t = {new FloatPointer(teacher[0]), new FloatPointer(teacher[1])};
        FloatPointer[] s = {new FloatPointer(student[0]), new FloatPointer(student[1])};
        LongPointer numel = new LongPointer(3, 1);
        run(new EmaUpdate(new PointerPointer<>(t), new PointerPointer<>(s), numel, 0).withDecay(0.75f));
        for (int k = 0; k < 2; k++) {
            for (int i = 0; i < teacher[k].length; i++) {
                assertThat(t[k].get(i)).isEqualTo(0.75f * teacher[k][i] + 0.25f * student[k][i]);
            }
        }
    }

    @Test
    void confusionAddsUp() {
        Tensor logits = logits(nchw(DType.F32, B, C, 6, 10), random);
        Tensor truth = nchw(DType.U8, B, 1, H, W).fill(() -> random.nextInt(5) == 0 ? 255 : random.nextInt(C));
        Tensor counts = nchw(DType.I64, 1, 1, 3, C).fill(() -> 7);
        run(new Confusion(logits.view(), truth.view(), counts.view()));
        double[][] expected = new double[3][C];
        for (double[] row : expected) {
            Arrays.fill(row, 7);
        }
        for (int b = 0; b < B; b++) {
            double[][] pixels = Reference.enlarge(logits, b, H, W);
            for (int p = 0; p < H * W; p++) {
                int label = (int) truth.get(b, 0, p / W, p % W);
                if (label != 255) {
                    int best = Reference.best(pixels[p]);
                    expected[0][label] += best == label ? 1 : 0;
                    expected[1][best]++;
                    expected[2][label]++;
                }
            }
        }
        counts.each((n, c, h, w) -> assertThat(counts.get(n, c, h, w)).isEqualTo(expected[(int) h][(int) w]));
    }

    @Test
    void aPointersPositionIsWhereTheViewStarts() {
        Tensor truth = nchw(DType.U8, 1, 1, 1, 1).fill(() -> 1);
        Tensor counts = nchw(DType.I64, 1, 1, 3, 2).fill(() -> 0);
        FloatPointer logits = new FloatPointer(100f, 0f, 0f, 1f).position(2);
        TensorView view = TensorView.contiguous(logits, DType.F32, 1, 2, 1, 1);
        Operation operation = new Confusion(view, truth.view(), counts.view());
        long bytes = operation.workspaceBytes(kernels);
        // JavaCPP itself would add a float pointer's position in bytes; ours counts elements, workspace included.
        FloatPointer memory = new FloatPointer(bytes / 4 + 64);
        FloatPointer workspace = memory.position((64 - memory.address() % 64) % 64 / 4);
        operation.run(kernels, workspace, bytes);
        assertThat(counts.get(0, 0, 0, 1))
                .as("class 1 is right when the view starts at the position")
                .isEqualTo(1);
    }
}
