package dev.imas.distributed;

import dev.imas.common.Interrupts;
import dev.imas.common.Pause;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Tells each process that another is gone, whatever its own training thread waits for: all of them leave a sign of life
 * on the board, and whoever misses one, or reads of a failure, ends.
 *
 * <p>A process without a sign for {@link #SILENT_MILLISECONDS} counts as gone; a second suffices where a connection has
 * broken as well, see {@link #suspect}. A process that is stopped (SIGSTOP) for as long is gone, too.
 */
final class Watch implements AutoCloseable {
    private static final long LOOK_MILLISECONDS = 500;
    private static final long SILENT_MILLISECONDS = 18_000;
    private static final long SUSPECT_MILLISECONDS = 4_000;
    /** How long a process that fails waits for the others to read of it. */
    private static final long READ_MILLISECONDS = 5_000;

    /** A process that is asked to end, and waits in native code, ends by the signal soon after. */
    private static final long ASKED_MILLISECONDS = 14_000;

    private static final String FAILED = "failed";

    /** The last sign of a process, and when it was seen to be new. */
    private record Sign(String text, long nanoTime) {}

    private final Board board;
    private final int rank;
    private final List<String> hosts;
    private final Consumer<String> end;
    private final Map<Integer, Sign> signs = new HashMap<>();
    private final Thread thread;
    private volatile boolean suspected;
    private volatile boolean closed;
    /** When the board last answered. */
    private volatile long answered;

    private long beats;
    private long lookedAt;
    /** When a look first saw that this process is asked to end. */
    private OptionalLong askedAt = OptionalLong.empty();

    private boolean toldOfSignal;

    /**
     * @param board a connection that nobody else waits on
     * @param hosts of the ranks
     * @param end   ends this process, with the reason; called once, by another thread
     */
    Watch(Board board, int rank, List<String> hosts, Consumer<String> end) {
        this.board = board;
        this.rank = rank;
        this.hosts = List.copyOf(hosts);
        this.end = end;
        thread = new Thread(this::watch, "ranks-watch");
        thread.setDaemon(true);
    }

    void begin() {
        answered = System.nanoTime();
        thread.start();
        Thread guard = new Thread(this::guard, "ranks-guard");
        guard.setDaemon(true);
        guard.start();
    }

    /** A board behind a cut connection does not fail: it never answers. */
    private void guard() {
        long before = System.nanoTime();
        while (!closed) {
            Pause.of(LOOK_MILLISECONDS);
            long now = System.nanoTime();
            if (now - before > SUSPECT_MILLISECONDS * 1_000_000) { // this process stood still itself
                answered = now;
            }
            before = now;
            if (now - answered > SILENT_MILLISECONDS * 1_000_000) {
                end(gone(0));
            }
        }
    }

    private synchronized void end(String reason) {
        if (!closed) {
            closed = true;
            end.accept(reason);
        }
    }

    /** A connection broke: whoever is silent now is gone. */
    void suspect() {
        suspected = true;
    }

    /** Waits until it has ended this process, which it does once it has found out that another is gone or failed. */
    void awaitEnd(long milliseconds) {
        await(milliseconds, () -> closed);
    }

    /** Leaves the reason for the others, of the first failure alone, and waits until they have read it. */
    void fail(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        try {
            board.put("heard/" + rank, "heard"); // of another failure, too
            if (tell(reason) || rank == 0) { // whose end takes the board away
                await(READ_MILLISECONDS, () -> missing("heard").isEmpty());
            }
            board.put("left/" + rank, "left");
        } catch (RuntimeException e) {
            return; // rank 0 is gone, and everybody ends by that
        }
    }

    /** Whether it is the first failure that the others are told of. */
    private boolean tell(String reason) {
        boolean first = board.count("failures") == 1;
        if (first) {
            board.put(FAILED, rank + "\n" + reason);
        }
        return first;
    }

    /** Whether a process has done its part, or failed and told so. */
    boolean left(int other) {
        return board.has(List.of("left/" + other));
    }

    /** This process has done its part; rank 0, on which the others look, stays until all have. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            board.put("left/" + rank, "left");
            if (rank == 0) {
                board.put("heard/0", "heard"); // what fails from now on does not concern it
                await(SILENT_MILLISECONDS, () -> missing("left").isEmpty());
            }
        } catch (RuntimeException e) {
            return; // nobody is left to be told
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(long milliseconds, Condition condition) {
        long until = System.nanoTime() + milliseconds * 1_000_000;
        while (!condition.holds() && System.nanoTime() < until) {
            Pause.of(LOOK_MILLISECONDS / 5);
        }
    }

    private List<Integer> missing(String word) {
        List<Integer> missing = new ArrayList<>();
        for (int other = 0; other < hosts.size(); other++) {
            if (other != rank && !board.has(List.of(word + "/" + other))) {
                missing.add(other);
            }
        }
        return missing;
    }

    private void watch() {
        while (!closed) {
            Optional<String> reason;
            try {
                reason = look();
                answered = System.nanoTime();
            } catch (RuntimeException e) { // the board is rank 0's
                reason = Optional.of(gone(0));
            }
            reason.ifPresent(this::end);
            Pause.of(LOOK_MILLISECONDS);
        }
    }

    private Optional<String> look() {
        forgetAfterPause();
        board.put("alive/" + rank, String.valueOf(++beats));
        tellOfSignal();
        Optional<String> failed = board.look(FAILED);
        if (failed.isPresent()) {
            board.put("heard/" + rank, "heard");
            String[] parts = failed.get().split("\n", 2);
            if (Integer.parseInt(parts[0]) == rank) { // it ends by itself
                return Optional.empty();
            }
            return Optional.of(
                    "rank " + parts[0] + " on " + hosts.get(Integer.parseInt(parts[0])) + " failed: " + parts[1]);
        }
        for (int other = 0; other < hosts.size(); other++) {
            if (other != rank && silent(other) && !left(other)) {
                return Optional.of(gone(other));
            }
        }
        return Optional.empty();
    }

    /** Where the training thread waits for the others, it cannot tell them that this process is to end. */
    private void tellOfSignal() {
        if (!Interrupts.asked() || toldOfSignal) {
            return;
        }
        long now = System.nanoTime();
        if (askedAt.isEmpty()) {
            askedAt = OptionalLong.of(now);
        }
        if (now - askedAt.getAsLong() > ASKED_MILLISECONDS * 1_000_000) {
            tell("it was asked to end while it waited for the others");
            toldOfSignal = true;
        }
    }

    /** Who stood still itself, by Ctrl-Z or with the machine, cannot say of the others that they were silent. */
    private void forgetAfterPause() {
        long now = System.nanoTime();
        if (lookedAt != 0 && now - lookedAt > SUSPECT_MILLISECONDS * 1_000_000) {
            signs.clear();
        }
        lookedAt = now;
    }

    private boolean silent(int other) {
        long now = System.nanoTime();
        String text = board.look("alive/" + other).orElse("");
        Sign before = signs.get(other);
        if (before == null || !before.text.equals(text)) {
            signs.put(other, new Sign(text, now));
            return false;
        }
        long allowed = suspected ? SUSPECT_MILLISECONDS : SILENT_MILLISECONDS;
        return now - before.nanoTime > allowed * 1_000_000;
    }

    private String gone(int other) {
        return "rank " + other + " on " + hosts.get(other) + " is gone (killed, out of memory, or its machine cannot be"
                + " reached); all others end";
    }
}
