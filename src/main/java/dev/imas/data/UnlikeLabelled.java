package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.image.Appearance;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Pictures of a kind that no labelled one is of, by their looks: what no mask teaches is seldom segmented right, and
 * pseudo-labels of it teach what is wrong.
 */
final class UnlikeLabelled {
    /** So many pictures of each list are looked at, evenly spread; */
    private static final int MOST = 200;
    /** fewer where they are so large that together they take more bytes than this while they are read, */
    private static final long BYTES = 1_000_000_000;
    /** but some. */
    private static final int LEAST = 20;
    /** A picture that stands for a kind brings all others nearer by this share of their distance. */
    private static final double LEAST_GAIN = 0.5;
    /** Pictures of its kind are so many times as near to it as to any labelled one. */
    private static final double NEARER = 2;

    /** What differs less from a labelled one is alike, however near others are: 1 lies between black and white. */
    private static final double LEAST_DISTANCE = 0.05;

    private static final int LEAST_PICTURES = 2;
    /** Of this part of the heap, or more, a picture is not opened for its looks. */
    private static final int LARGE = 8;

    private UnlikeLabelled() {}

    /** A picture, and what it looks like. */
    private record Seen(ImageSource source, int picture, Appearance looks) {}

    /** What is worth telling of a data set whose pictures can be read; those that cannot are passed over. */
    static Optional<Finding> of(Dataset data) {
        List<Appearance> labeled =
                seen(data.labeled()).stream().map(Seen::looks).toList();
        List<Seen> unlabeled = seen(data.unlabeled());
        List<Seen> validation = seen(data.validation());
        List<Seen> others = IntStream.range(0, unlabeled.size() + validation.size())
                .mapToObj(i -> i < unlabeled.size() ? unlabeled.get(i) : validation.get(i - unlabeled.size()))
                .toList();
        if (labeled.isEmpty() || others.isEmpty()) {
            return Optional.empty();
        }
        Coverage.Step step = new Coverage(others.stream().map(Seen::looks).toList(), labeled).next();
        if (step.gain() < LEAST_GAIN) {
            return Optional.empty();
        }
        Appearance kind = others.get(step.picture()).looks();
        List<Seen> alike = others.stream()
                .filter(seen -> {
                    double labelled = labeled.stream()
                            .mapToDouble(seen.looks()::distance)
                            .min()
                            .orElseThrow();
                    return labelled >= LEAST_DISTANCE && NEARER * seen.looks().distance(kind) < labelled;
                })
                .toList();
        return alike.size() < LEAST_PICTURES
                ? Optional.empty()
                : Optional.of(finding(data, alike, unlabeled, validation));
    }

    private static List<Seen> seen(ImageSource source) {
        if (source.size() == 0) {
            return List.of();
        }
        long most = Math.max(LEAST, Math.min(MOST, BYTES / Math.max(1, source.memory(source.size() / 2))));
        long step = Math.max(1, (source.size() + most - 1) / most);
        return IntStream.range(0, source.size())
                .filter(i ->
                        i % step == 0 && source.memory(i) < Runtime.getRuntime().maxMemory() / LARGE)
                .parallel()
                .mapToObj(i -> seen(source, i))
                .filter(Objects::nonNull)
                .toList();
    }

    private static Seen seen(ImageSource source, int picture) {
        try {
            return new Seen(source, picture, Appearance.of(source.image(picture)));
        } catch (UserException e) {
            return null; // told by whoever needs it
        }
    }

    private static Finding finding(Dataset data, List<Seen> alike, List<Seen> unlabeled, List<Seen> validation) {
        String watched = counted(alike, data.unlabeled(), unlabeled, "unlabelled");
        String measured = counted(alike, data.validation(), validation, "validation");
        Seen first = alike.get(0);
        return Finding.warning(watched + (watched.isEmpty() || measured.isEmpty() ? "" : " and ") + measured
                + " pictures look unlike every labelled one, such as "
                + first.source().files(first.picture()).get(0)
                + "; what no mask shows is seldom segmented right: annotate one or two of them (imas rank --data says"
                + " which pictures stand for the others)");
    }

    /** How many of those that were looked at, or nothing. */
    private static String counted(List<Seen> alike, ImageSource source, List<Seen> looked, String what) {
        long count = alike.stream().filter(seen -> seen.source() == source).count();
        return count == 0 ? "" : count + " of " + looked.size() + " " + what;
    }
}
