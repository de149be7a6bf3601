package dev.imas.data;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.image.Appearance;
import dev.imas.image.DecodingRoom;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Pictures of a kind that no labelled one is of, by their looks: those that no chain of pictures leads to from a
 * labelled one, each of which looks nearly like the one before. What no mask teaches is seldom segmented right, and
 * pseudo-labels of it teach what is wrong.
 */
final class UnlikeLabelled {
    /** Two pictures of a chain differ by less; 1 lies between black and white. */
    private static final double STEP = 0.12;

    private static final int LEAST_PICTURES = 2;
    /** So many pixels are decoded for the labelled pictures, and so many for the others: a few seconds of work. */
    private static final long PIXELS = 60_000_000;
    /** So many unlabelled pictures are looked at, and as many that validate; */
    private static final int MOST = 200;
    /** where fewer could be, nothing is said of kinds. */
    private static final int LEAST = 20;
    /** All labelled pictures are looked at, or one might be of the kind. */
    private static final int MOST_LABELED = 1000;

    private UnlikeLabelled() {}

    /** A picture, and what it looks like. */
    private record Seen(ImageSource source, int picture, Appearance looks) {}

    /** What is worth telling of a data set whose pictures can be read; nothing where looking would take long. */
    static Optional<Finding> of(Dataset data) {
        long each = Math.max(pixels(data.labeled()), Math.max(pixels(data.unlabeled()), pixels(data.validation())));
        long most = PIXELS / Math.max(1, each);
        if (data.labeled().size() == 0 || data.labeled().size() > Math.min(most, MOST_LABELED) || most / 2 < LEAST) {
            return Optional.empty();
        }
        int some = (int) Math.min(MOST, most / 2);
        List<Seen> labeled = seen(data.labeled(), data.labeled().size());
        if (labeled.size() < data.labeled().size()) {
            return Optional.empty();
        }
        List<Seen> unlabeled = seen(data.unlabeled(), some);
        List<Seen> validation = seen(data.validation(), some);
        List<Seen> unlike = unreached(labeled, unlabeled, validation);
        return unlike.size() < LEAST_PICTURES
                ? Optional.empty()
                : Optional.of(finding(data, unlike, unlabeled.size(), validation.size()));
    }

    /** Of a picture in the middle of the list; 0 of an empty one. */
    private static long pixels(ImageSource source) {
        if (source.size() == 0) {
            return 0;
        }
        ImageSize size = ImageFiles.size(source.files(source.size() / 2).get(0));
        return (long) size.width() * size.height();
    }

    /** Some of a list, drawn alike in every run: names may have an order. */
    private static List<Seen> seen(ImageSource source, int most) {
        int[] order = Rng.of(0, "looks").permutation(source.size());
        return IntStream.of(order)
                .limit(most)
                .sorted()
                .parallel()
                .mapToObj(i -> seen(source, i, Runtime.getRuntime().maxMemory()))
                .filter(Objects::nonNull)
                .toList();
    }

    private static Seen seen(ImageSource source, int i, long heap) {
        long bytes = 2 * source.memory(i); // what is decoded, and the picture that becomes of it
        if (bytes > heap / 4) {
            return null;
        }
        try {
            Appearance looks = DecodingRoom.ofHeap().with(bytes, () -> Appearance.of(source.image(i)));
            return new Seen(source, i, looks);
        } catch (UserException e) {
            return null; // told by whoever needs it
        }
    }

    private static List<Seen> unreached(List<Seen> labeled, List<Seen> unlabeled, List<Seen> validation) {
        List<Seen> left = new ArrayList<>(unlabeled);
        left.addAll(validation);
        Deque<Seen> reached = new ArrayDeque<>(labeled);
        while (!reached.isEmpty()) {
            Appearance from = reached.remove().looks();
            List<Seen> next = left.stream()
                    .filter(seen -> seen.looks().distance(from) < STEP)
                    .toList();
            left.removeAll(next);
            reached.addAll(next);
        }
        return left;
    }

    private static Finding finding(Dataset data, List<Seen> unlike, int unlabeled, int validation) {
        long watched = count(unlike, data.unlabeled());
        long measured = count(unlike, data.validation());
        List<String> told = new ArrayList<>();
        if (watched > 0) {
            told.add(watched + " of " + looked(unlabeled, data.unlabeled()) + "unlabelled");
        }
        if (measured > 0) {
            told.add(measured + " of " + looked(validation, data.validation()) + "validation");
        }
        Seen first = unlike.get(0);
        return Finding.warning(String.join(" and ", told) + " pictures look unlike every labelled one, such as "
                + first.source().files(first.picture()).get(0)
                + "; what no mask teaches is seldom segmented right: "
                + (watched > 0
                        ? "annotate one or two of them (`imas rank` proposes some)"
                        : "learn from one or two such pictures, too"));
    }

    private static String looked(int some, ImageSource all) {
        return some + (some < all.size() ? " sampled " : " ");
    }

    private static long count(List<Seen> unlike, ImageSource source) {
        return unlike.stream().filter(seen -> seen.source() == source).count();
    }
}
