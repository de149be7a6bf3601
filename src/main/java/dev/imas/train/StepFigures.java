package dev.imas.train;

import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.Figures;
import dev.imas.run.StepMetrics;
import dev.imas.semi.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The figures of a step for its row of metrics.csv. They are asked for when the step is queued and read when the
 * device has come to its end, which on a GPU is some time later. Belongs to the PointerScope that it was made in.
 */
final class StepFigures {
    private static final int MOST = 6;
    private static final int CONFIDENT_TEACHER = 3;

    /**
     * @param finite whether the whole loss is a finite number
     * @param semi   whether the step had unlabelled images
     */
    record Reading(StepMetrics metrics, boolean finite, boolean semi) {}

    private record Asked(int epoch, long step, double lr, Stopwatch.Lap lap, boolean semi, boolean dice) {}

    private final Figures figures;
    private Optional<Asked> asked = Optional.empty();

    StepFigures(Compute compute, DeviceQueue queue) {
        figures = new Figures(compute, queue, MOST);
    }

    /** Asks for the figures of a step; those asked for before must have been read. */
    void ask(int epoch, long step, double lr, Stopwatch.Lap lap, StepResult result) {
        boolean semi = result instanceof StepResult.SemiSupervised;
        List<Tensor> numbers = new ArrayList<>(
                result instanceof StepResult.SemiSupervised found
                        ? numbers(found)
                        : List.of(result.total(), result.lossSup()));
        result.lossDice().ifPresent(numbers::add);
        figures.ask(numbers);
        asked = Optional.of(
                new Asked(epoch, step, lr, lap, semi, result.lossDice().isPresent()));
    }

    private static List<Tensor> numbers(StepResult.SemiSupervised result) {
        Tensor confident =
                result.agreement().parts().select(3, CONFIDENT_TEACHER).mean();
        return List.of(
                result.total(),
                result.lossSup(),
                result.lossUnsup(),
                result.agreement().mean(),
                confident);
    }

    /** Whether figures were asked for and not yet read. */
    boolean pending() {
        return asked.isPresent();
    }

    /** Whether {@link #read} has something and would not wait for it. */
    boolean arrived() {
        return pending() && figures.arrived();
    }

    /** The figures asked for, waiting for them; what a step without unlabelled images does not have is NaN. */
    Reading read() {
        Asked a = asked.orElseThrow();
        asked = Optional.empty();
        float[] f = figures.read();
        double none = Double.NaN;
        StepMetrics metrics = new StepMetrics(
                a.epoch,
                a.step,
                a.lr,
                f[1],
                a.semi ? f[2] : none,
                a.semi ? f[3] : none,
                a.semi ? f[4] : none,
                a.lap.imagesPerSecond(),
                a.lap.waitShare(),
                a.dice ? f[f.length - 1] : none);
        return new Reading(metrics, Float.isFinite(f[0]), a.semi);
    }
}
