package dev.imas.nn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What every user of libtorch needs around it: a safe first load, lifetimes, and readable messages. */
public final class Torch {
    private static final int LONGEST_MESSAGE = 400;

    static {
        // The library must lie in JavaCPP's cache before the first class of libtorch loads: otherwise, with an empty
        // cache, the loader finds another libtorch of the system and the process dies.
        try {
            Loader.cacheResources(Torch.class, "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/libtorch_cpu.so");
        } catch (IOException e) {
            throw new UncheckedIOException("libtorch_cpu.so could not be unpacked into JavaCPP's cache folder", e);
        }
        Loader.load(torch.class);
    }

    private Torch() {
    }

    /** Loads libtorch (once); to be called before any of its classes is touched. */
    public static void load() {
        // the static block does it
    }

    /** The first line of a libtorch error, without its C++ trace. */
    public static String message(RuntimeException error) {
        String text = String.valueOf(error.getMessage());
        int trace = text.indexOf("\nException raised from");
        text = (trace < 0 ? text : text.substring(0, trace)).lines().findFirst().orElse("").strip();
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "...";
    }

    /** Runs an action without recording gradients on this thread, and restores the mode after it. */
    public static void withoutGradient(Runnable action) {
        boolean before = GradMode.is_enabled();
        GradMode.set_enabled(false);
        try {
            action.run();
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
    static Tensor owned(Supplier<Tensor> body) {
        try (PointerScope scope = new PointerScope()) {
            Tensor result = body.get();
            result.retainReference();
            return result;
        }
    }

    /** Turns the caller's reference to a tensor into one of the surrounding scope. */
    static Tensor adopt(Tensor owned) {
        PointerScope scope = PointerScope.getInnerScope();
        if (scope != null) {
            scope.attach(owned);
            owned.releaseReference();
        }
        return owned;
    }
}
