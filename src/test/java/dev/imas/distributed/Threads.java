package dev.imas.distributed;

import dev.imas.common.UserException;
import dev.imas.device.Torch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ranks that are threads of one process: they meet and exchange as processes do. */
public final class Threads {
    /** Ranks that wait for each other for so long wait for ever. */
    private static final int MOST_SECONDS = 300;

    private Threads() {}

    /** What each rank does. */
    public interface Work<T> {
        T of(Group ranks) throws Exception;
    }

    /** A rank ends because another failed, as the watch says. */
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1;

        Ended(String reason) {
            super(reason);
        }
    }

    /**
     * Lets every rank work, and returns what they found, by rank. Where some fail, the first one's exception comes out;
     * ranks that still wait for it then are left behind.
     */
    public static <T> List<T> run(int count, Work<T> work) {
        Torch.load();
        int port = freePort();
        List<CompletableFuture<T>> ranks = IntStream.range(0, count)
                .mapToObj(rank -> new Environment(rank, count, rank, "127.0.0.1", port, 0, false, OptionalLong.empty()))
                .map(environment -> started(environment, work))
                .toList();
        CompletableFuture<Void> all = CompletableFuture.allOf(ranks.toArray(CompletableFuture[]::new));
        try {
            all.orTimeout(MOST_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw cause(ranks).orElseThrow(() -> new IllegalStateException("the ranks wait for each other", e));
        }
        return ranks.stream().map(CompletableFuture::join).toList();
    }

    /** What a rank failed with, rather than that one ended by another. */
    private static <T> Optional<RuntimeException> cause(List<CompletableFuture<T>> ranks) {
        List<Throwable> causes = ranks.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .map(rank -> rank.handle((found, failure) -> failure).join())
                .toList();
        Stream<Throwable> own = causes.stream().filter(cause -> !(cause instanceof Ended));
        return Stream.concat(own, causes.stream())
                .findFirst()
                .map(cause -> cause instanceof RuntimeException known ? known : new IllegalStateException(cause));
    }

    private static <T> CompletableFuture<T> started(Environment environment, Work<T> work) {
        CompletableFuture<T> found = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        found.complete(
                                joined(environment, work, reason -> found.completeExceptionally(new Ended(reason))));
                    } catch (Exception | AssertionError e) {
                        found.completeExceptionally(e);
                    }
                },
                "rank-" + environment.rank());
        thread.setDaemon(true);
        thread.start();
        return found;
    }

    private static <T> T joined(Environment environment, Work<T> work, Consumer<String> end) throws Exception {
        try (Group group = Group.join(environment, message -> {}, end)) {
            try {
                return work.of(group);
            } catch (UserException e) {
                group.fail(e.getMessage());
                throw e;
            }
        }
    }

    /** A port that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
