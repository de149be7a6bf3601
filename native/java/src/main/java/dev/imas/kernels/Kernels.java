package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The kernels of {@code native/include/imas.h} on one backend; shapes, types and meanings are documented there and
 * are the same here. Owns nothing: outputs and workspace come from the caller, so there is nothing to close.
 * Arguments that the C side refuses raise {@link IllegalArgumentException} with its message; a backend that is absent
 * or fails raises {@link IllegalStateException}. May be null: the arguments whose C documentation says NULL.
 * Instances are immutable; any number of threads may call at once.
 */
public final class Kernels {
    /** The order of the constants is not part of the interface; {@link #code()} is. */
    public enum GammaVersion {
        V1(Imas.IMAS_GAMMA_V1), V2(Imas.IMAS_GAMMA_V2);

        private final int code;

        GammaVersion(int code) {
            this.code = code;
        }

        /** The number in the C interface. */
        public int code() {
            return code;
        }
    }

    /** Plain cross-entropy, or online hard example mining. */
    public enum SupervisedKind {
        CE(Imas.IMAS_CE), OHEM(Imas.IMAS_OHEM);

        private final int code;

        SupervisedKind(int code) {
            this.code = code;
        }

        /** The number in the C interface. */
        public int code() {
            return code;
        }
    }

    /** Where kernels can run. */
    public enum Backend {
        CPU(Imas.IMAS_CPU), CUDA(Imas.IMAS_CUDA);

        private final int code;

        Backend(int code) {
            this.code = code;
        }

