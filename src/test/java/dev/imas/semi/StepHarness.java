package dev.imas.semi;

import dev.imas.common.Rng;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A student, its teacher and a step on generated batches; everything depends on the configuration alone. */
final class StepHarness implements AutoCloseable {
    static final int SIZE = 32;
    static final int CLASSES = 5;

    final PointerScope scope = new PointerScope();
    final Compute compute = new Compute("cpu", Precision.FP32, false);
    final SegmentationNetwork student;
    final Teacher teacher;
    private final StepAssembly assembly;
    private final SemiSupervisedStep step;
    private final int unlabeled;

    StepHarness(ImasConfig config) {
        this(config, 3);
    }

    StepHarness(ImasConfig config, int unlabeled) {
        Torch.load();
        this.unlabeled = unlabeled;
        student = SegmentationNetwork.create(config.network(), CLASSES, 3);
        // A fresh network is unsure everywhere: louder logits make some pixels confident and others not.
        Torch.withoutGradient(() ->
                student.parameters().get("decoder.classifier.6.weight").mul_(new org.bytedeco.pytorch.Scalar(40.0)));
        assembly = StepAssembly.of(config, compute, student, SegmentationNetwork.create(config.network(), CLASSES, 3));
        teacher = assembly.teacher();
        step = assembly.step();
        warmUp();
    }

    /** Running statistics that fit the images, without which the evaluation mode says the same everywhere. */
    private void warmUp() {
        for (int i = 200; i < 210; i++) {
            try (PointerScope inner = new PointerScope()) {
                step.run(new StepInput.Supervised(images("weak", i, 4), labels(i, 4)), 0, 0);
            }
        }
    }

    /** Draws with a given trigger; boxes of half the side, partners shifted by one, uniforms all equal. */
    static class Draws implements StepDraws {
        double trigger = 0;
        float uniform = 0.5f;
        int[] partners;
        double spread = Double.NaN;
        boolean boxesAsked;
        boolean pairingAsked;

        @Override
        public double trigger() {
            return trigger;
        }

        @Override
        public int[][] boxes(int count, int height, int width, double factor) {
            boxesAsked = true;
            spread = factor;
            int[][] boxes = new int[count][];
            for (int i = 0; i < count; i++) {
                boxes[i] = new int[] {i, 2 * i, i + height / 2, 2 * i + width / 2};
            }
            return boxes;
        }

        @Override
        public int[] pairing(int count) {
            pairingAsked = true;
            int[] order = new int[count];
            for (int i = 0; i < count; i++) {
                order[i] = partners == null ? (i + 1) % count : partners[i];
            }
            return order;
        }

        @Override
        public float[] intensity(int count) {
            float[] draws = new float[count];
            java.util.Arrays.fill(draws, uniform);
            return draws;
        }
    }

    /** One step on batch {@code i}; {@code sameViews}: the strong view is the weak one. */
    StepResult.SemiSupervised run(int i, StepDraws draws, double decay, boolean sameViews) {
        Tensor weak = images("weak", i, unlabeled);
        Tensor strong = sameViews ? weak.clone() : images("strong", i, unlabeled);
        return step.run(
                new StepInput.SemiSupervised(images("labeled", i, 2), labels(i, 2), weak, strong), draws, 0.05, decay);
    }

    StepResult.SemiSupervised run(int i, StepDraws draws, double decay) {
        return run(i, draws, decay, false);
    }

    /** A step without unlabelled images, through the door that takes either kind. */
    StepResult runSupervised(int i) {
        StepInput input = new StepInput.Supervised(images("labeled", i, 2), labels(i, 2));
        return step.run(input, new Draws(), 0.05, 0.5);
    }

    /** Student and teacher pulled apart, so that gamma is neither 0 nor 1. */
    StepHarness diverged() {
        run(100, new Draws(), 0.5);
        run(101, new Draws(), 0.5);
        return this;
    }

    Map<String, float[]> weights() {
        Map<String, float[]> weights = new LinkedHashMap<>();
        student.state().forEach((key, tensor) -> weights.put(key, floats(tensor)));
        return weights;
    }

    static float[] floats(Tensor t) {
        Tensor host = t.detach().to(ScalarType.Float).contiguous();
        float[] values = new float[(int) host.numel()];
        host.data_ptr_float().get(values);
        return values;
    }

    private static Tensor images(String purpose, int i, int n) {
        Rng rng = Rng.of(5, purpose, i);
        float[] values = new float[n * 3 * SIZE * SIZE];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) (rng.gaussian() + Math.sin(k / 40.0));
        }
        Tensor t = torch.empty(
                new long[] {n, 3, SIZE, SIZE}, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
        t.data_ptr_float().put(values);
        return t;
    }

    private static Tensor labels(int i, int n) {
        Rng rng = Rng.of(5, "labels", i);
        byte[] values = new byte[n * SIZE * SIZE];
        for (int k = 0; k < values.length; k++) {
            values[k] = (byte) (k % 7 == 0 ? 255 : rng.integer(0, CLASSES));
        }
        Tensor t = torch.empty(
                new long[] {n, 1, SIZE, SIZE}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        new BytePointer(t.data_ptr()).put(values);
        return t;
    }

    @Override
    public void close() {
        scope.close();
        assembly.close();
    }
}
