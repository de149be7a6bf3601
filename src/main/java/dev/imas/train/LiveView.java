package dev.imas.train;

import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.device.OutOfMemory;
import dev.imas.report.Live;
import dev.imas.report.PseudoLabelAdvice;
import dev.imas.report.ReportWriter;
import dev.imas.run.EpochMetrics;
import dev.imas.run.PseudoLabels;
import dev.imas.run.PseudoLabels.Look;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;

/**
 * What is shown of a run while it goes on: a report after evaluations, and whether pseudo-labels are fit to be learned
 * from. Nothing of it changes the run. What is only to be looked at does not end it either: where a file cannot be
 * written, that is told once, and tried again the next time.
 */
final class LiveView implements AutoCloseable {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    private final RunDirectory directory;
    private final ImasConfig config;
    private final Results results;
    private final Models models;
    private final TrainListener listener;
    private final Optional<PseudoLabelLook> look;
    private final Optional<TensorBoard> board;
    private final Pace pace = new Pace(System::nanoTime);
    private final TimeLeft timeLeft = new TimeLeft(System::nanoTime);
    private PseudoLabels looks;
    private boolean told;
    private boolean open;

    /**
     * @param look  sees the evaluations; none where nothing is learned from unlabelled pictures
     * @param board where TensorBoard is served, too
     * @param step  after which the run begins or goes on
     */
    LiveView(
            RunDirectory directory,
            ImasConfig config,
            Results results,
            Models models,
            TrainListener listener,
            Optional<PseudoLabelLook> look,
            Optional<TensorBoard> board,
            long step) {
        this.directory = directory;
        this.config = config;
        this.results = results;
        this.models = models;
        this.listener = listener;
        this.look = look;
        this.board = board;
        this.looks = step == 0
                ? PseudoLabels.NONE
                : PseudoLabels.read(directory.pseudoLabels(), new ArrayList<>()).until(step);
    }

    /** The first step is about to begin. */
    void started(long step, Plan plan) {
        int alone = look.isPresent() ? config.training().supOnlyEpochs() : 0;
        open = Files.exists(directory.report()); // of a part that was killed, or of an end that is none any more
        timeLeft.started(step, plan.schedule().steps(), (long) alone * plan.stepsPerEpoch());
    }

    /** Whether unlabelled pictures take part from the end of an epoch, from 1, on. */
    boolean precedesUnlabelled(int epoch) {
        return look.isPresent() && epoch == config.training().supOnlyEpochs();
    }

    /** Whether there is no look at pseudo-labels after this step, in a run that has looks. */
    boolean lacks(long step) {
        return look.isPresent() && looks.looks().stream().noneMatch(found -> found.step() == step);
    }

    /** Tells and keeps how far the teacher's labels are right; its answers about the validation pictures were seen. */
    void look(int epoch, long step) {
        if (look.isEmpty()) {
            return;
        }
        attempt(
                "look at pseudo-labels failed",
                () -> tell(epoch, results.with(models.teacher.network(), teacher -> look.get()
                        .at(epoch, step, teacher))));
    }

    private void tell(int epoch, Look found) throws IOException {
        listener.pseudoLabels(found);
        board.ifPresent(events -> events.pseudoLabels(found));
        boolean first = config.training().supOnlyEpochs() == 0 && looks.looks().isEmpty();
        if (first || precedesUnlabelled(epoch)) {
            listener.message("pseudo-labels after epoch " + epoch + ": " + PseudoLabelAdvice.figures(found));
            PseudoLabelAdvice.words(found).forEach(listener::message);
        }
        looks = looks.with(found);
        looks.write(directory.pseudoLabels());
    }

    /** Writes the report anew, unless that would take too much of the run's time; the evaluation has its row. */
    void show(EpochMetrics found) {
        board.ifPresent(events -> events.evaluated(found));
        String left = timeLeft.after(found.step());
        if (!pace.due()) {
            return;
        }
        pace.spend(() -> attempt("report of the run so far could not be written", () -> {
            results.writeClassIou(found);
            results.writeSomeSamples(
                    models,
                    (number, strip) -> board.ifPresent(events -> events.picture(found.step(), number, strip.get())));
            String now = LocalTime.now().format(CLOCK);
            ReportWriter.write(
                    directory.root(), new Live(found.epoch(), config.training().epochs(), left, now));
            open = true;
        }));
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void attempt(String what, Writing writing) {
        try {
            writing.run();
        } catch (IOException | UncheckedIOException e) {
            tell(what, FileProblem.of(e, directory.root()));
        } catch (Interrupts.Stopped e) {
            throw e;
        } catch (UserException e) {
            tell(what, e.getMessage());
        } catch (OutOfMemoryError e) {
            tell(what, "it does not fit into the memory that Java may use");
        } catch (RuntimeException e) { // libtorch's
            tell(what, OutOfMemory.advice(e, "it needs smaller pictures").orElse("an error inside the program"));
        }
    }

    private void tell(String what, String problem) {
        if (!told) {
            told = true;
            listener.message(
                    "the " + what + " (" + problem + "); the run goes on and tries again after the next evaluation");
        }
    }

    /** The run has come to its end, and leaves another report. */
    void finished(long step) {
        open = false;
        board.ifPresent(events -> events.ended(step));
    }

    /** Of a run that ends before its end nobody is to believe that it goes on. */
    @Override
    public void close() {
        if (open) {
            attempt("report of the run so far could not be written", () -> ReportWriter.write(directory.root()));
        }
    }
}
