package dev.imas.cli;

import dev.imas.train.EpochMetrics;
import dev.imas.train.StepMetrics;
import dev.imas.train.TrainListener;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a run's progress: a bar with the running figures on a terminal, one line an epoch or evaluation elsewhere. */
final class TrainingProgress implements TrainListener, AutoCloseable {
    private final Console console;
    private final int epochs;
    private ProgressBar bar;
    private long totalSteps;
    private int printedEpoch;
    private StepMetrics last;

    TrainingProgress(Console console, int epochs) {
        this.console = console;
        this.epochs = epochs;
    }

    @Override
    public void started(long startStep, long totalSteps, int stepsPerEpoch) {
        this.totalSteps = totalSteps;
        if (console.interactive()) {
            bar = new ProgressBarBuilder().setTaskName("training").setInitialMax(totalSteps).startsFrom(startStep, java.time.Duration.ZERO)
                    .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK).setUnit(" steps", 1).setConsumer(new ConsoleProgressBarConsumer(console.err())).build();
        } else {
            line(String.format(Locale.ROOT, "%d steps in %d epochs of %d", totalSteps, epochs, stepsPerEpoch));
        }
    }

    @Override
    public void step(StepMetrics m) {
        last = m;
        if (bar != null) {
            bar.stepTo(m.step());
            bar.setExtraMessage(String.format(Locale.ROOT, " epoch %d/%d  loss %.3f+%.3f  gamma %.2f  %.1f img/s", m.epoch(), epochs, m.lossSup(), m.lossUnsup(), m.gammaMean(), m.imagesPerSecond()));
        } else if (m.epoch() != printedEpoch) {
            printedEpoch = m.epoch();
            line(describe(m));
        }
    }

    @Override
    public void evaluated(EpochMetrics m) {
        String figures = String.format(Locale.ROOT, "epoch %d/%d  mIoU student %.1f %%  teacher %.1f %%", m.epoch(), epochs, 100 * m.miouStudent(), 100 * m.miouTeacher());
        line(figures);
    }

    @Override
    public void message(String text) {
        line(text);
    }

    /** Ends the bar's line. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        } else if (last != null) {
            line(describe(last));
        }
    }

    private String describe(StepMetrics m) {
        return String.format(Locale.ROOT, "epoch %d/%d  step %d/%d  lr %.4g  loss %.4f + %.4f  gamma %.3f  confident %.3f  %.1f img/s", m.epoch(), epochs, m.step(), totalSteps, m.lr(), m.lossSup(), m.lossUnsup(), m.gammaMean(), m.confidentRatio(), m.imagesPerSecond());
    }

    private void line(String text) {
        if (bar != null) {
            console.err().print("\r\033[2K"); // the bar redraws itself below
        }
        console.err().println(text);
    }
}
