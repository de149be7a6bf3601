package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two labelled images of value 1; weak ones of 10 and 20; strong ones of 110 and 120; of 4x4 pixels. */
@ExtendWith(StepScope.class)
class StudentBatchTest {
    private StepInput.SemiSupervised input;
    private PseudoLabels targets;

    @BeforeEach
    void open() {
        Tensor weak = torch.tensor(new float[] {10, 20})
                .view(2, 1, 1, 1)
                .expand(2, 3, 4, 4)
                .contiguous();
        input = new StepInput.SemiSupervised(torch.ones(2, 3, 4, 4), torch.zeros(1), weak, weak.add(new Scalar(100)));
        Tensor labels = torch.tensor(new int[] {1, 2})
                .view(2, 1, 1, 1)
                .expand(2, 1, 4, 4)
                .contiguous();
        targets = new PseudoLabels(
                labels.to(ScalarType.Byte), labels.to(ScalarType.Float).div(new Scalar(4)), torch.zeros(1));
    }

    private StudentBatch compose(boolean weakInBatch, Optional<Tensor> share, CutMix mix) {
        return new StudentBatch.Composer(new TensorKernels(Agreements.CPU), weakInBatch)
                .compose(input, share, mix, targets);
    }

    /** The first pixel of every image. */
    private static float[] values(Tensor images) {
        return StepHarness.floats(images.narrow(1, 0, 1).narrow(2, 0, 1).narrow(3, 0, 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutCutMixTheStrongViewIsTheOnlyOne(boolean weakInBatch) {
        StudentBatch batch = compose(weakInBatch, Optional.empty(), new CutMix.None());
        assertThat(values(batch.images()))
                .containsExactly(weakInBatch ? new float[] {1, 1, 10, 20, 110, 120} : new float[] {1, 1, 110, 120});
        assertThat(values(batch.labeled().of(batch.images()))).containsExactly(1, 1);
        assertThat(batch.views()).hasSize(1);
        assertThat(values(batch.views().get(0).images().of(batch.images()))).containsExactly(110, 120);
        assertThat(batch.views().get(0).labels()).isSameAs(targets.labels());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theMixedViewLiesBeforeTheStrongOne(boolean weakInBatch) {
        int[] corners = {0, 0, 2, 2, 2, 2, 4, 4};
        CutMix mix = new CutMix.Fired(
                new int[][] {{0, 0, 2, 2}, {2, 2, 4, 4}},
                Agreements.CPU.upload(corners, 2, 1, 1, 4),
                Agreements.CPU.upload(new int[] {1, 0}, 2, 1, 1, 1));
        StudentBatch batch = compose(weakInBatch, Optional.empty(), mix);
        // The first image's first pixel is its partner's, the second's its own.
        assertThat(values(batch.images()))
                .containsExactly(
                        weakInBatch
                                ? new float[] {1, 1, 10, 20, 20, 20, 110, 120}
                                : new float[] {1, 1, 20, 20, 110, 120});
        StudentBatch.View strong = batch.views().get(0);
        StudentBatch.View mixed = batch.views().get(1);
        assertThat(values(strong.images().of(batch.images()))).containsExactly(110, 120);
        assertThat(values(mixed.images().of(batch.images()))).containsExactly(20, 20);
        assertThat(strong.confidence()).isSameAs(targets.confidence());
        assertThat(values(mixed.labels())).containsExactly(2, 2);
        assertThat(values(mixed.confidence())).containsExactly(0.5f, 0.5f);
    }

    @Test
    void theShareBlendsStrongWithWeak() {
        Tensor share = Agreements.CPU.upload(new float[] {0.5f, 0}, 2, 1, 1, 1);
        StudentBatch batch = compose(false, Optional.of(share), new CutMix.None());
        assertThat(values(batch.images())).containsExactly(1, 1, 60, 20);
    }
}