        /** The number in the C interface. */
        public int code() {
            return code;
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
     * @throws IllegalStateException when the CUDA library was not built or no device is usable; the message says which
     */
    public static Kernels cuda(int device, Pointer stream) {
        if (device < 0) {
            throw new IllegalArgumentException("device is " + device + ", expected a CUDA device number from 0");
        }
        String problem = problem(Backend.CUDA);
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
        return new Kernels(Backend.CUDA, device, stream);
    }

    /** True when the backend is built in and a device is usable. */
    public static boolean available(Backend backend) {
        requireLibrary();
        return Imas.imas_backend_available(backend.code()) == 1;
    }

    /** Why a backend is not {@link #available}, in one line; null when it is. */
    public static String problem(Backend backend) {
        return available(backend) ? null : lastError();
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

    /** Where these kernels run. */
    public Backend backend() {
        return backend;
    }

    public long pseudoLabelWorkspace(TensorView student, TensorView labels) {
        Arguments a = arguments();
        return bytes(a, Imas.imas_pseudo_label_workspace(a.backend, a.view(student), a.view(labels)));
    }

    public void pseudoLabel(TensorView student, TensorView teacher, float threshold, TensorView labels, TensorView confidence, TensorView counts, Pointer workspace, long workspaceBytes) {
        Arguments a = arguments();
        check(a, Imas.imas_pseudo_label(a.backend, a.view(student), a.view(teacher), threshold, a.view(labels), a.view(confidence), a.view(counts), Arguments.raw(workspace), workspaceBytes));
    }

    public void gamma(TensorView counts, long pixels, GammaVersion version, boolean classWeighted, boolean ignoreBackground, TensorView parts, TensorView pairing, TensorView mean) {
        Arguments a = arguments();
        check(a, Imas.imas_gamma(a.backend, a.view(counts), pixels, required("version", version).code(), classWeighted ? 1 : 0, ignoreBackground ? 1 : 0, a.view(parts), a.view(pairing), a.view(mean)));
    }

    public void composeBatch(TensorView labeled, TensorView weak, TensorView strong, TensorView gamma, TensorView pairing, TensorView boxes, boolean includeWeak, TensorView labels, TensorView confidence, TensorView batch, TensorView mixedLabels, TensorView mixedConfidence) {
        Arguments a = arguments();
        check(a, Imas.imas_compose_batch(a.backend, a.view(labeled), a.view(weak), a.view(strong), a.view(gamma), a.view(pairing), a.view(boxes), includeWeak ? 1 : 0, a.view(labels), a.view(confidence), a.view(batch), a.view(mixedLabels), a.view(mixedConfidence)));
    }

    public long consistencyLossWorkspace(TensorView logits, TensorView labels) {
        Arguments a = arguments();
        return bytes(a, Imas.imas_consistency_loss_workspace(a.backend, a.view(logits), a.view(labels)));
    }

    public void consistencyLoss(TensorView logits, TensorView labels, TensorView confidence, float threshold, TensorView weight, float gradScale, TensorView loss, TensorView grad, Pointer workspace, long workspaceBytes) {
        Arguments a = arguments();
        check(a, Imas.imas_consistency_loss(a.backend, a.view(logits), a.view(labels), a.view(confidence), threshold, a.view(weight), gradScale, a.view(loss), a.view(grad), Arguments.raw(workspace), workspaceBytes));
    }

    public long supervisedLossWorkspace(TensorView logits, TensorView labels, SupervisedKind kind) {
        Arguments a = arguments();
        return bytes(a, Imas.imas_supervised_loss_workspace(a.backend, a.view(logits), a.view(labels), required("kind", kind).code()));
    }

    public void supervisedLoss(TensorView logits, TensorView labels, SupervisedKind kind, float thresh, long minKept, float gradScale, TensorView loss, TensorView kept, TensorView grad, Pointer workspace, long workspaceBytes) {
        Arguments a = arguments();
        check(a, Imas.imas_supervised_loss(a.backend, a.view(logits), a.view(labels), required("kind", kind).code(), thresh, minKept, gradScale, a.view(loss), a.view(kept), a.view(grad), Arguments.raw(workspace), workspaceBytes));
    }

    /** The numbers of elements are those later given to {@link #emaUpdate}. */
    public long emaUpdateWorkspace(long[] numel) {
        Arguments a = arguments();
        return bytes(a, Imas.imas_ema_update_workspace(a.backend, required("numel", numel).length, numel));
    }

    /**
     * teacher and student: host arrays of {@code numel.limit()} data pointers. (When filling them, mind that JavaCPP's
     * {@code put} adds the position of a pointer in bytes: put pointers at position 0.)
     */
    public void emaUpdate(PointerPointer<?> teacher, PointerPointer<?> student, LongPointer numel, float decay, Pointer workspace, long workspaceBytes) {
        long count = required("numel", numel).limit() - numel.position();
        requireEntries("teacher", teacher, count);
        requireEntries("student", student, count);
        Arguments a = arguments();
        check(a, Imas.imas_ema_update(a.backend, count, teacher, student, numel, decay, Arguments.raw(workspace), workspaceBytes));
    }

    public long confusionWorkspace(TensorView logits, TensorView truth) {
        Arguments a = arguments();
        return bytes(a, Imas.imas_confusion_workspace(a.backend, a.view(logits), a.view(truth)));
    }

    public void confusion(TensorView logits, TensorView truth, TensorView counts, Pointer workspace, long workspaceBytes) {
        Arguments a = arguments();
        check(a, Imas.imas_confusion(a.backend, a.view(logits), a.view(truth), a.view(counts), Arguments.raw(workspace), workspaceBytes));
    }

    private Arguments arguments() {
        return Arguments.of(backend.code(), device, stream);
    }

    private static void check(Arguments arguments, int status) {
        arguments.release();
        if (status == Imas.IMAS_OK) {
            return;
        }
        String message = lastError();
        if (status == Imas.IMAS_ERROR_ARGUMENT || status == Imas.IMAS_ERROR_WORKSPACE) {
            throw new IllegalArgumentException(message);
        }
        throw new IllegalStateException(message);
    }

    /** A workspace size; a refused query returns 0 and leaves its reason. */
    private static long bytes(Arguments arguments, long size) {
        arguments.release();
        if (size == 0) {
            String message = lastError();
            if (!message.isEmpty()) {
                throw new IllegalArgumentException(message);
            }
        }
        if (size < 0) {
            throw new IllegalArgumentException("a workspace for these shapes does not fit into memory");
        }
        return size;
    }

    private static String lastError() {
        return Imas.imas_last_error().getString();
    }

    private static <T> T required(String name, T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing (null)");
        }
        return value;
    }

    private static void requireEntries(String name, PointerPointer<?> pointers, long count) {
        long entries = required(name, pointers).limit() - pointers.position();
        if (entries < count) {
            throw new IllegalArgumentException("imas_ema_update: " + name + " has " + entries + " pointers, numel has " + count);
        }
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
                return version == Imas.IMAS_ABI_VERSION ? null : "the native kernels have ABI version " + version + ", expected " + Imas.IMAS_ABI_VERSION + ": rebuild them";
            } catch (LinkageError e) {
                return "the native kernels do not load on " + Loader.Detector.getPlatform() + " (built for linux-x86_64): " + e.getMessage();
            }
        }
    }
}
