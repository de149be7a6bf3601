package dev.imas.verify.memory;

import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import org.bytedeco.pytorch.Tensor;

/**
 * Where the networks of the recorded data compute: in float32 without tf32, in the order NCHW, as they were recorded.
 *
 * @param slack how many times a tolerance that was measured between CPU libraries is allowed; exact stays exact
 */
public record Place(Compute compute, double slack) {
    /**
     * cuDNN chooses among algorithms that add up in other orders than a CPU library, some of them after a transform
     * (Winograd), whose float32 errors are a few times as large.
     */
    private static final double CUDA_SLACK = 10;

    /**
     * Where oneDNN is switched off, OpenBLAS computes the convolutions and adds up in another order, which a replay of
     * trainings amplifies: some of its quantities were 2.8 times as far away as on the CPUs that the tolerances are of.
     */
    private static final double REPLAY_SLACK = 4;

    public static final Place CPU = new Place(new Compute("cpu", Precision.FP32, false), 1);

    /** @param device {@code cpu}, {@code cuda} or {@code cuda:i} */
    public static Place of(String device) {
        return device.equals("cpu")
                ? CPU
                : new Place(
                        new Compute(Compute.of(device, Precision.FP32).device(), Precision.FP32, false), CUDA_SLACK);
    }

    /** The slack of a replay of trainings. */
    public double replaySlack() {
        return slack * (!compute.cuda() && Torch.avoidsOneDnn() ? REPLAY_SLACK : 1);
    }

    /** The tensor on the device; on the CPU itself. */
    public Tensor here(Tensor host) {
        return compute.cuda()
                ? host.to(compute.torchDevice(), host.scalar_type().intern())
                : host;
    }
}
