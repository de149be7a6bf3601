package dev.imas.distributed;

import dev.imas.common.Pause;
import dev.imas.common.UserException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** How processes find each other at rank 0, and what each is told when they do not. */
final class Meeting {
    private static final int TRY_MILLISECONDS = 2_000;
    private static final int PAUSE_MILLISECONDS = 200;
    private static final long TELL_SECONDS = 10;
    private static final long BILLION = 1_000_000_000;
    /** How long rank 0, where the others read why it ends, stays for that. */
    private static final int READ_MILLISECONDS = 2_000;

    private static final long MOST_CONNECTING_SECONDS = 30;

    private static final String REFUSED = "refused";

    private final Environment environment;
    private final long seconds;
    private final Consumer<String> message;
    private final long began = System.nanoTime();
    private boolean told;

    /**
     * @param seconds how long to wait for the others
     * @param message told what is waited for
     */
    Meeting(Environment environment, long seconds, Consumer<String> message) {
        this.environment = environment;
        this.seconds = seconds;
        this.message = message;
    }

    /** @throws UserException where nobody can meet there, or nobody comes */
    Board board() {
        InetAddress address = resolved();
        if (environment.serves()) {
            requireFree();
            return serving();
        }
        awaitServer(address);
        return connected();
    }

    private InetAddress resolved() {
        try {
            return InetAddress.getByName(environment.address());
        } catch (UnknownHostException e) {
            throw new UserException(
                    "MASTER_ADDR is " + environment.address() + ", which " + host()
                            + " cannot resolve; give the name or address of the machine of rank 0",
                    e);
        }
    }

    private void requireFree() {
        try (ServerSocket trial = new ServerSocket()) {
            trial.setReuseAddress(true);
            trial.bind(new InetSocketAddress(environment.port()));
        } catch (BindException e) {
            throw new UserException(
                    "MASTER_PORT is " + environment.port() + ", on which rank 0 cannot listen on " + host()
                            + " (another program does, or it may not); give all processes another one",
                    e);
        } catch (IOException e) {
            throw new UserException(
                    "rank 0 cannot listen on port " + environment.port() + " of " + host() + " (" + e.getMessage()
                            + "); give all processes another MASTER_PORT",
                    e);
        }
    }

    /** A further connection to where all have met. */
    Board another() {
        try {
            return Board.open(environment, false);
        } catch (RuntimeException e) {
            throw ended(e);
        }
    }

    private UserException ended(RuntimeException e) {
        return new UserException(
                "rank 0 at " + environment.place() + " ended while the processes met; its own output says why", e);
    }

    private Board serving() {
        try {
            return Board.open(environment, true);
        } catch (RuntimeException e) {
            throw new UserException(
                    "rank 0 cannot listen on port " + environment.port() + " of " + host() + " any more; give all"
                            + " processes another MASTER_PORT",
                    e);
        }
    }

