package dev.imas.cli;

import dev.imas.device.Torch;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;

/** This program again, for one run of a comparison. */
final class ChildProcess {
    private static final String THREADS = "OMP_NUM_THREADS";

    private ChildProcess() {}

    /**
     * A process that trains one run. Ctrl-C in a terminal reaches every process there; this one is to hear of it from
     * its parent alone, since a second signal would end it at once.
     *
     * @param folder    of the comparison
     * @param processes that share the cores
     */
    static ProcessBuilder of(Path folder, String run, int processes) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "imas"));
        command.addAll(java());
        command.addAll(List.of(Main.class.getName(), "compare", "--resume", folder.toString(), "--only", run));
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
        builder.environment().putIfAbsent(THREADS, String.valueOf(share(processes)));
        return builder;
    }

    private static int share(int processes) {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / processes);
    }

    /** Computes in this process with as many threads as one of several would have. */
    static <T> T withShare(int processes, Supplier<T> work) {
        if (processes == 1 || System.getenv(THREADS) != null) {
            return work.get();
        }
        Torch.load();
        int before = torch.get_num_threads();
        torch.set_num_threads(share(processes));
        try {
            return work.get();
        } finally {
            torch.set_num_threads(before);
        }
    }

    /**
     * A process that is one of several that train together.
     *
     * @param arguments of the command line
     * @param processes that share the cores
     */
    static ProcessBuilder rank(List<String> arguments, int processes) {
        // Gloo tells of itself on the standard output, where results belong.
        String apart = "trap '' INT HUP; exec 3>&1 1>/dev/null; exec \"$@\"";
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", apart, "imas"));
        command.addAll(java());
        command.add(Main.class.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(Console.OUTPUT, "3");
        builder.environment().putIfAbsent("TORCH_CPP_LOG_LEVEL", "FATAL"); // what fails is told by this program
        builder.environment().putIfAbsent(THREADS, String.valueOf(share(processes)));
        return builder;
    }

    /** The JVM with the options and the class path of this one. */
    private static List<String> java() {
        String program = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(program));
        Optional<String[]> own = ProcessHandle.current().info().arguments();
        own.ifPresent(arguments -> Arrays.stream(arguments)
                .takeWhile(argument -> argument.startsWith("-") && !argument.equals("-cp"))
                .filter(argument -> argument.startsWith("-X") || argument.startsWith("-D"))
                .filter(argument -> !argument.startsWith("-Dsurefire"))
                .forEach(command::add));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return command;
    }
}
