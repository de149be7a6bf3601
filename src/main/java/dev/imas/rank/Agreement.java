package dev.imas.rank;

import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.measure.ConfusionMatrix;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * How far two label maps of a picture agree: the IoUs of method 4, without its shares of confident pixels.
 *
 * @param classWeighted    classes weigh as their pixels do in either map; otherwise those that occur weigh the same
 * @param ignoreBackground class 0 has no weight, if classes are weighted
 */
public record Agreement(boolean classWeighted, boolean ignoreBackground) {
    /** As a run's gamma is formed. */
    public static Agreement of(Unsupervised settings) {
        return new Agreement(settings.classWeighted(), settings.ignoreBackground());
    }

    /**
     * The symmetric weighted IoU, in [0,1].
     *
     * @param maps pixels by the class in one map and in the other
     * @return 1 also where both maps hold nothing but a background that is ignored: they agree, whereas a gamma is 0
     *         there
     */
    public double of(ConfusionMatrix maps) {
        if (!classWeighted) {
            return IntStream.range(0, maps.classes())
                    .filter(maps::occurs)
                    .mapToDouble(maps::iou)
                    .average()
                    .orElse(1);
        }
        long one = pixels(maps, maps::truth);
        long other = pixels(maps, maps::predicted);
        return one + other == 0 ? 1 : (weighted(maps, maps::truth, one) + weighted(maps, maps::predicted, other)) / 2;
    }

    private long pixels(ConfusionMatrix maps, IntToLongFunction area) {
        return counted(maps).mapToLong(area::applyAsLong).sum();
    }

    private double weighted(ConfusionMatrix maps, IntToLongFunction area, long pixels) {
        return pixels == 0
                ? 0
                : counted(maps)
                        .mapToDouble(c -> maps.iou(c) * area.applyAsLong(c) / pixels)
                        .sum();
    }

    private IntStream counted(ConfusionMatrix maps) {
        return IntStream.range(ignoreBackground ? 1 : 0, maps.classes());
    }
}
