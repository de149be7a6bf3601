package dev.imas.distributed;

import dev.imas.common.UserException;
import dev.imas.device.Torch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Ranks that are threads of one process: they meet and exchange as processes do. */
public final class Threads {
    private Threads() {}

    /** What each rank does. */
    public interface Work<T> {
        T of(Group ranks) throws Exception;
    }

    /** Lets every rank work, and returns what they found, by rank. */
    public static <T> List<T> run(int count, Work<T> work) {
        Torch.load();
        int port = freePort();
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int rank = 0; rank < count; rank++) {
                Environment environment = new Environment(rank, count, rank, "127.0.0.1", port, 0, false, false);
                running.add(threads.submit(() -> joined(environment, work)));
            }
            List<T> found = new ArrayList<>();
            for (Future<T> each : running) {
                found.add(each.get());
            }
            return found;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> T joined(Environment environment, Work<T> work) throws Exception {
        try (Group group = Group.join(environment, message -> {}, reason -> {})) {
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