    /** libtorch waits for ever for the answer of a program that takes a connection and says nothing. */
    private Board connected() {
        CompletableFuture<Board> board = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        board.complete(Board.open(environment, false));
                    } catch (RuntimeException e) {
                        board.completeExceptionally(e);
                    }
                },
                "ranks-connect");
        thread.setDaemon(true);
        thread.start();
        try {
            return board.get(Math.min(seconds, MOST_CONNECTING_SECONDS), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new UserException(
                    "what answers at " + environment.place() + " is not rank 0 of this run; check MASTER_ADDR and"
                            + " MASTER_PORT",
                    e);
        }
    }

    private void awaitServer(InetAddress address) {
        String problem;
        do {
            problem = attempt(address);
            if (problem == null) {
                return;
            }
            tell("rank " + environment.rank() + " waits for rank 0 at " + environment.place() + " (" + problem + ")");
            Pause.of(PAUSE_MILLISECONDS);
        } while (!over());
        throw new UserException("rank 0 was not found at " + environment.place() + " within " + seconds + " s ("
                + problem + "): is it running, are MASTER_ADDR and MASTER_PORT its own, and does a firewall let them"
                + " through?");
    }

    /** Why nobody answers, or null. */
    private String attempt(InetAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, environment.port()), TRY_MILLISECONDS);
            return null;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Waits until every process has come.
     *
     * @return their hosts, by rank
     * @throws UserException where two have the same rank, or one does not come
     */
    List<String> everybody(Board board) {
        try {
            return met(board);
        } catch (UserException e) {
            if (environment.serves()) { // the others read it before the board is gone
                board.put(REFUSED, e.getMessage());
                Pause.of(READ_MILLISECONDS);
            }
            throw e;
        } catch (RuntimeException e) {
            throw ended(e);
        }
    }

    private List<String> met(Board board) {
        int rank = environment.rank();
        if (board.count("here/" + rank) > 1) {
            throw new UserException("two processes have RANK " + rank + " of " + environment.size() + " at "
                    + environment.place() + "; each needs its own");
        }
        board.put("host/" + rank, environment.size() + "\n" + host());
        List<Integer> missing = missing(board);
        while (!missing.isEmpty()) {
            if (over()) {
                throw new UserException("of " + environment.size() + " processes rank " + listed(missing)
                        + " did not come to " + environment.place() + " within " + seconds + " s; start all of them");
            }
            requireNotRefused(board);
            tell("rank " + rank + " waits for rank " + listed(missing));
            Pause.of(PAUSE_MILLISECONDS);
            missing = missing(board);
        }
        return hosts(board);
    }

    private static void requireNotRefused(Board board) {
        board.look(REFUSED).ifPresent(reason -> {
            throw new UserException("rank 0 ended while the processes met: " + reason);
        });
    }

    private List<Integer> missing(Board board) {
        List<Integer> missing = new ArrayList<>();
        for (int other = 0; other < environment.size(); other++) {
            if (!board.has(List.of("host/" + other))) {
                missing.add(other);
            }
        }
        return missing;
    }

    private List<String> hosts(Board board) {
        List<String> hosts = new ArrayList<>();
        for (int other = 0; other < environment.size(); other++) {
            String[] parts = board.text("host/" + other).split("\n", 2);
            if (Integer.parseInt(parts[0]) != environment.size()) {
                throw new UserException("WORLD_SIZE is " + environment.size() + ", but rank " + other + " on "
                        + parts[1] + " was given " + parts[0] + "; give all processes the same");
            }
            hosts.add(parts[1]);
        }
        return hosts;
    }

    private static String listed(List<Integer> ranks) {
        List<String> words = ranks.stream().map(String::valueOf).toList();
        int most = 8;
        return words.size() <= most
                ? String.join(", ", words)
                : String.join(", ", words.subList(0, most)) + " and " + (words.size() - most) + " more";
    }

    private boolean over() {
        return System.nanoTime() - began > seconds * BILLION;
    }

    private void tell(String text) {
        if (!told && System.nanoTime() - began > TELL_SECONDS * BILLION) {
            told = true;
            message.accept(text);
        }
    }

    /** The address at which the others reach this process: the one from which it reaches rank 0. */
    String ownAddress() {
        try {
            InetAddress master = InetAddress.getByName(environment.address());
            if (environment.serves()) {
                boolean own = master.isLoopbackAddress() || NetworkInterface.getByInetAddress(master) != null;
                return (own ? master : InetAddress.getLocalHost()).getHostAddress();
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(master, environment.port()), TRY_MILLISECONDS);
                return socket.getLocalAddress().getHostAddress();
            }
        } catch (UnknownHostException | SocketException e) {
            return environment.address();
        } catch (IOException e) {
            throw new UserException("rank 0 does not answer any more at " + environment.place(), e);
        }
    }

    /** The name of this machine. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine";
        }
    }
}
