package dev.imas.distributed;

import dev.imas.common.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * What a process is told of its place among others, by the variables that torchrun, Kubernetes' PyTorchJob and `imas
 * train --processes` set, or by SLURM's.
 *
 * @param rank      this process, from 0
 * @param size      how many processes there are, 2 or more
 * @param localRank this process among those of its machine, from 0
 * @param address   name or address of rank 0's machine
 * @param port      where rank 0 listens there
 * @param attempt   how often torchrun or SLURM has started all of them anew
 * @param hosted    whether torchrun listens there, not rank 0
 * @param launcher  the process of `imas train --processes` that started it, and tells why all ended
 */
public record Environment(
        int rank,
        int size,
        int localRank,
        String address,
        int port,
        int attempt,
        boolean hosted,
        OptionalLong launcher) {
    /** Set by `imas train --processes` to the number of its own process. */
    public static final String LAUNCHED = "IMAS_LAUNCHED";

    private static final List<String> RESTARTS = List.of("TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT");

    private static final int PORT = 29500;
    private static final int LARGEST_PORT = 65535;
    private static final int MOST = 100_000;

    /** This process's place; empty where it is alone. */
    public static Optional<Environment> ofThisProcess() {
        return of(System::getenv);
    }

    /**
     * How often torchrun or SLURM has started the same command anew after a failure, alone or with others.
     *
     * @throws UserException where a variable is no number
     */
    public static int restarts() {
        return restarts(System::getenv);
    }

    static int restarts(UnaryOperator<String> variables) {
        Reading read = new Reading(variables);
        int restarts = read.restarts();
        read.requireSound();
        return restarts;
    }

    /**
     * @param variables the value of an environment variable, or null
     * @throws UserException where the variables make no sense, with all that is wrong
     */
    static Optional<Environment> of(UnaryOperator<String> variables) {
        Reading read = new Reading(variables);
        boolean slurm = !read.has("WORLD_SIZE")
                && read.has("SLURM_NTASKS")
                && read.has("SLURM_PROCID")
                && read.has("MASTER_ADDR");
        if (!read.has("WORLD_SIZE") && !slurm) {
            return Optional.empty();
        }
        int size = read.number(slurm ? "SLURM_NTASKS" : "WORLD_SIZE", 1, MOST, Optional.empty());
        if (size == 1 && read.faults.isEmpty()) {
            return Optional.empty();
        }
        int rank = read.number(slurm ? "SLURM_PROCID" : "RANK", 0, Math.max(size, 1) - 1, Optional.empty());
        int local = read.number(slurm ? "SLURM_LOCALID" : "LOCAL_RANK", 0, MOST, Optional.of(0));
        int port = read.number("MASTER_PORT", 1, LARGEST_PORT, Optional.of(PORT));
        int attempt = read.restarts();
        OptionalLong launcher = read.has(LAUNCHED)
                ? OptionalLong.of(read.number(LAUNCHED, 1, Integer.MAX_VALUE, Optional.empty()))
                : OptionalLong.empty();
        if (!read.has("MASTER_ADDR")) {
            read.faults.add("MASTER_ADDR is not set; it names the machine of rank 0");
        }
        read.requireSound();
        boolean hosted = "True".equalsIgnoreCase(variables.apply("TORCHELASTIC_USE_AGENT_STORE"));
        return Optional.of(
                new Environment(rank, size, local, variables.apply("MASTER_ADDR"), port, attempt, hosted, launcher));
    }

    /** Whether `imas train --processes` started it. */
    public boolean launched() {
        return launcher.isPresent();
    }

    private static final class Reading {
        private final UnaryOperator<String> variables;
        private final List<String> faults = new ArrayList<>();

        Reading(UnaryOperator<String> variables) {
            this.variables = variables;
        }

        boolean has(String name) {
            String value = variables.apply(name);
            return value != null && !value.isBlank();
        }

        /** Of a job that was put into the queue anew, torchrun in it counts from 0. */
        int restarts() {
            return RESTARTS.stream()
                    .mapToInt(name -> number(name, 0, MOST, Optional.of(0)))
                    .sum();
        }

        void requireSound() {
            if (!faults.isEmpty()) {
                throw new UserException(String.join("\n", faults));
            }
        }

        int number(String name, int least, int most, Optional<Integer> otherwise) {
            if (!has(name)) {
                if (otherwise.isEmpty()) {
                    faults.add(name + " is not set; expected a number from " + least + " to " + most);
                }
                return otherwise.orElse(least);
            }
            String value = variables.apply(name).strip();
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below, as a number out of range
            }
            faults.add(name + " is " + value + "; expected a number from " + least + " to " + most);
            return least;
        }
    }

    /** Whether this process listens for the others. */
    boolean serves() {
        return rank == 0 && !hosted;
    }

    /** Where they meet, for messages. */
    String place() {
        return address + ":" + port;
    }
}
