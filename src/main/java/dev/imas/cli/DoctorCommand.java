package dev.imas.cli;

import dev.imas.device.Compute;
import dev.imas.device.Gpu;
import dev.imas.device.Torch;
import dev.imas.distributed.Group;
import dev.imas.kernels.Kernels;
import dev.imas.machine.CpuFeatures;
import dev.imas.machine.CudaLibraries;
import dev.imas.machine.CudaLibraries.Library;
import dev.imas.machine.CudaLibraries.Place;
import dev.imas.machine.FileView;
import dev.imas.machine.NvidiaDriver;
import dev.imas.verify.SelfTest;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/** {@code imas doctor}: what this machine and this build have, what they lack, and whether it computes. */
final class DoctorCommand implements Command {
    private static final double GIB = 1L << 30;
    private static final List<String> TELLING_FLAGS = List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16");

    private final FileView view;

    DoctorCommand() {
        this(FileView.ofThisMachine());
    }

    /** @param view what is told of the machine; what it computes with stays the same */
    DoctorCommand(FileView view) {
        this.view = view;
    }

    @Override
    public Manual manual() {
        return new Manual(
                "doctor",
                "tell what this machine and this build have and lack, and test every device",
                "doctor",
                "Takes some seconds. Exit status 0 when every usable device passes its test, 1 when one fails.\n");
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        PrintStream out = console.out();
        boolean torch = Torch.problem() == null;
        versions(out);
        machine(out, torch);
        CudaLibraries libraries = CudaLibraries.find(view);
        libraries(out, libraries);
        String gpuProblem = torch ? Compute.problem() : "libtorch does not load";
        gpus(out, gpuProblem, libraries);
        return selfTests(out, gpuProblem) ? 0 : Main.CHECK_FAILED;
    }

    private static void versions(PrintStream out) {
        fact(
                out,
                "imas",
                Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                        .orElse("(not packaged)"));
        fact(
                out,
                "java",
                System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + "), "
                        + System.getProperty("os.name") + " " + System.getProperty("os.version"));
        fact(out, "javacpp", version("javacpp"));
        fact(
                out,
                "libtorch",
                version("pytorch") + ", "
                        + (Torch.problem() == null ? libtorch() : "DOES NOT LOAD: " + Torch.problem()));
        fact(out, "processes", Torch.problem() == null ? processes() : "libtorch does not load");
        fact(out, "kernels", told(Kernels::buildInfo));
        fact(out, "", told(() -> Optional.ofNullable(Kernels.problem(Kernels.Backend.CUDA))
                .map(problem -> "CUDA kernels: " + problem)
                .orElse("CUDA kernels are there, and a device")));
    }

    /** What several processes exchange tensors with. */
    private static String processes() {
        if (!Torch.cudaBuild()) {
            return "Gloo for CPUs; NCCL for GPUs is not in this build";
        }
        String problem = Group.gpuProblem();
        return "Gloo for CPUs; NCCL for GPUs" + (problem == null ? "" : " DOES NOT LOAD: " + problem);
    }

    private static String libtorch() {
        if (!Context.hasCUDART()) {
            return Torch.cudaBuild() ? "CUDA build, its CUDA part is not loaded" : "CPU build";
        }
        long cuda = Context.versionCUDART();
        long cudnn = Context.hasCuDNN() ? Context.versionRuntimeCuDNN() : 0;
        return String.format(
                Locale.ROOT,
                "CUDA build, CUDA %d.%d, cuDNN %d.%d.%d",
                cuda / 1000,
                cuda % 1000 / 10,
                cudnn / 10000,
                cudnn / 100 % 100,
                cudnn % 100);
    }

    private void machine(PrintStream out, boolean libtorch) {
        CpuFeatures cpu = CpuFeatures.read();
        String flags = TELLING_FLAGS.stream().filter(cpu.flags()::contains).collect(Collectors.joining(" "));
        String capability = libtorch
                ? "; libtorch uses " + torch.get_cpu_capability().getString()
                        + (Torch.avoidsOneDnn() ? " without oneDNN, which fails where caches are hidden" : "")
                : "";
        fact(
                out,
                "processor",
                cpu.model() + ", " + Runtime.getRuntime().availableProcessors() + " cores; "
                        + (flags.isEmpty() ? "no AVX2" : flags) + capability);
        String policy = view.environment("OMP_WAIT_POLICY");
        fact(
                out,
                "threads",
                (libtorch ? torch.get_num_threads() + " for computing" : "not known") + ", OMP_WAIT_POLICY "
                        + (policy.isEmpty() ? "not set" : policy));
        fact(
                out,
                "memory",
                String.format(
                        Locale.ROOT,
                        "%.1f GiB, %.1f GiB free; Java heap at most %.1f GiB",
                        memory("MemTotal"),
                        memory("MemAvailable"),
                        Runtime.getRuntime().maxMemory() / GIB));
    }

