package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.distributed.Ranks;
import dev.imas.distributed.Threads;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Batch normalisation over two processes against that of one with all images. */
class SharedNormTest {
    private static final int IMAGES = 4;
    private static final int PLANES = 3;
    private static final int PIXELS = 20;

    private record Found(float[] output, float[] gradient, float[] weight, float[] mean, float[] variance) {}

    @Test
    void isThatOfOneProcess() {
        Found whole = passed(Ranks.ALONE);
        List<Found> parts = Threads.run(2, SharedNormTest::passed);
        close(joined(parts.get(0).output, parts.get(1).output), whole.output, 2e-6);
        close(joined(parts.get(0).gradient, parts.get(1).gradient), whole.gradient, 2e-6);
        close(sum(parts.get(0).weight, parts.get(1).weight), whole.weight, 2e-5);
        for (Found part : parts) {
            close(part.mean, whole.mean, 1e-6);
            close(part.variance, whole.variance, 1e-6);
        }
    }

    /** Twice, since the second pass finds what the first one left. */
    private static Found passed(Ranks ranks) {
        Found found = null;
        try (PointerScope scope = new PointerScope();
                StateBuilder state = new StateBuilder(1, ranks)) {
            BatchNorm norm = new BatchNorm(state, "norm", PLANES, 1.5f);
            for (int pass = 0; pass < 2; pass++) {
                Tensor x = part(values(pass, 4, 0.5), ranks);
                x.set_requires_grad(true);
                Tensor gradient = part(values(10 + pass, 0, 1), ranks);
                Tensor y = norm.forward(x.mul(torch.ones_like(x)), true);
                state.parameters().get("norm.weight").mutable_grad().put(new Tensor());
                y.backward(
                        gradient,
                        new org.bytedeco.pytorch.BoolOptional(),
                        false,
                        new org.bytedeco.pytorch.TensorArrayRefOptional());
                found = new Found(
                        floats(y),
                        floats(x.grad()),
                        floats(state.parameters().get("norm.weight").grad()),
                        floats(state.buffers().get("norm.running_mean")),
                        floats(state.buffers().get("norm.running_var")));
            }
        }
        return found;
    }

    private static Tensor part(Tensor whole, Ranks ranks) {
        long each = IMAGES / ranks.count();
        return whole.narrow(0, ranks.rank() * each, each).clone();
    }

    private static Tensor values(int seed, double mean, double deviation) {
        Rng rng = Rng.of(seed, "values");
        float[] values = new float[IMAGES * PLANES * PIXELS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * rng.gaussian());
        }
        Tensor t = torch.empty(
                new long[] {IMAGES, PLANES, 4, PIXELS / 4},
                new org.bytedeco.pytorch.TensorOptions(torch.ScalarType.Float),
                new MemoryFormatOptional());
        t.data_ptr_float().put(values);
        return t;
    }

    private static float[] floats(Tensor t) {
        float[] values = new float[(int) t.numel()];
        t.detach().contiguous().data_ptr_float().get(values);
        return values;
    }

    private static float[] joined(float[] a, float[] b) {
        float[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    private static float[] sum(float[] a, float[] b) {
        float[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static void close(float[] found, float[] expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).isCloseTo(expected[i], within(tolerance));
        }
    }
}
