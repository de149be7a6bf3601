package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * teacher = decay * teacher + (1 - decay) * student, for all tensors of a network in one call: {@code imas_ema_update}
 * (docs/method.md 3.8). There are as many tensors as {@code numel} has entries from its position to its limit.
 * (When filling the lists of pointers, mind that JavaCPP's {@code put} adds the position of a pointer in bytes: put
 * pointers at position 0.)
 *
 * @param teacher in and out, list in host memory of the addresses of contiguous f32 data
 * @param student list like the teacher's
 * @param numel   elements of each tensor, in host memory
 * @param decay   0 to 1; 0 copies the student
 */
public record EmaUpdate(PointerPointer<?> teacher, PointerPointer<?> student, LongPointer numel, float decay)
        implements Operation {
    private static final Checks CHECKS = new Checks("imas_ema_update");

    public EmaUpdate {
        CHECKS.present("teacher", teacher);
        CHECKS.present("student", student);
        CHECKS.present("numel", numel);
        count(teacher, student, numel);
    }

    /** The same tensors with another decay. */
    public EmaUpdate withDecay(float other) {
        return new EmaUpdate(teacher, student, numel, other);
    }

    @Override
    public long workspaceBytes(Kernels kernels) {
        long count = count(teacher, student, numel);
        Arguments a = kernels.arguments(CHECKS);
        return a.bytes(Imas.imas_ema_update_workspace(a.backend, count, numel));
    }

    @Override
    public void run(Kernels kernels, Pointer workspace, long workspaceBytes) {
        long count = count(teacher, student, numel);
        Arguments a = kernels.arguments(CHECKS);
        a.check(Imas.imas_ema_update(
                a.backend,
                count,
                teacher,
                student,
                numel,
                decay,
                a.workspace(workspace, workspaceBytes),
                workspaceBytes));
    }

    /**
     * The number of tensors; limits of pointers can change, so it is asked at every call. None at all would be a call
     * that does nothing: numel came from elsewhere, and its limit was forgotten.
     */
    private static long count(PointerPointer<?> teacher, PointerPointer<?> student, LongPointer numel) {
        long count = entries(numel);
        if (count < 1) {
            throw new IllegalArgumentException(CHECKS.function() + ": numel has no entry between its position and its"
                    + " limit, expected one a tensor (set the limit of a pointer that was not allocated here)");
        }
        requireEntries("teacher", teacher, count);
        requireEntries("student", student, count);
        return count;
    }

    private static void requireEntries(String name, Pointer pointers, long count) {
        if (entries(pointers) < count) {
            throw new IllegalArgumentException(
                    CHECKS.function() + ": " + name + " has " + entries(pointers) + " pointers, numel has " + count);
        }
    }

    private static long entries(Pointer pointer) {
        return Math.max(0, Room.elements(pointer));
    }
}
