package dev.imas.augment;

import dev.imas.config.ImasConfig;
import java.util.List;
import java.util.function.DoubleSupplier;

/** The strong view: the weak view's picture after a few operations drawn with replacement. Method section 2. */
public final class StrongView {
    private static final StrongOperation[] OPERATIONS = StrongOperation.values();

    private StrongView() {
    }

    /**
     * {@code config.strongOps()} operations (with {@code strongRandomCount} a number drawn from 1..strongOps), each
     * equally probable. Draws, in this order: the number if it is random, one an operation to choose it, then each
     * one's magnitude when it is applied.
     *
     * @param weak    the weak view, not yet normalised; not changed, but the result itself when nothing changes
     * @param uniform draws in [0, 1)
     */
    public static RgbImage apply(RgbImage weak, ImasConfig.Augment config, DoubleSupplier uniform) {
        int count = config.strongOps();
        if (config.strongRandomCount() && count > 0) {
            count = Draw.integer(uniform, 1, count);
        }
        StrongOperation[] chosen = new StrongOperation[Math.max(0, count)];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = OPERATIONS[Draw.integer(uniform, 0, OPERATIONS.length - 1)];
        }
        return apply(weak, List.of(chosen), uniform);
    }

    /** The given operations in order; {@code uniform} is drawn for their magnitudes alone. */
    public static RgbImage apply(RgbImage weak, List<StrongOperation> operations, DoubleSupplier uniform) {
        RgbImage view = weak;
        for (StrongOperation operation : operations) {
            view = operation.apply(view, operation.magnitude(uniform));
        }
        return view;
    }
}
