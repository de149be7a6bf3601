package dev.imas.benchmarks;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What {@code imas bench} starts: JMH; with {@code --device} the kernels on a GPU against libtorch's operations there,
 * or on the CPU, which {@code benchmarks/kernels-cpu} calls with the machine's limits in their file.
 */
public final class Bench {
    private static final Set<String> QUESTIONS = Set.of("-h", "-l", "-lp", "-lprof", "-lrf");

    private Bench() {}

    public static void main(String[] arguments) throws IOException, RunnerException {
        List<String> rest = new ArrayList<>(List.of(arguments));
        try {
            Optional<String> asked = take(rest, "--device");
            Optional<String> out = take(rest, "--out");
            if (out.isPresent() && asked.isEmpty()) {
                throw new UserException("--out belongs to --device; JMH's own results go to -rff FILE");
            }
            if (asked.isEmpty() || rest.stream().anyMatch(QUESTIONS::contains)) {
                jmh(rest);
                return;
            }
            Compute compute = device(asked.get());
            KernelFiles files = new KernelFiles(Path.of(out.orElse(compute.cuda() ? "kernels-cuda" : "kernels-cpu")));
            if (!compute.cuda() && !Files.exists(files.limits())) {
                throw new UserException("--device: " + asked.get() + " means the CPU here, whose limits are not in "
                        + files.limits() + "; benchmarks/kernels-cpu measures both; expected cuda or cuda:INDEX");
            }
            kernels(compute, files, rest, "imas bench " + String.join(" ", arguments));
        } catch (UserException | CommandLineOptionException e) {
            System.err.println("imas: bench: " + e.getMessage());
            System.exit(2);
        } catch (IllegalStateException | RunnerException e) {
            System.err.println("imas: bench: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0); // libtorch's threads do not end by themselves
    }

    /** JMH as it is; for a GPU with the times of CUDA events, and not where there is none. */
    private static void jmh(List<String> arguments) throws IOException, RunnerException, CommandLineOptionException {
        List<String> all = new ArrayList<>(arguments);
        for (int i = 0; i + 1 < arguments.size(); i++) {
            if (arguments.get(i).equals("-p") && arguments.get(i + 1).startsWith("device=")) {
                String[] devices =
                        arguments.get(i + 1).substring("device=".length()).split(",");
                if (Arrays.stream(devices).anyMatch(name -> device(name).cuda())) {
                    all.addAll(List.of("-prof", DeviceTime.class.getName()));
                    System.out.println("On the GPU the score is the time of a call and of the waiting for it;"
                            + " deviceTime is what CUDA events measured.");
                }
            }
        }
        String[] line = all.toArray(String[]::new);
        CommandLineOptions parsed = new CommandLineOptions(line);
        if (arguments.stream().anyMatch(QUESTIONS::contains)) {
            org.openjdk.jmh.Main.main(line);
            return;
        }
        requireParameters(arguments, parsed);
        if (measured(parsed).isEmpty()) {
            throw new IllegalStateException("nothing could be measured; the lines above say why");
        }
    }

    /** JMH passes over a parameter that no benchmark has, and measures something else than was asked for. */
    private static void requireParameters(List<String> arguments, CommandLineOptions options) {
        Set<BenchmarkListEntry> chosen = BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                        options.getIncludes(),
                        options.getExcludes());
        Set<String> known = chosen.stream()
                .flatMap(benchmark -> benchmark.getParams().orElse(Map.of()).keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        for (int i = 0; i + 1 < arguments.size(); i++) {
            String name = arguments.get(i + 1).replaceFirst("=.*", "");
            if (arguments.get(i).equals("-p") && !chosen.isEmpty() && !known.contains(name)) {
                throw new UserException("-p " + arguments.get(i + 1) + ": the chosen benchmarks have no parameter "
                        + name + (known.isEmpty() ? "" : "; expected one of " + String.join(", ", known)));
            }
        }
    }

    private static Collection<RunResult> measured(CommandLineOptions options) throws RunnerException {
        try {
            return new Runner(options).run();
        } catch (NoBenchmarksException e) {
            throw new UserException(
                    "no benchmark fits " + String.join(" ", options.getIncludes()) + "; `imas bench -l` lists them", e);
        }
    }

    /** Removes an option with its value, {@code --name VALUE} or {@code --name=VALUE}. */
    private static Optional<String> take(List<String> arguments, String name) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).startsWith(name + "=")) {
                return Optional.of(arguments.remove(i).substring(name.length() + 1));
            }
            if (arguments.get(i).equals(name)) {
                if (i + 1 == arguments.size() || arguments.get(i + 1).startsWith("-")) {
                    throw new UserException(name + ": a value is missing behind it; `imas bench --help` tells which");
                }
                arguments.remove(i);
                return Optional.of(arguments.remove(i));
            }
        }
        return Optional.empty();
    }

    /** The device of a name; a UserException says why it cannot be used here. */
    private static Compute device(String name) {
        Torch.load();
        return Compute.of(name, Precision.FP32);
    }

    /** The kernels on one device, with their table. */
    private static void kernels(Compute compute, KernelFiles files, List<String> arguments, String command)
            throws IOException, RunnerException, CommandLineOptionException {
        CommandLineOptions options = new CommandLineOptions(arguments.toArray(String[]::new));
        requireParameters(arguments, options);
        List<Class<?>> wanted = wanted(options.getIncludes());
        if (files.out().toAbsolutePath().getParent() != null) {
            Files.createDirectories(files.out().toAbsolutePath().getParent());
        }
        if (compute.cuda()) {
            Files.writeString(files.limits(), CudaLimits.measure(compute) + "\n");
        }
        KernelRun run = new KernelRun(compute, files, options, command);
        List<String> leftOut = run.run(wanted);
        leftOut.forEach(pair -> System.err.println("imas: bench: left out: " + pair));
        if (!run.measuredAny()) {
            throw new IllegalStateException("nothing could be measured; the lines above say why");
        }
        System.out.println(files.table());
        if (!leftOut.isEmpty() && !DeviceClock.REHEARSAL) { // there a composition may fail
            throw new IllegalStateException("pairs of kernel and composition that are left out: " + leftOut.size());
        }
    }

    /** The benchmarks of kernels that fit the patterns, all where there are none. */
    private static List<Class<?>> wanted(List<String> patterns) {
        List<Class<?>> all = Arrays.stream(Kernel.values())
                .<Class<?>>map(kernel -> kernel.benchmark)
                .distinct()
                .toList();
        List<Class<?>> fitting = all.stream()
                .filter(benchmark ->
                        patterns.isEmpty() || patterns.stream().anyMatch(pattern -> fits(pattern, benchmark.getName())))
                .toList();
        if (fitting.isEmpty()) {
            throw new UserException("no kernel's benchmark fits " + String.join(" ", patterns) + "; there are "
                    + String.join(", ", all.stream().map(Class::getSimpleName).toList()));
        }
        return fitting;
    }

    private static boolean fits(String pattern, String name) {
        try {
            return Pattern.compile(pattern).matcher(name).find();
        } catch (PatternSyntaxException e) {
            throw new UserException("'" + pattern + "' is no regular expression: " + e.getDescription(), e);
        }
    }
}
