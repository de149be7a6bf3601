package dev.imas.train;

import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import dev.imas.device.Figures;
import dev.imas.run.StepMetrics;
import dev.imas.semi.StepResult;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The figures of a step for its row of metrics.csv. They are asked for when the step is queued and read when the
 * device has come to its end, which on a GPU is some time later. Belongs to the PointerScope that it was made in.
 */
final class StepFigures {
    private static final int MOST = 5;
    private static final int CONFIDENT_TEACHER = 3;

    /**
     * @param finite whether the whole loss is a finite number
     * @param semi   whether the step had unlabelled images
     */
    record Reading(StepMetrics metrics, boolean finite, boolean semi) {
    }

    private record Asked(int epoch, long step, double lr, Stopwatch.Lap lap, boolean semi) {
    }

    private final Figures figures;
    private Asked asked;

    StepFigures(Compute compute, DeviceQueue queue) {
        figures = new Figures(compute, queue, MOST);
    }

    /** Asks for the figures of a step; those asked for before must have been read. */
    void ask(int epoch, long step, double lr, Stopwatch.Lap lap, StepResult result) {
        boolean semi = result.agreement() != null;
        List<Tensor> numbers = new ArrayList<>(List.of(result.total(), result.lossSup()));
        if (semi) {
            numbers.addAll(List.of(result.lossUnsup(), result.agreement().mean(), result.agreement().parts().select(3, CONFIDENT_TEACHER).mean()));
        }
        figures.ask(numbers);
        asked = new Asked(epoch, step, lr, lap, semi);
    }

    /** Whether figures were asked for and not yet read. */
    boolean pending() {
        return asked != null;
    }

    /** Whether {@link #read} has something and would not wait for it. */
    boolean arrived() {
        return pending() && figures.arrived();
    }

    Reading read() {
        float[] f = figures.read();
        Asked a = asked;
        asked = null;
        return new Reading(new StepMetrics(a.epoch, a.step, a.lr, f[1], a.semi ? f[2] : Double.NaN, a.semi ? f[3] : Double.NaN, a.semi ? f[4] : Double.NaN,
            a.lap.imagesPerSecond(), a.lap.waitShare()), Float.isFinite(f[0]), a.semi);
    }
}
