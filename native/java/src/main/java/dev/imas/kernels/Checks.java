package dev.imas.kernels;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What an argument record looks at when it is made, in the words of {@code native/src/argument.cpp}: whether a view is
 * there and has the right element type. All else is left to C, which checks these again.
 */
record Checks(String function) {
    private static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.BF16, DType.F16);

    /** An argument that must be there. */
    void present(String name, Object argument) {
        if (argument == null) {
            throw new IllegalArgumentException(function + ": " + name + " is missing (null)");
        }
    }

    /** A view that must be there, of logits, images or a gradient. */
    void floats(String name, TensorView view) {
        present(name, view);
        if (!FLOATS.contains(view.dtype())) {
            refuse(name, view.dtype(), "f32, bf16 or f16");
        }
    }

    /** A view that must be there, of one type. */
    void type(DType expected, String name, TensorView view) {
        present(name, view);
        if (view.dtype() != expected) {
            refuse(name, view.dtype(), nameOf(expected));
        }
    }

    private void refuse(String name, DType found, String expected) {
        throw new IllegalArgumentException(
                function + ": " + name + " has dtype " + found.code + " (" + nameOf(found) + "), expected " + expected);
    }

    private static String nameOf(DType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
