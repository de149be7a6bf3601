package dev.imas.data;

import dev.imas.image.LabelMap;
import dev.imas.image.MaskMeaning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Pixels and masks of each class, in masks whose values are understood. */
final class MaskLabelCounts {
    private static final class Counts {
        private final long[] pixels;
        private final int[] masks;
        private long ignored;
        private int files;

        Counts(int classes) {
            pixels = new long[classes];
            masks = new int[classes];
        }

        void add(MaskContent mask, MaskMeaning meaning) {
            long[] own = new long[pixels.length];
            files++;
            mask.pixels().forEach((value, count) -> {
                int label = meaning.label(value);
                if (label == LabelMap.IGNORE) {
                    ignored += count;
                } else {
                    own[label] += count;
                }
            });
            for (int c = 0; c < own.length; c++) {
                pixels[c] += own[c];
                masks[c] += own[c] > 0 ? 1 : 0;
            }
        }

        long annotated() {
            return LongStream.of(pixels).sum();
        }
    }

    private final Counts labeled;
    private final Counts validation;
    private final List<Path> ignoredMasks = new ArrayList<>();

    MaskLabelCounts(List<MaskContent> masks, MaskMeaning meaning, int classes) {
        labeled = new Counts(classes);
        validation = new Counts(classes);
        for (MaskContent mask : masks) {
            (mask.labeled() ? labeled : validation).add(mask, meaning);
            if (mask.labeled()
                    && mask.pixels().keySet().stream().allMatch(value -> meaning.label(value) == LabelMap.IGNORE)) {
                ignoredMasks.add(mask.path());
            }
        }
    }

    int labeledMasks() {
        return labeled.files;
    }

    int validationMasks() {
        return validation.files;
    }

    /** Annotated pixels of the labelled pictures. */
    long labeledPixels() {
        return labeled.annotated();
    }

    long labeledPixels(int label) {
        return labeled.pixels[label];
    }

    /** Annotated pixels of the validation pictures. */
    long validationPixels() {
        return validation.annotated();
    }

    long validationPixels(int label) {
        return validation.pixels[label];
    }

    /** Share of the labelled pictures' pixels that are ignored, 0 to 1. */
    double ignoredShare() {
        long annotated = labeled.annotated();
        return labeled.ignored == 0 ? 0 : (double) labeled.ignored / (labeled.ignored + annotated);
    }

    /** Labelled masks without an annotated pixel. */
    List<Path> ignoredMasks() {
        return ignoredMasks;
    }

    /** One a class. */
    List<MaskSurvey.ClassShare> shares(List<String> names) {
        List<MaskSurvey.ClassShare> shares = new ArrayList<>();
        for (int c = 0; c < names.size(); c++) {
            shares.add(new MaskSurvey.ClassShare(
                    names.get(c),
                    (double) labeled.pixels[c] / Math.max(1, labeled.annotated()),
                    labeled.masks[c],
                    (double) validation.pixels[c] / Math.max(1, validation.annotated()),
                    validation.masks[c]));
        }
        return shares;
    }
}
