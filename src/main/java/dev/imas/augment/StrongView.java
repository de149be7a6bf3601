package dev.imas.augment;

import dev.imas.config.ImasConfig;
import dev.imas.image.FloatImage;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** The strong view: the weak view's picture after a few operations drawn with replacement. Method section 2. */
public final class StrongView {
    private static final StrongOperation[] OPERATIONS = StrongOperation.values();

    private StrongView() {}

    /**
     * What {@code config.strong()} says. OPERATIONS: {@code config.strongOps()} operations (with
     * {@code strongRandomCount} a number drawn from 1..strongOps), each
     * equally probable. Draws, in this order: the number if it is random, one an operation to choose it, then each
     * one's magnitude. JITTER: see {@link Jitter}.
     *
     * @param uniform draws in [0, 1)
     */
    public static List<DrawnOperation> draw(ImasConfig.Augment config, DoubleSupplier uniform) {
        if (config.strong() == ImasConfig.StrongKind.JITTER) {
            return Jitter.draw(uniform);
        }
        int count = config.strongOps();
        if (config.strongRandomCount() && count > 0) {
            count = Draw.integer(uniform, 1, count);
        }
        List<StrongOperation> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(OPERATIONS[Draw.integer(uniform, 0, OPERATIONS.length - 1)]);
        }
        return draw(chosen, uniform);
    }

    /** The given operations in order; {@code uniform} is drawn for their magnitudes alone. */
    public static List<DrawnOperation> draw(List<StrongOperation> operations, DoubleSupplier uniform) {
        return operations.stream()
                .map(operation -> new DrawnOperation(operation, operation.magnitude(uniform)))
                .toList();
    }

    /**
     * The weak view, not yet normalised, after the operations; it is not changed, but the result itself when nothing
     * changes.
     */
    public static RgbImage apply(RgbImage weak, List<DrawnOperation> operations) {
        RgbImage view = weak;
        for (DrawnOperation drawn : operations) {
            view = drawn.operation().apply(view, drawn.magnitude());
        }
        return view;
    }

    /** As {@link #apply(RgbImage, List)}, of either kind of picture. */
    public static Picture apply(Picture weak, List<DrawnOperation> operations) {
        return weak instanceof FloatImage image ? apply(image, operations) : apply((RgbImage) weak, operations);
    }

    /** As {@link #apply(RgbImage, List)}, of channels: each by itself, hue and colour change nothing. */
    public static FloatImage apply(FloatImage weak, List<DrawnOperation> operations) {
        FloatImage view = weak;
        for (DrawnOperation drawn : operations) {
            view = drawn.operation().apply(view, drawn.magnitude());
        }
        return view;
    }
}
