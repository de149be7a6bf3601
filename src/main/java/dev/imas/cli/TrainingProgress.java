package dev.imas.cli;

import dev.imas.common.Interrupts;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.run.EpochMetrics;
import dev.imas.run.StepMetrics;
import dev.imas.train.TimeLeft;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a run's progress: a bar with the running figures on a terminal, one line an epoch or evaluation elsewhere. */
final class TrainingProgress implements RunProgress {
    /** Waiting for the loader is worth a word from this share of the time on. */
    private static final double TELLING_WAIT = 0.05;

    private final Console console;
    private final int epochs;
    private final int fastEpochs;
    private final TimeLeft timeLeft;
    private final FetchProgress fetching;
    /** Takes the messages; null: the console does. */
    private final Consumer<String> messages;

    private ProgressBar bar;
    private long totalSteps;
    private int printedEpoch;
    private StepMetrics last;
    private String miou = "";

    /** @param nanoTime the time, as System.nanoTime gives it */
    TrainingProgress(Console console, ImasConfig config, LongSupplier nanoTime) {
        this(console, config, nanoTime, null);
    }

    /** @param messages takes what is no figure; null: the console shows it */
    TrainingProgress(Console console, ImasConfig config, LongSupplier nanoTime, Consumer<String> messages) {
        this.console = console;
        this.messages = messages;
        this.epochs = config.training().epochs();
        this.fetching = new FetchProgress(console);
        this.fastEpochs =
                config.method() == Method.SUPERVISED ? 0 : config.training().supOnlyEpochs();
        this.timeLeft = new TimeLeft(nanoTime);
    }

    @Override
    public void started(long startStep, long totalSteps, int stepsPerEpoch) {
        this.totalSteps = totalSteps;
        timeLeft.started(startStep, totalSteps, (long) fastEpochs * stepsPerEpoch);
        if (console.interactive()) {
            bar = new ProgressBarBuilder()
                    .setTaskName("train")
                    .setInitialMax(totalSteps)
                    .startsFrom(startStep, java.time.Duration.ZERO)
                    .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                    .setUnit("", 1)
                    .setConsumer(new ConsoleProgressBarConsumer(console.terminal()))
                    .build();
        } else {
            line(String.format(Locale.ROOT, "%d steps in %d epochs of %d", totalSteps, epochs, stepsPerEpoch));
        }
    }

    @Override
    public boolean stops() {
        return Interrupts.asked();
    }

    @Override
    public void step(StepMetrics m) {
        last = m;
        if (bar != null) {
            bar.stepTo(m.step());
            // Most telling first, and short: a terminal of 80 columns cuts the rest.
            String unlabelled = labelledOnly(m)
                    ? ""
                    : String.format(Locale.ROOT, "+%.2f  \u03b3 %.2f", m.lossUnsup(), m.gammaMean());
            bar.setExtraMessage(String.format(
                    Locale.ROOT,
                    " loss %.2f%s%s  %.0f img/s%s",
                    m.lossSup(),
                    unlabelled,
                    miou,
                    m.imagesPerSecond(),
                    waiting(m)));
        } else if (m.epoch() != printedEpoch) {
            printedEpoch = m.epoch();
            line(describe(m));
        }
    }

    @Override
    public void evaluated(EpochMetrics m) {
        String figures = String.format(
                Locale.ROOT,
                "epoch %d/%d  mIoU student %.1f %%  teacher %.1f %%",
                m.epoch(),
                epochs,
                100 * m.miouStudent(),
                100 * m.miouTeacher());
        line(figures + left(m.step()));
        miou = String.format(Locale.ROOT, "  mIoU %.1f", 100 * m.miouTeacher());
    }

    @Override
    public void fetching(String name, long done, long total) {
        fetching.fetching(name, done, total);
        Interrupts.check();
    }

    @Override
    public void message(String text) {
        if (messages == null) {
            line(text);
        } else {
            messages.accept(text);
        }
        if (totalSteps == 0) {
            Interrupts.check(); // before the first step there is nothing to keep
        }
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
        String unlabelled = labelledOnly(m)
                ? ""
                : String.format(
                        Locale.ROOT,
                        " + %.4f  gamma %.3f  confident %.3f",
                        m.lossUnsup(),
                        m.gammaMean(),
                        m.confidentRatio());
        return String.format(
                Locale.ROOT,
                "epoch %d/%d  step %d/%d  lr %.4g  loss %.4f%s  %.1f img/s%s%s",
                m.epoch(),
                epochs,
                m.step(),
                totalSteps,
                m.lr(),
                m.lossSup(),
                unlabelled,
                m.imagesPerSecond(),
                waiting(m),
                left(m.step()));
    }

    /** The time left, at the end of a line; the bar shows its own. */
    private String left(long step) {
        String left = bar == null ? timeLeft.after(step) : "";
        return left.isEmpty() ? "" : "  " + left;
    }

    private static String waiting(StepMetrics m) {
        return m.dataWaitShare() < TELLING_WAIT
                ? ""
                : String.format(Locale.ROOT, "  waits for data %.0f %%", 100 * m.dataWaitShare());
    }

    /** A step that had no unlabelled part. */
    private static boolean labelledOnly(StepMetrics m) {
        return Double.isNaN(m.gammaMean());
    }

    private void line(String text) {
        if (bar != null) {
            console.redraw(""); // the bar redraws itself below
        }
        console.err().println(text);
    }
}
