package dev.imas.plan;

import dev.imas.common.UserException;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Looks at some of a data set's pictures and masks, spread over the lists. */
public final class Survey {
    private static final int MASKS = 24;
    private static final int PICTURES = 12;

    private final LongSupplier nanoTime;
    private final List<ImageSize> sizes = new ArrayList<>();
    private final ClassShapes shapes;
    private long decoding;
    private int decoded;

    private Survey(int classes, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.shapes = new ClassShapes(classes);
    }

    /**
     * The facts of a data set.
     *
     * @param nanoTime the time, as System.nanoTime gives it
     */
    public static DataFacts of(Dataset data, LongSupplier nanoTime) {
        Survey survey = new Survey(data.classNames().size(), nanoTime);
        survey.masks(data.labeled());
        survey.pictures(data.labeled());
        survey.pictures(data.unlabeled());
        return new DataFacts(
                data.labeled().size(),
                data.unlabeled().size(),
                data.validation().size(),
                survey.sizes,
                survey.shapes.thinnest(),
                survey.shapes.thickest(),
                survey.shapes.anyWayUp(),
                survey.decoding / 1e9 / Math.max(1, survey.decoded));
    }

    private void masks(ImageSource labeled) {
        some(labeled, MASKS).forEach(i -> {
            LabelMap mask = labeled.mask(i);
            sizes.add(new ImageSize(mask.width(), mask.height()));
            shapes.add(mask);
        });
    }

    private void pictures(ImageSource source) {
        some(source, PICTURES).forEach(i -> {
            long start = nanoTime.getAsLong();
            Picture image;
            try {
                image = source.image(i);
            } catch (UserException e) {
                return; // a plan can do without it; who trains is told
            }
            decoding += nanoTime.getAsLong() - start;
            decoded++;
            sizes.add(new ImageSize(image.width(), image.height()));
        });
    }

    /** Places spread evenly over a list, at most so many. */
    private static IntStream some(ImageSource source, int most) {
        int count = Math.min(most, source.size());
        return IntStream.range(0, count).map(i -> (int) ((long) i * source.size() / count));
    }
}