    /** A value of /proc/meminfo in GiB, 0 if unknown. */
    private double memory(String key) {
        return view.lines("/proc/meminfo").stream()
                        .filter(line -> line.startsWith(key + ":"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                        .findFirst()
                        .orElse(0)
                / GIB;
    }

    private void libraries(PrintStream out, CudaLibraries libraries) {
        out.println();
        out.println(Torch.cudaBuild() ? "CUDA libraries" : "CUDA libraries (this build does not use them)");
        libraries.byPart().forEach((part, files) -> {
            List<String> missing = files.stream()
                    .filter(file -> !file.found())
                    .map(Library::name)
                    .toList();
            String folders = files.stream()
                    .filter(Library::found)
                    .map(Library::folder)
                    .distinct()
                    .collect(Collectors.joining(", "));
            String driver = part == CudaLibraries.Part.DRIVER
                    ? NvidiaDriver.version(view).map(v -> v + "  ").orElse("")
                    : "";
            fact(
                    out,
                    "  " + part.title(),
                    driver
                            + folders
                            + (missing.isEmpty()
                                    ? ""
                                    : (folders.isEmpty() ? "" : "; ") + "MISSING " + missing.get(0)
                                            + (missing.size() == 1 ? "" : " and " + (missing.size() - 1) + " more")));
        });
        if (!libraries.missing().isEmpty()) {
            fact(
                    out,
                    "  looked in",
                    libraries.searched().stream().map(DoctorCommand::place).collect(Collectors.joining("; ")));
            fact(out, "  to get them", libraries.hint());
        }
    }

    private static String place(Place place) {
        return place.name()
                + (place.folders().isEmpty()
                        ? " (nothing there)"
                        : " (" + place.folders().size() + (place.folders().size() == 1 ? " folder)" : " folders)"));
    }

    private void gpus(PrintStream out, String problem, CudaLibraries libraries) {
        out.println();
        // Without libtorch's CUDA part the classes that describe a GPU are not there.
        List<Gpu> gpus = Torch.problem() == null && Torch.cudaBuild() ? Gpu.all() : List.of();
        for (Gpu gpu : gpus) {
            fact(out, gpu.device(), described(gpu));
            Optional.ofNullable(Compute.problem(gpu.index())).ifPresent(why -> fact(out, "", "CANNOT BE USED: " + why));
        }
        if (!gpus.isEmpty()) {
            return;
        }
        fact(out, "GPU", "none can be used: " + problem);
        boolean driver = NvidiaDriver.version(view).isPresent()
                || libraries.libraries().get(0).found();
        if (driver && !Torch.cudaBuild()) {
            fact(out, "", "NVIDIA's driver is installed: IMAS_GPU=ON ./imas doctor builds with CUDA");
        }
    }

    private String described(Gpu gpu) {
        String driver = ", driver " + NvidiaDriver.version(view).orElse("unknown");
        if (gpu.name() == null) {
            return "its name is not known, since the bindings of CUDA's libraries do not load" + driver;
        }
        return String.format(
                        Locale.ROOT,
                        "%s, %.1f GiB, %.1f GiB free, compute capability %d.%d, %d multiprocessors",
                        gpu.name(),
                        gpu.memory() / GIB,
                        gpu.free() / GIB,
                        gpu.major(),
                        gpu.minor(),
                        gpu.multiprocessors())
                + driver;
    }

    /** Tests every device that can be used; false when one fails. */
    private static boolean selfTests(PrintStream out, String gpuProblem) {
        out.println();
        List<String> devices = new ArrayList<>(List.of("cpu"));
        if (gpuProblem == null) {
            Gpu.all().stream()
                    .filter(gpu -> Compute.problem(gpu.index()) == null)
                    .forEach(gpu -> devices.add(gpu.device()));
        }
        List<String> failed = new ArrayList<>();
        for (String device : devices) {
            boolean passed = Stream.of(
                                    test("kernels", () -> SelfTest.kernels(device)),
                                    Torch.problem() == null
                                            ? test("network", () -> SelfTest.network(device))
                                            : failed("network", "libtorch does not load"))
                            .filter(result -> {
                                fact(
                                        out,
                                        device,
                                        String.format(
                                                Locale.ROOT,
                                                "%-8s %-6s %s%s",
                                                result.part(),
                                                result.passed() ? "ok" : "FAILED",
                                                Double.isNaN(result.milliseconds())
                                                        ? ""
                                                        : String.format(
                                                                Locale.ROOT, "%.0f ms, ", result.milliseconds()),
                                                result.detail()));
                                return result.passed();
                            })
                            .count()
                    == 2;
            if (!passed) {
                failed.add(device);
            }
        }
        out.println(
                failed.isEmpty()
                        ? "every device that can be used works: " + String.join(", ", devices)
                        : "FAILED: " + String.join(", ", failed));
        return failed.isEmpty();
    }

    private static SelfTest.Result test(String part, Supplier<SelfTest.Result> test) {
        try {
            return test.get();
        } catch (RuntimeException | LinkageError e) {
            return failed(
                    part,
                    String.valueOf(e.getMessage())
                            .lines()
                            .findFirst()
                            .orElse(e.getClass().getSimpleName()));
        }
    }

    private static SelfTest.Result failed(String part, String why) {
        return new SelfTest.Result(part, false, Double.NaN, why);
    }

    /** What a library that may not load says of itself. */
    private static String told(Supplier<String> fact) {
        try {
            return fact.get();
        } catch (RuntimeException e) {
            return "DO NOT LOAD: " + e.getMessage();
        }
    }

    private static String version(String library) {
        try {
            return Loader.getVersion("org.bytedeco", library);
        } catch (IOException e) {
            return "unknown version";
        }
    }

    private static void fact(PrintStream out, String name, String value) {
        out.println(String.format(Locale.ROOT, "%-18s %s", name, value).stripTrailing());
    }
}
