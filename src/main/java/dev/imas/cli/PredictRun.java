package dev.imas.cli;

import dev.imas.cli.PredictPlan.Job;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.device.OutOfMemory;
import dev.imas.image.Picture;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Predicts the pictures of a plan in turn, tells of each, and at the end what could not be done. While one is segmented
 * the next is read and the one before it written, where all three find room in Java's heap.
 */
final class PredictRun {
    /** Part of the heap that a picture and its results may take for others to be there with them. */
    private static final double SHARE = 0.2;

    private final PredictPlan plan;
    private final Segmenter segmenter;
    private final PredictResults results;
    private final LargePictures large;
    private final Console console;
    private final List<String> failed = new ArrayList<>();
    private final ExecutorService besides = Executors.newCachedThreadPool(PredictRun::thread);
    private Turn written;

    PredictRun(PredictPlan plan, Segmenter segmenter, PredictResults results, LargePictures large, Console console) {
        this.plan = plan;
        this.segmenter = segmenter;
        this.results = results;
        this.large = large;
        this.console = console;
    }

    /** What becomes of one picture. */
    private static final class Turn {
        final int number;
        final Job job;
        final boolean inTiles;
        /** The picture, which is read besides; null where it is alone with its results. */
        final FutureTask<Picture> reading;

        FutureTask<Path> labels;

        Turn(int number, Job job, boolean inTiles, FutureTask<Picture> reading) {
            this.number = number;
            this.job = job;
            this.inTiles = inTiles;
            this.reading = reading;
        }

        boolean alone() {
            return reading == null;
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "predict besides");
        thread.setDaemon(true);
        return thread;
    }

    /** Returns the exit status. */
    int run() {
        try (PictureProgress progress = new PictureProgress(console, "predict", plan.size(), System::nanoTime)) {
            try {
                turns(progress);
            } finally {
                settled(progress); // also of a run that Ctrl-C or a fault ends
            }
        } finally {
            besides.shutdown();
            tell();
        }
        return failed.isEmpty() ? 0 : Main.USER_ERROR;
    }

    private void turns(PictureProgress progress) {
        Turn turn = turn(0);
        while (turn != null) {
            Interrupts.check();
            if (turn.alone() && !settled(progress)) {
                return;
            }
            Turn next = null;
            if (turn.alone()) {
                Turn alone = turn;
                turn.labels = new FutureTask<>(() -> predict(alone));
                turn.labels.run();
            } else {
                awaited(turn.reading);
                next = turn(turn.number + 1);
                turn.labels = new FutureTask<>(segmented(turn));
                if (!settled(progress)) {
                    return;
                }
                besides.execute(turn.labels);
            }
            written = turn;
            turn = next == null ? turn(turn.number + 1) : next;
        }
    }

    /** A picture of the plan, which begins to be read if it may be there with others; null behind the last. */
    private Turn turn(int number) {
        if (number >= plan.size()) {
            return null;
        }
        Job job = plan.jobs().get(number);
        boolean inTiles = large.take(segmenter, job.picture());
        if (inTiles || results.probabilities() || !isSmall(job.picture())) {
            return new Turn(number, job, inTiles, null);
        }
        FutureTask<Picture> reading = new FutureTask<>(() -> segmenter.read(job.picture()));
        besides.execute(reading);
        return new Turn(number, job, false, reading);
    }

    private boolean isSmall(Path picture) {
        try {
            return segmenter.heapShare(picture) <= SHARE;
        } catch (UserException e) {
            return false; // whoever reads it tells what is wrong
        }
    }

    /** Everything that is done with a picture that is alone. */
    private Path predict(Turn turn) {
        if (turn.inTiles) {
            return large.predict(segmenter, turn.job, results, console);
        }
        Picture picture = segmenter.read(turn.job.picture());
        return write(turn.job, picture, results.segmentation(segmenter, picture));
    }

    /** Segments a picture that was read, and gives what remains to be done: writing, or telling of a fault. */
    private Callable<Path> segmented(Turn turn) {
        try {
            Picture picture = result(turn.reading);
            Segmentation seen = results.segmentation(segmenter, picture);
            return () -> write(turn.job, picture, seen);
        } catch (RuntimeException | Error e) {
            return () -> {
                throw e;
            };
        }
    }

    private Path write(Job job, Picture picture, Segmentation seen) {
        try {
            results.write(job.stem(), picture, seen, segmenter);
        } catch (UserException e) {
            throw new UnwritableResult(e);
        }
        return results.labels(job.stem());
    }

    /** Waits for the picture that is being written, if there is one, and tells of it; false: the next are not tried. */
    private boolean settled(PictureProgress progress) {
        if (written == null) {
            return true;
        }
        Turn turn = written;
        written = null;
        Path picture = turn.job.picture();
        try {
            Path labels = result(turn.labels);
            progress.makeRoom();
            console.out().println(labels);
        } catch (UserException e) { // the other pictures are worth having
            failed.add(named(picture, e.getMessage()));
        } catch (UnwritableResult e) { // of the next picture there would be no room either
            failed.add(e.getMessage() + "; the results before it are kept" + untried(plan.size() - turn.number - 1));
            return false;
        } catch (OutOfMemoryError e) {
            failed.add(picture + " does not fit into the memory that Java may use; "
                    + (turn.inTiles ? "" : "see it in tiles, which give labels alone (--tile 1024), or ")
                    + "give Java more with IMAS_JAVA_OPTIONS=-Xmx8g");
        } catch (RuntimeException e) { // libtorch has no other for exhausted memory
            String advice = OutOfMemory.advice(e, Segmenter.SMALLER).orElseThrow(() -> e);
            failed.add(named(picture, advice));
        }
        progress.done(turn.number + 1);
        return true;
    }

    private static String untried(int pictures) {
        return pictures == 0 ? "" : ", and " + pictures + " more not tried";
    }

    private static String named(Path file, String message) {
        return message.contains(file.toString()) ? message : file + ": " + message;
    }

    private static void awaited(Future<?> work) {
        try {
            work.get();
        } catch (ExecutionException e) {
            return; // whoever asks for the result hears of it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What came of work that was done besides, or what hindered it, as it was thrown. */
    private static <T> T result(Future<T> work) {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Says at the end, where it is read, what could not be done. */
    private void tell() {
        if (!failed.isEmpty() && plan.size() > 1) {
            console.err()
                    .println("imas: " + failed.size() + " of " + plan.size() + " pictures could not be predicted:");
        }
        failed.forEach(message -> console.err().println("imas: " + message));
    }
}
