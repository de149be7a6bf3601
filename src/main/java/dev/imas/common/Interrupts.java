package dev.imas.common;

import java.io.IOException;
import java.util.List;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What Ctrl-C (SIGINT), SIGTERM and SIGHUP do to a program of this project. Java's own answer, to leave through the C
 * library's exit(), tears native libraries down while their threads compute, which ends in a crash. Here whoever works
 * in pieces is told and ends by itself, which leaves nothing half done; what does not end in time, or is asked a second
 * time, ends by the signal as if nobody had caught it, without a line of code being run. Either way a shell sees the
 * status 128 + signal. Programs call {@link #install}; in other people's programs nothing here ever happens.
 */
public final class Interrupts {
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");
    private static final int STATUS = 128;
    /** A step of a large network takes seconds on a CPU; a scheduler that sends SIGTERM waits for half a minute. */
    private static final long GRACE_MILLISECONDS = 15_000;
    /** A signal that was sent is there long before. */
    private static final long ARRIVAL_MILLISECONDS = 10_000;

    private static volatile Signal asked;
    private static volatile boolean inPieces;

    /** Thrown between two pieces of work when the program is asked to end. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Stopped(Signal signal) {
            super("stopped by SIG" + signal.getName());
        }
    }

    private Interrupts() {}

    /** Answers the signals from now on; those that the program was started to ignore stay ignored. */
    public static void install() {
        for (String name : SIGNALS) {
            try {
                Signal.handle(new Signal(name), Interrupts::arrived);
            } catch (IllegalArgumentException e) {
                continue; // java -Xrs leaves signals alone: they end the program as they should
            }
        }
    }

    /** What runs now calls {@link #check} or {@link #asked} often enough to end by itself. */
    public static void worksInPieces() {
        inPieces = true;
    }

    /** Whether the program is asked to end. */
    public static boolean asked() {
        return asked != null;
    }

    /** @throws Stopped when the program is asked to end */
    public static void check() {
        Signal signal = asked;
        if (signal != null) {
            throw new Stopped(signal);
        }
    }

    /** The exit status of a program that was asked to end: 130 after Ctrl-C, 143 after SIGTERM; 0 if it was not. */
    public static int status() {
        Signal signal = asked;
        return signal == null ? 0 : STATUS + signal.getNumber();
    }

    private static void arrived(Signal signal) {
        boolean again = asked();
        asked = signal;
        if (inPieces && !again) {
            try {
                Thread.sleep(GRACE_MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        end(signal);
    }

    /** The processes that this one started would go on without it. */
    private static void end(Signal signal) {
        System.out.flush();
        System.err.flush();
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
        Signal.handle(signal, SignalHandler.SIG_DFL);
        send(signal);
        Runtime.getRuntime().halt(STATUS + signal.getNumber()); // nobody could send it
    }

    /** From outside: Java raises no signal that it does not handle itself. */
    private static void send(Signal signal) {
        long self = ProcessHandle.current().pid();
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -" + signal.getName() + " " + self)
                    .start()
                    .waitFor();
            Thread.sleep(ARRIVAL_MILLISECONDS);
        } catch (IOException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
