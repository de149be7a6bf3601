package dev.imas.data;

import java.util.List;

/** What numbers in masks say of classes. */
final class ClassCount {
    /** Labels are bytes, and one of them is the ignored one. */
    static final int MOST = 255;

    private static final int WHITE = 255;
    /** Fewer may be chance. */
    private static final int DIFFERENT_COUNTS = 4;
    /** Fewer numbers, each in one patch, may well be classes. */
    private static final int SOME_OBJECTS = 5;
    /** So many numbers are there for one that is missing, at least. */
    private static final int LEAST_BESIDE_A_GAP = 8;
    /** In so many classes some are missing from every mask here and there. */
    private static final int MANY_CLASSES = 12;

    private ClassCount() {}

    /** From 0 on, with few gaps: numbers of classes as programs write them. */
    static boolean areIndices(List<Integer> numbers) {
        int most = numbers.get(numbers.size() - 1);
        return numbers.get(0) == 0 && most < MOST && 2 * numbers.size() > most;
    }

    /** From 1 on without a gap. */
    static boolean countFromOne(List<Integer> numbers) {
        return numbers.get(0) == 1 && numbers.get(numbers.size() - 1) == numbers.size() && numbers.size() < MOST;
    }

    /** Black, white and the greys that lie evenly between them: classes as they are painted to be seen. */
    static boolean areGreySteps(List<Integer> numbers) {
        int steps = numbers.size() - 1;
        if (steps < 1) {
            return false;
        }
        for (int i = 0; i <= steps; i++) {
            if (Math.abs(numbers.get(i) - (double) WHITE * i / steps) > 1) {
                return false;
            }
        }
        return numbers.get(0) == 0 && numbers.get(steps) == WHITE;
    }

    /**
     * Masks whose values all run from 0 to their own highest one, which differs from mask to mask: numbers of objects
     * look like this, and of classes some are missing here and there. Or, where each is one patch, with a gap or two,
     * as objects are deleted; or masks of which each has numbers that no other has.
     *
     * @param masks   the values of each, in rising order, without ignored ones
     * @param patches whether each value but 0 is one patch of a mask
     */
    static boolean areObjects(List<List<Integer>> masks, boolean patches) {
        boolean fromZero = masks.stream().allMatch(values -> values.get(0) == 0);
        long objects = masks.stream().mapToLong(values -> values.size() - 1L).sum();
        long gaps = masks.stream()
                .mapToLong(values -> values.get(values.size() - 1) - (values.size() - 1L))
                .sum();
        long counts = masks.stream().map(List::size).distinct().count();
        int most = masks.stream().mapToInt(List::size).max().orElse(0);
        boolean few = patches && counts == masks.size() && most > SOME_OBJECTS; // masks, each with its own count
        boolean several = counts > 1 && (counts >= DIFFERENT_COUNTS || most > MANY_CLASSES || few);
        boolean one = masks.size() == 1 && patches && most > MANY_CLASSES;
        boolean counted = patches && most > SOME_OBJECTS && (few || counts >= DIFFERENT_COUNTS);
        boolean deleted = counted && counts > 1 && gaps * LEAST_BESIDE_A_GAP <= objects;
        return fromZero && (gaps == 0 ? several || one : deleted) || fromZero && patches && countedOn(masks);
    }

    /** Whether several numbers stand in each mask, on average, and none but 0 in two. */
    private static boolean countedOn(List<List<Integer>> masks) {
        List<Integer> objects =
                masks.stream().flatMap(List::stream).filter(value -> value > 0).toList();
        return masks.size() > 1
                && objects.size() > Math.max(SOME_OBJECTS, 2 * masks.size())
                && objects.stream().distinct().count() == objects.size();
    }
}
