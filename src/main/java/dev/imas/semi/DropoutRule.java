package dev.imas.semi;

import dev.imas.device.Compute;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Which channels of the features the student learns without, {@code unsupervised.feature_dropout}. */
interface DropoutRule {
    /** Factors of a batch's channels, f32 [N,channels]; none: all stay. */
    Optional<Tensor> factors(StudentBatch batch, StepDraws draws);

    /** @param channels of the student's features, at least 1 if the dropout is on */
    static DropoutRule of(boolean on, int channels, Compute compute) {
        return on
                ? (batch, draws) -> Optional.of(FeatureDropout.ofBatch(compute, draws, batch, channels))
                : (batch, draws) -> Optional.empty();
    }
}
