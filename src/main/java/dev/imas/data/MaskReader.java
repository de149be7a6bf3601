package dev.imas.data;

import dev.imas.common.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads the masks of a data set in parallel, keeping what was counted and not the masks. */
final class MaskReader {
    /** Each holds a decoded mask at a time. */
    private static final int MOST_THREADS = 8;
    /** So many files that cannot be read are told one by one. */
    private static final int TOLD = 10;

    private MaskReader() {}

    /** One content a mask that can be read, in the order of the lists; a fault for each that cannot. */
    static List<MaskContent> contents(Dataset data, List<Finding> findings) {
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "mask-survey");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<MaskContent>> reading = new ArrayList<>();
            submit(data.labeled(), true, pool, reading);
            submit(data.validation(), false, pool, reading);
            return gathered(reading, findings);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void submit(
            ImageSource source, boolean labeled, ExecutorService pool, List<Future<MaskContent>> reading) {
        if (source instanceof FileImages files) {
            for (int i = 0; i < files.size(); i++) {
                int index = i;
                reading.add(pool.submit(() -> MaskContent.of(files.maskPath(index), labeled, files.storedMask(index))));
            }
        }
    }

    private static List<MaskContent> gathered(List<Future<MaskContent>> reading, List<Finding> findings) {
        List<MaskContent> contents = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (Future<MaskContent> future : reading) {
            try {
                contents.add(future.get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UserException)) {
                    throw new IllegalStateException("a mask could not be surveyed", e.getCause());
                }
                unreadable.add(e.getCause().getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                CancellationException interrupted = new CancellationException("interrupted while masks are read");
                interrupted.initCause(e);
                throw interrupted;
            }
        }
        unreadable.stream().limit(TOLD).map(Finding::fault).forEach(findings::add);
        if (unreadable.size() > TOLD) {
            findings.add(Finding.fault((unreadable.size() - TOLD) + " more masks cannot be read"));
        }
        return contents;
    }
}
