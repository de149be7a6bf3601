package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.device.Torch;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RelativeConfidenceTest {
    @BeforeAll
    static void load() {
        Torch.load();
    }

    /** Relative confidences of one image of one row. */
    private static float[] relative(int[] labels, float[] confidence) {
        try (PointerScope scope = new PointerScope()) {
            return StepHarness.floats(
                    RelativeConfidence.of(pseudo(1, labels, confidence)).confidence());
        }
    }

    private static PseudoLabels pseudo(int images, int[] labels, float[] confidence) {
        long[] shape = {images, 1, 1, labels.length / images};
        Tensor y = torch.tensor(labels).to(ScalarType.Byte).view(shape);
        return new PseudoLabels(y, torch.tensor(confidence).view(shape), torch.zeros(1));
    }

    @Test
    void theSurestClassKeepsItsConfidence() {
        // Means 0.75 and 0.375: class 3 has half of class 0.
        float[] found = relative(new int[] {0, 0, 3, 3}, new float[] {1, 0.5f, 0.5f, 0.25f});
        assertThat(found).containsExactly(1, 0.5f, 1, 0.5f);
    }

    @Test
    void oneClassIsLeftAsItIs() {
        float[] confidence = {0.3f, 0.9f, 0.123456f};
        assertThat(relative(new int[] {254, 254, 254}, confidence)).containsExactly(confidence);
    }

    @Test
    void undefinedPixelsStaySoAndCountNothing() {
        float nan = Float.NaN;
        float[] found = relative(new int[] {0, 0, 1}, new float[] {nan, 0.5f, 0.25f});
        assertThat(found).containsExactly(nan, 0.5f, 0.5f);
        assertThat(relative(new int[] {0, 0}, new float[] {nan, nan})).containsOnly(nan);
        assertThat(relative(new int[] {0, 1}, new float[] {nan, 0.5f})).containsExactly(nan, 0.5f);
    }

    @Test
    void labelsAndCountsAreUntouched() {
        try (PointerScope scope = new PointerScope()) {
            PseudoLabels given = pseudo(2, new int[] {0, 1, 1, 0}, new float[] {0.9f, 0.3f, 0.4f, 0.7f});
            PseudoLabels found = RelativeConfidence.of(given);
            assertThat(found.labels()).isSameAs(given.labels());
            assertThat(found.counts()).isSameAs(given.counts());
            assertThat(StepHarness.floats(given.confidence())).containsExactly(0.9f, 0.3f, 0.4f, 0.7f);
            assertThat(found.confidence().size(0)).isEqualTo(2);
        }
    }

    @Test
    void followsTheDefinitionInDoublePrecision() {
        Random random = new Random(5);
        int n = 40_000;
        int[] labels = new int[n];
        float[] confidence = new float[n];
        double[] sum = new double[11];
        int[] count = new int[11];
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(11);
            confidence[i] = (float) Math.pow(random.nextDouble(), 1 + labels[i]);
            sum[labels[i]] += confidence[i];
            count[labels[i]]++;
        }
        double surest = 0;
        for (int c = 0; c < 11; c++) {
            surest = Math.max(surest, sum[c] / count[c]);
        }
        float[] found = relative(labels, confidence);
        for (int i = 0; i < n; i++) {
            double expected = confidence[i] * surest / (sum[labels[i]] / count[labels[i]]);
            assertThat((double) found[i]).isCloseTo(expected, within(1e-6 * Math.max(1, expected)));
        }
    }
}
