package dev.imas.cli;

import dev.imas.train.TimeLeft;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a command is with many pictures: a bar on a terminal, elsewhere a line every half minute. */
final class PictureProgress implements AutoCloseable {
    private static final long BETWEEN_LINES = 30_000_000_000L;

    private final Console console;
    private final LongSupplier nanoTime;
    private final TimeLeft timeLeft;
    private final int total;
    private final ProgressBar bar;
    private long lastLine;

    /**
     * @param task     what the bar is called
     * @param total    pictures in all
     * @param nanoTime the time, as System.nanoTime gives it
     */
    PictureProgress(Console console, String task, int total, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
        this.timeLeft = new TimeLeft(nanoTime);
        this.total = total;
        timeLeft.started(0, total, 0);
        lastLine = nanoTime.getAsLong();
        bar = console.interactive() && total > 1
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                        .setUnit("", 1)
                        .setConsumer(new ConsoleProgressBarConsumer(console.terminal()))
                        .build()
                : null;
    }

    /** So many pictures are dealt with. */
    void done(int pictures) {
        if (bar != null) {
            bar.stepTo(pictures);
        } else if (pictures < total && nanoTime.getAsLong() - lastLine >= BETWEEN_LINES) {
            lastLine = nanoTime.getAsLong();
            console.err().printf(Locale.ROOT, "%d of %d pictures, %s%n", pictures, total, timeLeft.after(pictures));
        }
    }

    /** Something is about to be printed: takes the bar out of its way, which comes back by itself. */
    void makeRoom() {
        if (bar != null) {
            console.redraw("");
        }
    }

    /** Ends the bar's line. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
