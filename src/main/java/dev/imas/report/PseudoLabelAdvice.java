package dev.imas.report;

import dev.imas.run.PseudoLabels.Look;
import dev.imas.run.PseudoLabels.OfClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What pseudo-labels will teach, in words. What is learned from is right or wrong by the validation
 * pictures, and much or little by the unlabelled ones.
 */
public final class PseudoLabelAdvice {
    /** A class whose confident pixels are right less often teaches its mistakes. */
    private static final double FIT = 0.75;
    /** A confident share below this is next to nothing to learn from. */
    private static final double LITTLE = 0.05;
    /** A class with less of the confident pixels is not judged: a few pixels say nothing. */
    private static final double FEW = 0.001;
    /** A class of which less is found so is as good as not learned. */
    private static final double NOT_FOUND = 0.05;

    private static final int NAMED = 4;

    private PseudoLabelAdvice() {}

    /** One line: how much is confident, and how much of that is right. */
    public static String figures(Look look) {
        return "confident on " + percent(look.confidentUnlabelled())
                + " of the unlabelled pixels; on the validation pictures "
                + (Double.isNaN(look.precision())
                        ? "no pixel is confident"
                        : percent(look.precision()) + " of the confident ones are right");
    }

    private static String percent(double share) {
        return Format.percent(share).replace('\u00a0', ' '); // for terminals too
    }

    /** Sentences on what to do, the most pressing first; one at least. */
    public static List<String> words(Look look) {
        List<String> words = new ArrayList<>();
        boolean little = look.confidentUnlabelled() < LITTLE;
        if (little) {
            words.add("The teacher is sure of hardly any unlabelled pixel: they will teach little. Label more, train"
                    + " longer on the labels first (training.sup_only_epochs), or lower unsupervised.threshold.");
        }
        long confident = look.classes().stream().mapToLong(OfClass::confident).sum();
        List<OfClass> wrong = look.classes().stream()
                .filter(c -> c.confident() >= Math.max(1, FEW * confident) && c.precision() < FIT)
                .sorted(Comparator.comparingDouble(OfClass::precision))
                .toList();
        if (!wrong.isEmpty()) {
            String shares = wrong.stream()
                    .limit(NAMED)
                    .map(c -> percent(c.precision()) + " of `" + c.name() + "`")
                    .collect(Collectors.joining(", "));
            words.add("Of the confident pseudo-labels only " + shares + " are right: label more of "
                    + (wrong.size() == 1 ? "it" : "them") + ", or raise unsupervised.threshold.");
        }
        List<OfClass> missing = look.classes().stream()
                .filter(c -> c.truth() > 0 && c.found() < NOT_FOUND && !wrong.contains(c))
                .toList();
        if (!missing.isEmpty() && !little) {
            words.add("Of " + names(missing) + " hardly any pixel is found with confidence: unlabelled pictures teach"
                    + " next to nothing about " + (missing.size() == 1 ? "it" : "them") + ". Label more of "
                    + (missing.size() == 1 ? "it" : "them") + ", or "
                    + (byClass(look)
                            ? "lower unsupervised.threshold."
                            : "set unsupervised.class_thresholds: by_confidence."));
        }
        if (words.isEmpty()) {
            words.add("No class speaks against learning from them.");
        }
        return List.copyOf(words);
    }

    /** Whether classes have thresholds of their own. */
    private static boolean byClass(Look look) {
        return look.classes().stream()
                        .mapToDouble(OfClass::threshold)
                        .distinct()
                        .count()
                > 1;
    }

    private static String names(List<OfClass> classes) {
        String named =
                classes.stream().limit(NAMED).map(c -> "`" + c.name() + "`").collect(Collectors.joining(", "));
        return classes.size() > NAMED ? named + " and " + (classes.size() - NAMED) + " more" : named;
    }
}
