package dev.imas.data;

import dev.imas.config.ImasConfig;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What is advised where values of masks are no classes: the cause that is likely, and the line to add. */
final class ValueHints {
    private static final int MANY = 40;
    private static final double MOST_PIXELS = 0.9;
    /** Grey values from black or white that compression makes of them. */
    private static final int NEAR = 12;
    /** From this share of the greys on those that lie close together may be a class. */
    private static final double ONE_GREY = 0.4;
    /** Below this share of the pixels. */
    private static final double SLIP = 0.01;

    private static final int CITYSCAPES_CLASSES = 19;
    private static final int CITYSCAPES_IDS = 33;
    private static final Set<Integer> COCO_CLASSES = Set.of(80, 81);
    private static final int COCO_IDS = 90;
    private static final String CITYSCAPES =
            "{7: 0, 8: 1, 11: 2, 12: 3, 13: 4, 17: 5, 19: 6, 20: 7, 21: 8, 22: 9, 23: 10, 24: 11, 25: 12, 26: 13,"
                    + " 27: 14, 28: 15, 31: 16, 32: 17, 33: 18, other: ignore}";

    private ValueHints() {}

    /** Why it cannot be said how many classes there are. */
    static String uncounted(FoundValues found, List<Integer> used) {
        return "data.classes is not given, and cannot be told from the masks, which hold " + found.told() + "; "
                + ofUnknownCount(found, used);
    }

    private static String ofUnknownCount(FoundValues found, List<Integer> used) {
        List<Integer> all = found.keys();
        if (ClassCount.areGreySteps(all)) {
            int middle = all.get(1);
            return "for three classes add " + found.line(all, false) + "; if " + middle
                    + " is undecided, add data.labels: {0: 0, " + middle + ": ignore, 255: 1}";
        }
        if (ClassCount.countFromOne(used)) {
            return "no pixel is 0: add data.reduce_zero_label: true if classes count from 1, or data.classes: "
                    + (used.size() + 1) + " if 0 is a class that has no pixel";
        }
        return general(found, used);
    }

    /**
     * What to do about numbers that are not below {@code data.classes}.
     *
     * @param found all numbers in the masks
     * @param wrong those which are no class
     */
    static String ofNumbers(ImasConfig.Data data, FoundValues found, FoundValues wrong) {
        List<Integer> used = found.keys().stream()
                .filter(value -> !data.ignore().contains(value))
                .toList();
        int classes = data.classes();
        int most = used.get(used.size() - 1);
        List<Integer> right =
                used.stream().filter(value -> !wrong.keys().contains(value)).toList();
        if (wrong.share(wrong.keys()) < SLIP && right.size() == classes) {
            return "so few pixels look like a slip: mend those masks, or ignore them with data.ignore: "
                    + Stream.of(data.ignore(), wrong.keys())
                            .flatMap(List::stream)
                            .toList();
        }
        if (data.reduceZeroLabel()) {
            return "if each but 0 is a class, set data.classes: " + most;
        }
        boolean cityscapes = classes == CITYSCAPES_CLASSES || data.layout() == ImasConfig.Layout.CITYSCAPES;
        if (cityscapes && most <= CITYSCAPES_IDS) {
            return "these look like Cityscapes' labelIds, not 0 to " + (classes - 1)
                    + ": name the ..._labelTrainIds.png files, or add data.labels: " + CITYSCAPES;
        }
        if (COCO_CLASSES.contains(classes) && most <= COCO_IDS) {
            return "COCO's category numbers run to 90 with gaps: renumber them with data.labels";
        }
        if (most == classes && used.get(0) == 1) {
            return "no pixel is 0 and the highest value is data.classes: if classes count from 1, add"
                    + " data.reduce_zero_label: true; if 0 is a class, set data.classes: " + (classes + 1);
        }
        if (most == classes) {
            return "the highest value is data.classes: if 0 is a class, set data.classes: " + (classes + 1)
                    + "; if 0 means ignored, add data.reduce_zero_label: true";
        }
        if (used.size() > 1 && ClassCount.areIndices(used)) {
            return "if each is a class, set data.classes: " + (most + 1);
        }
        return general(found, used);
    }

    private static String general(FoundValues found, List<Integer> used) {
        List<Integer> all = found.keys();
        List<Integer> black = all.stream().filter(value -> value <= NEAR).toList();
        List<Integer> white = all.stream().filter(value -> value >= 255 - NEAR).toList();
        boolean smoothed = all.get(0) == 0 && all.size() > 3 && all.get(all.size() - 1) <= 255 && !white.isEmpty();
        int indices = black.size();
        boolean twoWays = indices > 1 && black.get(indices - 1) == indices - 1 && all.size() <= 2 * indices;
        if (smoothed && twoWays && found.share(black.subList(1, indices)) > SLIP) {
            return "some masks seem to number classes up to " + (indices - 1) + ", others to paint them in greys up to "
                    + all.get(all.size() - 1) + ": save all of them in one way";
        }
        if (smoothed && found.share(black) + found.share(white) > MOST_PIXELS) {
            return "nearly all is black or white, so the masks were smoothed, resized with interpolation or compressed:"
                    + between(found, all);
        }
        if (all.size() > MANY) {
            return "where every object has a number of its own, add data.instances: foreground (or border)";
        }
        return "say which class each is, such as " + found.line(used, false)
                + "; where every object has a number of its own, add data.instances: foreground (or border)";
    }

    /** The line to add; with two, where the greys between black and white lie so close that they may be a class. */
    private static String between(FoundValues found, List<Integer> all) {
        String two = "add data.labels: {0-127: 0, 128-255: 1}";
        List<Integer> greys =
                all.stream().filter(value -> value > NEAR && value < 255 - NEAR).toList();
        for (int grey : greys) {
            List<Integer> close = greys.stream()
                    .filter(value -> Math.abs(value - grey) <= NEAR)
                    .toList();
            boolean blurred = close.size() > 1; // a value by itself is what halving a mask makes of its edges
            if (blurred && found.share(close) >= ONE_GREY * found.share(greys)) {
                int middle = found.commonest(close);
                int low = middle / 2;
                int high = (middle + 255) / 2;
                return " if nothing but black and white was painted, " + two + "; if " + middle
                        + " is a class, data.labels: {0-" + low + ": 0, " + (low + 1) + "-" + high + ": 1, "
                        + (high + 1) + "-255: 2}";
            }
        }
        return " " + two;
    }
}
