package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * Where kernels run: the CPU, or a CUDA device and stream. What they compute is an {@link Operation}. Owns nothing:
 * outputs and workspace come from the caller, so there is nothing to close. Instances are immutable; any number of
 * threads may use one at once.
 */
public final class Kernels {
    /** Where kernels can run. */
    public enum Backend {
        CPU(Imas.IMAS_CPU),
        CUDA(Imas.IMAS_CUDA);

        private final int code;

        Backend(int code) {
            this.code = code;
        }
    }

    private final Backend backend;
    private final int device;
    private final long stream;
    private final Pointer streamHolder;

    private Kernels(Backend backend, int device, Pointer stream) {
        this.backend = backend;
        this.device = device;
        this.stream = Arguments.addressOf(stream);
        this.streamHolder = stream;
    }

    /** The CPU backend. */
    public static Kernels cpu() {
        requireLibrary();
        return new Kernels(Backend.CPU, 0, null);
    }

    /**
     * The CUDA backend on a device and stream (null: the default stream).
     *
     * @throws IllegalStateException when the CUDA library was not built, there is no such device, or the kernels have
     *                               no code for it; the message says which
     */
    public static Kernels cuda(int device, Pointer stream) {
        if (device < 0) {
            throw new IllegalArgumentException("device is " + device + ", expected a CUDA device number from 0");
        }
        String problem = problem(Backend.CUDA, device);
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
        return new Kernels(Backend.CUDA, device, stream);
    }

    /** True when the backend is built in and at least one device is usable. */
    public static boolean available(Backend backend) {
        requireLibrary();
        return Imas.imas_backend_available(backend.code) == 1;
    }

    /** Why a backend is not {@link #available}, in one line; null when it is. */
    public static String problem(Backend backend) {
        return available(backend) ? null : lastError();
    }

    /**
     * True when the kernels can run on this device. For CUDA the driver is asked whether they have machine code for it,
     * or PTX that it can translate; that prepares the device for use, which takes some hundred MB of its memory.
     *
     * @param device number from 0; for the CPU it means nothing
     */
    public static boolean available(Backend backend, int device) {
        requireLibrary();
        return Imas.imas_device_available(backend.code, device) == 1;
    }

    /** Why a device is not {@link #available(Backend, int)}, in one line; null when it is. */
    public static String problem(Backend backend, int device) {
        return available(backend, device) ? null : lastError();
    }

    /** Compute capability of a CUDA device, 10 * major + minor as in 75 for 7.5; 0 when it is not known. */
    public static int computeCapability(int device) {
        requireLibrary();
        return Imas.imas_cuda_capability(device);
    }

    /** The same kernels on another stream of the device (null: the default stream). */
    public Kernels onStream(Pointer stream) {
        return new Kernels(backend, device, stream);
    }

    /** One line: library version, compiler, instruction set in use, OpenMP. */
    public static String buildInfo() {
        requireLibrary();
        return Imas.imas_build_info().getString();
    }

    /** The instruction set that the CPU kernels use here: {@code baseline}, {@code AVX2} or {@code AVX-512}. */
    public static String instructionSet() {
        requireLibrary();
        return Imas.imas_cpu_instruction_set().getString();
    }

    /**
     * Whether this is a processor of AMD's that does not tell its caches, as in some virtual machines: there oneDNN
     * 3.7.1, which is within libtorch 2.10, crashes or computes convolutions of 1x1 taps wrongly. These kernels do not
     * ask for caches.
     */
    public static boolean cachesHidden() {
        requireLibrary();
        return Imas.imas_cpu_hides_caches() != 0;
    }

    /** Where these kernels run. */
    public Backend backend() {
        return backend;
    }

    /** This thread's block for the arguments of the next call, of the function that the checks name. */
    Arguments arguments(Checks checks) {
        return Arguments.of(checks, backend.code, device, stream);
    }

    /**
     * How many threads the CPU kernels of this process use, for all calls at once: a call computes on the thread that
     * makes it, and calls at the same time share {@code count - 1} helpers, so that threads which call at once do not
     * multiply. 1: each call on its own thread alone. 0, as at first: OpenMP's choice for every call
     * ({@code OMP_NUM_THREADS}, else one a core), however many there are. Results are the same bits. Calls under way go
     * on as they began. libtorch has a number of its own ({@code torch.set_num_threads}).
     *
     * @throws IllegalArgumentException for a negative or absurd number
     */
    public static void threads(int count) {
        requireLibrary();
        if (Imas.imas_set_threads(count) != Imas.IMAS_OK) {
            throw new IllegalArgumentException(lastError());
        }
    }

    /** What {@link #threads(int)} was given last; 0: OpenMP's choice. */
    public static int threads() {
        requireLibrary();
        return Imas.imas_threads();
    }

    /** The text of this thread's last error; empty when its last call succeeded. */
    static String lastError() {
        return Imas.imas_last_error().getString();
    }

    private static void requireLibrary() {
        Library.load();
    }

    /** Loads the native library once and remembers why that failed. */
    private static final class Library {
        private static final String PROBLEM = problem();

        static void load() {
            if (PROBLEM != null) {
                throw new IllegalStateException(PROBLEM);
            }
        }

        private static String problem() {
            try {
                int version = Imas.imas_abi_version();
                return version == Imas.IMAS_ABI_VERSION
                        ? null
                        : "the native kernels have ABI version " + version + ", expected " + Imas.IMAS_ABI_VERSION
                                + ": rebuild them";
            } catch (LinkageError e) {
                return "the native kernels do not load on " + Loader.Detector.getPlatform()
                        + " (built for linux-x86_64): " + e.getMessage();
            }
        }
    }
}
