package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.image.Picture;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Opens the unlabelled pictures that nobody has opened yet, in threads of low priority, while a run learns from
 * labelled ones: what is broken is found before the first step that needs one of them, and all of it at once.
 */
public final class LateCheck implements AutoCloseable {
    /** In the background one core in so many. */
    private static final int SHARE = 4;

    private final ImageSource unlabeled;
    private final FileImages files;
    private final CheckedFiles known;
    private final int[] unopened;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final Set<Integer> failed = new ConcurrentSkipListSet<>();
    private volatile boolean closed;

    private LateCheck(ImageSource unlabeled, FileImages files, CheckedFiles known, int[] unopened) {
        this.unlabeled = unlabeled;
        this.files = files;
        this.known = known;
        this.unopened = unopened;
        this.left = new CountDownLatch(unopened.length);
    }

    /** Of a run's unlabelled pictures; of generated scenes there is nothing to open. */
    public static LateCheck of(ImasConfig config, Dataset data) {
        ImageSource source = data.unlabeled() instanceof WithoutBroken all ? all.source() : data.unlabeled();
        if (!(source instanceof FileImages files)) {
            return new LateCheck(data.unlabeled(), null, null, new int[0]);
        }
        CheckedFiles known = CheckedFiles.of(config.data(), files.reader());
        int[] unopened = IntStream.range(0, files.size())
                .filter(i -> !known.holds(files.pictures().get(i)))
                .toArray();
        return new LateCheck(data.unlabeled(), files, known, unopened);
    }

    /** How many pictures had not been opened before. */
    public int size() {
        return unopened.length;
    }

    /** Begins in the background. */
    public void begin() {
        start(Math.max(1, cores() / SHARE), Thread.MIN_PRIORITY);
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private void start(int threads, int priority) {
        for (int i = 0; i < Math.min(threads, unopened.length); i++) {
            Thread thread = new Thread(this::work, "late-check");
            thread.setDaemon(true);
            thread.setPriority(priority);
            thread.start();
        }
    }

    private void work() {
        for (int k = next.getAndIncrement(); k < unopened.length && !closed; k = next.getAndIncrement()) {
            try {
                open(unopened[k]);
            } catch (RuntimeException | Error e) {
                failed.add(unopened[k]); // looked at once more, when nothing else takes its memory
            } finally {
                left.countDown();
            }
        }
    }

    private void open(int i) {
        known.check(files.pictures().get(i), () -> {
            Picture picture = files.image(i);
            return (long) picture.width() * picture.height();
        });
    }

    /** Whether all pictures have been opened. */
    public boolean finished() {
        return left.getCount() == 0;
    }

    /** Opens what is left, with all cores, and waits for it. */
    public void finish() {
        if (!finished()) {
            start(cores(), Thread.NORM_PRIORITY);
        }
        try {
            left.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException interrupted = new CancellationException("interrupted while pictures are opened");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /**
     * What is wrong with each picture that cannot be read, in their order; once {@link #finished}. Where the collection
     * goes on without broken pictures, it does so with these.
     *
     * @return a sentence each, of many the first and how many more there are
     */
    public List<String> problems() {
        SortedMap<Integer, String> problems = new TreeMap<>();
        for (int i : failed) {
            try {
                open(i);
            } catch (UserException e) {
                problems.put(i, e.getMessage());
            }
        }
        if (known != null) {
            known.save();
        }
        if (unlabeled instanceof WithoutBroken all) {
            problems.forEach(all::leaveOut);
        }
        return Finding.limited(List.copyOf(problems.values()));
    }

    /** Ends the threads, and keeps what they found for the next start. */
    @Override
    public void close() {
        closed = true;
        if (known != null) {
            known.save();
        }
    }
}
