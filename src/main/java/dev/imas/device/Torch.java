package dev.imas.device;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.kernels.Kernels;
import dev.imas.machine.CudaLibraries;
import dev.imas.machine.FileView;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What every user of libtorch needs around it: a safe first load, lifetimes, and readable messages. */
public final class Torch {
    private static final int LONGEST_MESSAGE = 400;
    private static final String NATIVES = "/org/bytedeco/pytorch/" + Loader.Detector.getPlatform();
    /** Where JavaCPP looks for libraries before its own places. */
    private static final String PRELOAD_PATH = "org.bytedeco.javacpp.platform.preloadpath";

    private static final boolean CUDA_BUILD = Torch.class.getResource(NATIVES + "-gpu/libtorch_cuda.so") != null;
    /** Set by the first load, so before its outcome and without a value of its own. */
    private static boolean withoutOneDnn;

    /** Why libtorch did not load, or null. */
    private static final String PROBLEM = firstLoad();

    private Torch() {}

    /** Version of its bindings, which begins with that of libtorch: 2.10.0-1.5.13. */
    public static String bindings() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it lies beside the classes
        }
    }

    /** Version of libtorch, such as 2.10.0. */
    public static String version() {
        return bindings().replaceFirst("-.*", "");
    }

    /**
     * The CUDA build links against libraries of the machine, libtorch_cpu too; they are found here, since the dynamic
     * linker knows neither CUDA's own folder nor Python's wheels.
     */
    private static String firstLoad() {
        if (CUDA_BUILD && System.getProperty(PRELOAD_PATH) == null) {
            System.setProperty(
                    PRELOAD_PATH,
                    String.join(
                            File.pathSeparator,
                            CudaLibraries.find(FileView.ofThisMachine()).folders()));
        }
        // The libraries must lie in JavaCPP's cache before the first class of libtorch loads: otherwise, with an empty
        // cache, the loader finds another libtorch of the system and the process dies.
        try {
            for (String library :
                    CUDA_BUILD ? List.of("c10", "c10_cuda", "torch_cpu", "torch_cuda") : List.of("torch_cpu")) {
                Loader.cacheResources(Torch.class, NATIVES + (CUDA_BUILD ? "-gpu" : "") + "/lib" + library + ".so");
            }
        } catch (IOException e) {
            return "it cannot be unpacked into JavaCPP's cache folder (" + FileProblem.of(e)
                    + "); free space in ~/.javacpp, or name another folder with "
                    + "IMAS_JAVA_OPTIONS=-Dorg.bytedeco.javacpp.cachedir=DIR";
        }
        if (!CUDA_BUILD) {
            NativeSearch.shorten();
        }
        try {
            Loader.load(torch.class);
            avoidWhatFailsHere();
            return null;
        } catch (LinkageError e) {
            String missing = missingLibraries();
            return (missing.isEmpty() ? "" : "this is its CUDA build, which lacks " + missing + ": ")
                    + firstLine(root(e));
        }
    }

    private static void avoidWhatFailsHere() {
        // On processors that it does not know NNPACK does nothing but warn, in every convolution.
        torch.globalContext().setUserEnabledNNPACK(false);
        try {
            if (Kernels.cachesHidden()) {
                torch.globalContext().setUserEnabledMkldnn(false);
                withoutOneDnn = true;
                countCores();
            }
            if (withoutOneDnn || Convolutions.faster()) {
                leaveOpenBlasOneThread();
            }
        } catch (IllegalStateException e) {
            // No kernels here, and nobody to ask: their own first call says why.
        }
    }

    /** A machine that hides caches may hide its cores, too: libtorch finds one then and would compute on it alone. */
    private static void countCores() {
        boolean chosen = System.getenv("OMP_NUM_THREADS") != null || System.getenv("MKL_NUM_THREADS") != null;
        if (!chosen && torch.get_num_threads() == 1) {
            torch.set_num_threads(Runtime.getRuntime().availableProcessors());
        }
    }

    /**
     * libtorch's threads each multiply matrices of their own, for a part of an attention or, without oneDNN, for an
     * image of a convolution; those of OpenBLAS, called from several at once, would wait for each other: an attention
     * over hundreds of tokens is ten times as fast with one. What libtorch multiplies from one thread, linear layers,
     * is the kernels' where they are faster.
     */
    private static void leaveOpenBlasOneThread() {
        if (System.getenv("OPENBLAS_NUM_THREADS") == null) {
            OpenBlas.useThreads(1);
        }
    }

    /** Whether libtorch leaves convolutions to oneDNN. */
    public static boolean usesOneDnn() {
        load();
        return torch.hasMKLDNN() && torch.globalContext().userEnabledMkldnn();
    }

    /**
     * Whether oneDNN was switched off as this machine hides its processor's caches: it computes wrong numbers then, or
     * ends the process ({@link Kernels#cachesHidden}).
     */
    public static boolean avoidsOneDnn() {
        load();
        return withoutOneDnn;
    }

    /**
     * Loads libtorch (once); to be called before any of its classes is touched.
     *
     * @throws UserException when it does not load, with the reason in one line
     */
    public static void load() {
        if (PROBLEM != null) {
            throw new UserException("libtorch does not load: " + PROBLEM + "; `imas doctor` tells what is needed"
                    + (CUDA_BUILD ? ", IMAS_GPU=OFF ./imas builds without CUDA" : ""));
        }
    }

    /** Why libtorch does not load, in a part of a sentence; null when it does. */
    public static String problem() {
        return PROBLEM;
    }

    /** Whether the CUDA build is on the class path, loadable or not. */
    public static boolean cudaBuild() {
        return CUDA_BUILD;
    }

    /** Why CUDA cannot be used, in a part of a sentence; null when libtorch sees a GPU. */
    public static String cudaProblem() {
        load();
        if (torch.hasCUDA()) {
            return null;
        }
        if (Context.hasCUDART()) {
            return "libtorch finds no GPU (" + cudaError() + ")";
        }
        return CUDA_BUILD
                ? "libtorch's CUDA part does not load" + lacking()
                : "this build has libtorch without CUDA (./imas builds with CUDA where NVIDIA's driver "
                        + "is installed, `mvn -Pgpu package` anywhere)";
    }

    private static String cudaError() {
        try {
            torch.globalContext().lazyInitDevice(torch.DeviceType.CUDA);
            return "no device";
        } catch (RuntimeException e) {
            return message(e);
        }
    }

    private static String lacking() {
        String missing = missingLibraries();
        return missing.isEmpty() ? "" : ": it lacks " + missing;
    }

    /** Those that the CUDA build loads; without the driver, which computing on the CPU does not need. */
    private static String missingLibraries() {
        return CUDA_BUILD
                ? CudaLibraries.find(FileView.ofThisMachine()).missing().stream()
                        .map(library -> library.part())
                        .filter(part -> part != CudaLibraries.Part.DRIVER)
                        .map(CudaLibraries.Part::title)
                        .distinct()
                        .collect(Collectors.joining(", "))
                : "";
    }

    private static String root(Throwable error) {
        return error.getCause() == null ? error.getMessage() : root(error.getCause());
    }

    /** The first line of a libtorch error, without its C++ trace. */
    public static String message(RuntimeException error) {
        return firstLine(error.getMessage());
    }

    private static String firstLine(String message) {
        String text = String.valueOf(message);
        int trace = text.indexOf("\nException raised from");
        text = (trace < 0 ? text : text.substring(0, trace))
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "...";
    }

    /** Runs an action without recording gradients on this thread, and restores the mode after it. */
    public static void withoutGradient(Runnable action) {
        withoutGradient(() -> {
            action.run();
            return null;
        });
    }

    /** As {@link #withoutGradient(Runnable)} for a computation with a result. */
    public static <T> T withoutGradient(Supplier<T> body) {
        return withGradient(false, body);
    }

    /** Whether gradients are recorded on this thread. */
    public static boolean recordsGradients() {
        return GradMode.is_enabled();
    }

    /** Runs a computation recording gradients on this thread or not, and restores the mode after it. */
    static <T> T withGradient(boolean recorded, Supplier<T> body) {
        boolean before = GradMode.is_enabled();
        GradMode.set_enabled(recorded);
        try {
            return body.get();
        } finally {
            GradMode.set_enabled(before);
        }
    }

    /**
     * Runs a computation in a PointerScope of its own: everything it made is released but its result, which belongs
     * to the surrounding scope (or, without one, to the caller, who closes it).
     */
    public static Tensor scoped(Supplier<Tensor> body) {
        return adopt(owned(body));
    }

    /** As {@link #scoped}, but the result carries one reference of the caller's and is in no scope. */
    public static Tensor owned(Supplier<Tensor> body) {
        try (PointerScope scope = new PointerScope()) {
            Tensor result = body.get();
            result.retainReference();
            return result;
        }
    }

    /** Turns the caller's reference to a tensor into one of the surrounding scope. */
    public static Tensor adopt(Tensor owned) {
        PointerScope scope = PointerScope.getInnerScope();
        if (scope != null) {
            scope.attach(owned);
            owned.releaseReference();
        }
        return owned;
    }
}
