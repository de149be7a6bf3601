package dev.imas.augment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The strong view of UniMatch V2 (docs/dino.md): with probability 0.8 brightness, contrast and saturation by factors
 * in [0.5,1.5] and hue by up to a quarter of the circle, in a random order; then with 0.2 grey; then with 0.5 a blur.
 */
final class Jitter {
    private static final double JITTER = 0.8;
    private static final double GREY = 0.2;
    private static final double BLUR = 0.5;
    private static final double LEAST_FACTOR = 0.5;
    private static final double LARGEST_FACTOR = 1.5;
    private static final double HUE = 0.25;

    private Jitter() {}

    /** Grey is colour by a factor of 0. */
    static List<DrawnOperation> draw(DoubleSupplier uniform) {
        List<DrawnOperation> drawn = new ArrayList<>();
        if (uniform.getAsDouble() < JITTER) {
            drawn.addAll(colours(uniform));
        }
        if (uniform.getAsDouble() < GREY) {
            drawn.add(new DrawnOperation(StrongOperation.COLOR, 0));
        }
        if (uniform.getAsDouble() < BLUR) {
            double sigma = Draw.between(uniform, StrongOperation.BLUR.lo(), StrongOperation.BLUR.hi());
            drawn.add(new DrawnOperation(StrongOperation.BLUR, sigma));
        }
        return List.copyOf(drawn);
    }

    private static List<DrawnOperation> colours(DoubleSupplier uniform) {
        List<DrawnOperation> colours = new ArrayList<>();
        for (StrongOperation operation :
                List.of(StrongOperation.BRIGHTNESS, StrongOperation.CONTRAST, StrongOperation.COLOR)) {
            colours.add(new DrawnOperation(operation, Draw.between(uniform, LEAST_FACTOR, LARGEST_FACTOR)));
        }
        colours.add(new DrawnOperation(StrongOperation.HUE, Draw.between(uniform, -HUE, HUE)));
        for (int i = colours.size() - 1; i > 0; i--) {
            Collections.swap(colours, i, Draw.integer(uniform, 0, i));
        }
        return colours;
    }
}
