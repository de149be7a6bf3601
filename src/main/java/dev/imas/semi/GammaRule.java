package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;

/** How gamma, the agreement of student and teacher on each image, is found (docs/method.md 4). */
interface GammaRule {
    /** gamma f32 [B,1,1,1], its mean, and the partners in its order. */
    Agreement measure(PseudoLabels pseudo);

    /** Methods other than {@code imas} do not ask; there it is measured, with the switches of the configuration. */
    static GammaRule of(ImasConfig config, TensorKernels kernels, Compute compute) {
        GammaRule measured = pseudo -> kernels.agreement(pseudo, config.unsupervised());
        return config.method().measuresHardness() ? measured : pseudo -> uniform(measured.measure(pseudo), compute);
    }

    /** The same with gamma = 1 for every image; partners are then in reversed order of the batch. */
    private static Agreement uniform(Agreement measured, Compute compute) {
        Scalar one = new Scalar(1.0);
        int count = (int) measured.gamma().size(0);
        int[] reversed = IntStream.range(0, count).map(i -> count - 1 - i).toArray();
        measured.parts().narrow(3, 4, 1).fill_(one);
        return new Agreement(
                measured.parts(),
                measured.gamma().fill_(one),
                compute.upload(reversed, count, 1, 1, 1),
                measured.mean().fill_(one));
    }
}
