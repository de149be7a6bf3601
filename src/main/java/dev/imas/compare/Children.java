package dev.imas.compare;

import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import java.io.IOException;
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

    private final int most;
    private final Consumer<String> message;
    private final Consumer<String> finished;
    private final List<Job> waiting;
    private final Map<Job, Process> running = new LinkedHashMap<>();
    private final Set<String> failed = new LinkedHashSet<>();
    private final List<String> failures = new ArrayList<>();

    /**
     * @param after the job that must be done before
     * @param log   takes what the process prints
     */
    record Job(String name, Optional<String> after, Path log, ProcessBuilder process) {}

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
            running.put(
                    job,
                    job.process
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(job.log.toFile()))
                            .start());
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
        for (Map.Entry<Job, Process> entry : List.copyOf(running.entrySet())) {
            if (!entry.getValue().isAlive()) {
                Job job = entry.getKey();
                running.remove(job);
                if (entry.getValue().exitValue() == 0) {
                    message.accept(job.name + ": done");
                    finished.accept(job.name);
                } else if (!Interrupts.asked()) {
                    fail(job, lastLine(job.log));
                }
            }
        }
    }

    private void fail(Job job, String reason) {
        failed.add(job.name);
        failures.add(job.name + ": " + reason);
        message.accept("imas: " + failures.get(failures.size() - 1));
    }

    private static String lastLine(Path log) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8).stream()
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
        running.values().forEach(Process::destroy);
        for (Process process : running.values()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
