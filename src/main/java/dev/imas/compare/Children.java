package dev.imas.compare;

import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Jobs in processes of their own, some at once. One that fails keeps the others from nothing but waiting for it. */
final class Children {
    private static final long LOOK_MILLISECONDS = 200;
    /** Added to a signal's number in the exit status of a process that it ended. */
    private static final int SIGNALLED = 128;

    private static final int KILL = 9;

    private final int most;
    private final Consumer<String> message;
    private final Consumer<String> finished;
    private final List<Job> waiting;
    private final Map<Job, Started> running = new LinkedHashMap<>();
    private final Set<String> failed = new LinkedHashSet<>();
    private final List<String> failures = new ArrayList<>();

    /**
     * @param after the job that must be done before
     * @param log   takes what the process prints
     */
    record Job(String name, Optional<String> after, Path log, ProcessBuilder process) {}

    /** @param from bytes that the log held before, of earlier attempts */
    private record Started(Process process, long from) {}

    private Children(List<Job> jobs, int most, Consumer<String> message, Consumer<String> finished) {
        this.waiting = new ArrayList<>(jobs);
        this.most = most;
        this.message = message;
        this.finished = finished;
    }

    /**
     * Runs all of them.
     *
     * @param finished told the name of each that was done well
     * @return a line for each that failed
     * @throws Interrupts.Stopped when the program is asked to end; then no process is left
     */
    static List<String> run(List<Job> jobs, int most, Consumer<String> message, Consumer<String> finished) {
        Children children = new Children(jobs, most, message, finished);
        try {
            children.run();
        } finally {
            children.end();
        }
        return children.failures;
    }

    private void run() {
        while (!waiting.isEmpty() || !running.isEmpty()) {
            Interrupts.check();
            startReady();
            pause();
            collect();
        }
    }

    private void startReady() {
        for (Job job : List.copyOf(waiting)) {
            boolean lost = job.after.filter(failed::contains).isPresent();
            boolean ready = job.after.stream().noneMatch(this::open);
            if (lost) {
                waiting.remove(job);
                fail(job, "was not begun, since " + job.after.get() + " failed");
            } else if (ready && running.size() < most) {
                waiting.remove(job);
                start(job);
            }
        }
    }

    /** Whether a job is still to be done. */
    private boolean open(String name) {
        return waiting.stream().anyMatch(job -> job.name.equals(name))
                || running.keySet().stream().anyMatch(job -> job.name.equals(name));
    }

    private void start(Job job) {
        try {
            long from = Files.exists(job.log) ? Files.size(job.log) : 0;
            Process process = job.process
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(job.log.toFile()))
                    .start();
            running.put(job, new Started(process, from));
            message.accept(job.name + ": begun");
        } catch (IOException e) {
            throw new UserException(
                    "no process could be started for " + job.name + " (" + FileProblem.of(e) + ");"
                            + " leave out --processes",
                    e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void collect() {
        for (Map.Entry<Job, Started> entry : List.copyOf(running.entrySet())) {
            Process process = entry.getValue().process;
            if (!process.isAlive()) {
                Job job = entry.getKey();
                running.remove(job);
                if (process.exitValue() == 0) {
                    message.accept(job.name + ": done");
                    finished.accept(job.name);
                } else if (!Interrupts.asked()) {
                    fail(job, reason(process.exitValue(), job.log, entry.getValue().from));
                }
            }
        }
    }

    private void fail(Job job, String reason) {
        failed.add(job.name);
        failures.add(job.name + ": " + reason);
        message.accept("imas: " + failures.get(failures.size() - 1));
    }

    /** Whoever is killed has said nothing of it. */
    private static String reason(int status, Path log, long from) {
        int signal = status - SIGNALLED;
        return signal == KILL
                ? "was killed (signal 9), as the system does where memory runs out: lower --processes, or see " + log
                : signal > 0 ? "was ended by signal " + signal + "; see " + log : lastLine(log, from);
    }

    private static String lastLine(Path log, long from) {
        try (InputStream said = Files.newInputStream(log)) {
            said.skipNBytes(from);
            List<String> lines = new String(said.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            String last = lines.isEmpty() ? "ended without a word" : lines.get(lines.size() - 1);
            return (last.startsWith("imas: ") ? last.substring("imas: ".length()) : last) + " (" + log + ")";
        } catch (IOException | RuntimeException e) {
            return "failed; see " + log;
        }
    }

    /** Asks those that run to end, and waits until they have written their checkpoints. */
    private void end() {
        if (!running.isEmpty()) { // a step of a large network takes seconds
            message.accept("waiting for the checkpoints of "
                    + running.keySet().stream().map(Job::name).collect(Collectors.joining(", "))
                    + "; --resume goes on from there");
        }
        running.values().forEach(started -> started.process.destroy());
        for (Started started : running.values()) {
            try {
                started.process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
