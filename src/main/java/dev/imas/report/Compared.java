package dev.imas.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a comparison found, for {@link ComparisonPage}. Shares and mIoU are in [0,1], NaN where there is none.
 *
 * @param title    of the comparison
 * @param facts    name and value of what a reader needs to know of it, in order; empty values are left out
 * @param notes    sentences on what is missing
 * @param groups   runs that may be compared with each other
 * @param classes  one a class, with its colour 0xRRGGBB; empty where they are not known
 * @param pictures validation pictures under each method
 * @param lead     how they were chosen
 * @param method   how the figures were found, in a paragraph
 * @param settings every setting that the runs have in common; or empty
 */
public record Compared(
        String title,
        Map<String, String> facts,
        List<String> notes,
        List<Group> groups,
        List<ClassName> classes,
        List<ComparedPicture> pictures,
        String lead,
        String method,
        String settings) {

    /** The same with more notes. */
    public Compared remarking(List<String> more) {
        List<String> all = Stream.concat(notes.stream(), more.stream()).toList();
        return new Compared(title, facts, all, groups, classes, pictures, lead, method, settings);
    }

    /** A class. */
    public record ClassName(String name, int colour) {}

    /**
     * Runs with as many labels.
     *
     * @param title       what they have in common; empty where there is one group alone
     * @param verdict     in a sentence
     * @param remarks     sentences that limit it
     * @param differences between rows
     */
    public record Group(
            String title, List<Row> rows, List<Difference> differences, String verdict, List<String> remarks) {}

    /**
     * Runs that differ in the seed alone.
     *
     * @param name    of the method
     * @param place   among all methods of the comparison, from 0: equal methods look alike
     * @param runs    by seed
     * @param mean    mIoU
     * @param spread  standard deviation over the seeds; NaN of one
     * @param end     mIoU of the teachers after the last step, the mean, where runs leave the best network of theirs,
     *                which is chosen on the validation pictures; else NaN
     * @param gap     share of the way to the ceiling; empty where there is none
     * @param steps   of a run
     * @param seconds of a run, in the mean
     * @param iou     of every class, the mean over the seeds
     * @param curve   mIoU over the epochs
     */
    public record Row(
            String name,
            int place,
            List<Result> runs,
            double mean,
            double spread,
            double end,
            Optional<Double> gap,
            long steps,
            double seconds,
            double[] iou,
            Curve curve) {}

    /** @param finished whether the figure is the run's last */
    public record Result(String run, long seed, double miou, boolean finished) {}

    /** @param low the worst seed, {@code high} the best; arrays of one length, empty without an evaluation */
    public record Curve(double[] epochs, double[] mean, double[] low, double[] high) {}

    /**
     * @param name   what the difference is of
     * @param points mIoU of one less that of the other, in [-1,1]
     * @param half   half the width of its interval; NaN where there is none
     * @param seen   whether there is one
     * @param seeds  that both have
     * @param end    the same of the teachers after the last step, over seeds alone; where {@link Row#end} is NaN, so is
     *               this
     */
    public record Difference(String name, double points, double half, boolean seen, int seeds, End end) {}

    /** @param half half the width of the interval; NaN where there is none */
    public record End(double points, double half) {}

    /** The beginning of a sentence; the method's name is written as it is everywhere. */
    public static String capital(String sentence) {
        return sentence.startsWith("iMAS")
                ? sentence
                : sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }
}
