package dev.imas.common;

import java.util.List;

/** How every picture that a network sees is normalised: (value/255 - mean) / deviation, by channel (method 2). */
public final class Normalization {
    /** Means of R, G, B, of values in [0,1]: those of ImageNet. */
    public static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
    /** Standard deviations of R, G, B, of values in [0,1]. */
    public static final List<Double> STD = List.of(0.229, 0.224, 0.225);

    private Normalization() {}
}
