package dev.imas.data;

import dev.imas.common.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        Map<Path, String> unreadable = new LinkedHashMap<>();
        List<MaskContent> contents = contents(data, unreadable);
        unreadable.values().stream().limit(TOLD).map(Finding::fault).forEach(findings::add);
        if (unreadable.size() > TOLD) {
            findings.add(Finding.fault((unreadable.size() - TOLD) + " more masks cannot be read"));
        }
        return contents;
    }

    /** What is wrong with each mask that cannot be read, in the order of the lists. */
    static Map<Path, String> broken(Dataset data) {
        Map<Path, String> unreadable = new LinkedHashMap<>();
        contents(data, unreadable);
        return unreadable;
    }

    private static List<MaskContent> contents(Dataset data, Map<Path, String> unreadable) {
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "mask-survey");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Reading> reading = new ArrayList<>();
            submit(data.labeled(), true, pool, reading);
            submit(data.validation(), false, pool, reading);
            return gathered(reading, unreadable);
        } finally {
            pool.shutdownNow();
        }
    }

    /** A mask that is being read. */
    private record Reading(Path mask, Future<MaskContent> content) {}

    private static void submit(ImageSource source, boolean labeled, ExecutorService pool, List<Reading> reading) {
        if (source instanceof FileImages files) {
            for (int i = 0; i < files.size(); i++) {
                int index = i;
                Path mask = files.maskPath(index);
                reading.add(
                        new Reading(mask, pool.submit(() -> MaskContent.of(mask, labeled, files.storedMask(index)))));
            }
        }
    }

    private static List<MaskContent> gathered(List<Reading> reading, Map<Path, String> unreadable) {
        List<MaskContent> contents = new ArrayList<>();
        for (Reading mask : reading) {
            try {
                contents.add(mask.content().get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UserException)) {
                    throw new IllegalStateException("a mask could not be surveyed", e.getCause());
                }
                unreadable.put(mask.mask(), e.getCause().getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                CancellationException interrupted = new CancellationException("interrupted while masks are read");
                interrupted.initCause(e);
                throw interrupted;
            }
        }
        return contents;
    }
}
