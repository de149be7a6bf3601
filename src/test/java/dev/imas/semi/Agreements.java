package dev.imas.semi;

import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.Torch;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Made-up agreements of student and teacher, for the rules that follow from them. */
final class Agreements {
    static final Compute CPU = new Compute("cpu", Precision.FP32, false);

    private Agreements() {}

    /** With these gammas, and partners shifted by one. */
    static Agreement of(float... gamma) {
        Torch.load();
        int n = gamma.length;
        Tensor values = CPU.upload(gamma, n, 1, 1, 1);
        int[] next = IntStream.range(0, n).map(i -> (i + 1) % n).toArray();
        return new Agreement(
                torch.zeros(n, 1, 1, 5),
                values,
                CPU.upload(next, n, 1, 1, 1),
                values.mean().view(1, 1, 1, 1));
    }

    static int[] ints(Tensor t) {
        int[] values = new int[(int) t.numel()];
        t.contiguous().data_ptr_int().get(values);
        return values;
    }
}
