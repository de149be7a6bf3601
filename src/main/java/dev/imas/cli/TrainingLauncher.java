package dev.imas.cli;

import dev.imas.common.Interrupts;
import dev.imas.common.Pause;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.distributed.Environment;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * {@code imas train --processes N}: starts the same command N times on this machine and waits for all. Where one ends
 * before its time the others end by themselves; those that do not are ended.
 */
final class TrainingLauncher {
    private static final long LOOK_MILLISECONDS = 100;
    /** In which processes notice that another is gone, and end. */
    private static final long GRACE_MILLISECONDS = 12_000;

    private static final int SIGNALLED = 128;

    private final List<String> arguments;
    private final int count;
    private final Console console;
    private final List<Process> processes = new ArrayList<>();

    /** @param arguments of every process: the command line without the option */
    TrainingLauncher(List<String> arguments, int count, Console console) {
        this.arguments = List.copyOf(arguments);
        this.count = count;
        this.console = console;
    }

    /** Returns the exit status of the process that failed first; 0 when none did. */
    int run() {
        try {
            int port = freePort();
            for (int rank = 0; rank < count; rank++) {
                start(rank, port);
            }
            return await();
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UserException("no free port was found for the processes to meet (" + e.getMessage() + ")", e);
        }
    }

    private void start(int rank, int port) {
        ProcessBuilder builder = ChildProcess.rank(arguments, count);
        builder.environment()
                .putAll(Map.of(
                        "RANK",
                        String.valueOf(rank),
                        "LOCAL_RANK",
                        String.valueOf(rank),
                        "WORLD_SIZE",
                        String.valueOf(count),
                        "MASTER_ADDR",
                        "127.0.0.1",
                        "MASTER_PORT",
                        String.valueOf(port),
                        Environment.LAUNCHED,
                        String.valueOf(ProcessHandle.current().pid())));
        try {
            processes.add(builder.start());
        } catch (IOException e) {
            throw new UserException(
                    "process " + (rank + 1) + " of " + count + " could not be started (" + e.getMessage()
                            + "); give fewer --processes",
                    e);
        }
    }

    private int await() {
        boolean asked = false;
        while (processes.stream().anyMatch(Process::isAlive)) {
            if (Interrupts.asked() && !asked) {
                asked = true;
                processes.forEach(Process::destroy);
            }
            Optional<Integer> failed = failed();
            if (failed.isPresent() && !asked) {
                return end(failed.get());
            }
            Pause.of(LOOK_MILLISECONDS);
        }
        Interrupts.check();
        Optional<Integer> failed = failed();
        if (failed.isEmpty() && processes.stream().anyMatch(process -> process.exitValue() != 0)) {
            throw new UserException("the processes lost each other, as after a long pause of the machine; " + goOn());
        }
        return failed.map(this::end).orElse(0);
    }

    /** A process that ended before its time, and not because another did. */
    private Optional<Integer> failed() {
        for (int rank = 0; rank < count; rank++) {
            Process process = processes.get(rank);
            if (!process.isAlive() && process.exitValue() != 0 && process.exitValue() != TrainingRank.OTHER_ENDED) {
                return Optional.of(rank);
            }
        }
        return Optional.empty();
    }

    private int end(int failed) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLISECONDS);
        while (processes.stream().anyMatch(Process::isAlive) && System.nanoTime() < until) {
            Pause.of(LOOK_MILLISECONDS);
        }
        processes.forEach(Process::destroyForcibly);
        int status = processes.get(failed).exitValue();
        if (status <= SIGNALLED) {
            return status; // it said why
        }
        throw new UserException("rank " + failed + " (process "
                + processes.get(failed).pid() + ") was ended by signal " + (status - SIGNALLED)
                + "; the other processes are ended, too; " + goOn());
    }

    private String goOn() {
        int out = Math.max(arguments.indexOf("--out"), arguments.indexOf("--" + TrainCommand.RESUME));
        String end = " --processes " + count + " goes on from the last checkpoint";
        if (out < 0) {
            return "imas train --resume with the newest folder in runs/, if the run had begun, and" + end;
        }
        Path run = WrittenPath.of(arguments.get(out + 1));
        return new RunDirectory(run).begun()
                ? "imas train --resume " + run + end
                : "nothing was learned yet, and the same command begins again";
    }
}
