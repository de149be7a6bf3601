package dev.imas.compare;

import dev.imas.report.Compared.Curve;
import dev.imas.report.Compared.Difference;
import dev.imas.report.Compared.Group;
import dev.imas.report.Compared.Result;
import dev.imas.report.Compared.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Rows of the runs that may be compared with each other, and what limits what is said of them. */
final class GroupFigures {
    /** Fewer say little of others. */
    private static final int FEW_PICTURES = 30;

    private final String title;
    private final Map<String, List<Entry>> rows;
    private final List<String> places;
    private final Optional<Entry> ceiling;
    private final MatchedClasses classes;
    private final Differences differences;
    private final Set<String> remarks;

    /**
     * @param entries of one group, without the ceiling
     * @param places  names of all rows of the comparison
     * @param classes of the comparison
     */
    GroupFigures(
            String title, List<Entry> entries, Optional<Entry> ceiling, List<String> places, MatchedClasses classes) {
        this.title = title;
        this.rows = entries.stream()
                .collect(Collectors.groupingBy(
                        Entry::row,
                        LinkedHashMap::new, // the first row of a method is what its others are compared with
                        Collectors.collectingAndThen(Collectors.toList(), GroupFigures::bySeed)));
        this.places = places;
        this.classes = classes;
        this.ceiling = ceiling.filter(entry -> entry.facts().finished());
        this.differences = new Differences(rows, this.ceiling);
        this.remarks = new LinkedHashSet<>(differences.remarks());
    }

    private static List<Entry> bySeed(List<Entry> row) {
        return row.stream().sorted(Comparator.comparingLong(Entry::seed)).toList();
    }

    Group figures() {
        limits();
        List<Row> shown = new ArrayList<>();
        for (String place : places) {
            if (rows.containsKey(place)) {
                shown.add(row(place, rows.get(place)));
            }
        }
        ceiling.ifPresent(entry -> shown.add(row(entry.row(), List.of(entry))));
        return new Group(title, List.copyOf(shown), differences.found(), differences.verdict(), List.copyOf(remarks));
    }

    /** What a reader has to know before the verdict is believed. */
    private void limits() {
        int seeds =
                differences.found().stream().mapToInt(Difference::seeds).min().orElse(0);
        if (seeds == 1) {
            remarks.add("One seed alone: the interval is of the validation pictures; another seed may say otherwise.");
        }
        if (seeds == 2) {
            remarks.add("Two seeds alone: how much runs differ by chance is known roughly, so intervals are wide.");
        }
        rows.values().stream()
                .flatMap(List::stream)
                .flatMap(entry -> entry.facts().counts().stream())
                .mapToInt(counts -> counts.pictures().size())
                .filter(pictures -> pictures < FEW_PICTURES)
                .findFirst()
                .ifPresent(pictures -> remarks.add(
                        "Only " + pictures + " validation pictures: what is true of them need not be true of others."));
        rows.forEach(this::keptFromBefore);
        rows.forEach(this::unequalSteps);
        if (rows.values().stream().anyMatch(entries -> !Double.isNaN(end(entries)))) {
            remarks.add("At the end: the teacher after the last step. The network that a run leaves is the best of its"
                    + " evaluations, chosen on the pictures that it is measured on (training.keep: best); this one is"
                    + " not. Its intervals are over seeds alone.");
        }
        long open = rows.values().stream()
                .flatMap(List::stream)
                .filter(entry -> !entry.facts().finished())
                .count();
        if (open > 0) {
            remarks.add(open + (open == 1 ? " run has" : " runs have") + " not finished; differences are of those that"
                    + " have.");
        }
    }

    /** A run that keeps its best may leave a network which has seen no unlabelled picture. */
    private void keptFromBefore(String name, List<Entry> entries) {
        List<RunFacts> finished = finished(entries);
        long before = finished.stream().filter(RunFacts::keptFromBefore).count();
        if (before > 0) {
            remarks.add(name + ": " + before + " of " + finished.size() + (finished.size() == 1 ? " run" : " runs")
                    + " left the network of an epoch before unlabelled pictures took part, since no later one was"
                    + " better on the validation pictures (training.keep: best).");
        }
    }

    /** Plans for the same time may be of different lengths, and a run may end early. */
    private void unequalSteps(String name, List<Entry> entries) {
        LongSummaryStatistics steps =
                finished(entries).stream().mapToLong(RunFacts::steps).summaryStatistics();
        if (steps.getCount() > 1 && steps.getMin() < steps.getMax()) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "%s: runs of %,d to %,d steps, so that their mean and spread are of different lengths.",
                    name,
                    steps.getMin(),
                    steps.getMax()));
        }
    }

    private Row row(String name, List<Entry> entries) {
        List<Result> results = entries.stream()
                .map(entry -> new Result(
                        entry.facts().directory().root().getFileName().toString(),
                        entry.seed(),
                        entry.facts().miou(),
                        entry.facts().finished()))
                .toList();
        double[] mious = finished(entries).stream()
                .mapToDouble(RunFacts::miou)
                .filter(Double::isFinite)
                .toArray();
        return new Row(
                name,
                places.indexOf(name),
                results,
                Bootstrap.mean(mious),
                Bootstrap.deviation(mious),
                end(entries),
                gap(mious),
                entries.stream().mapToLong(entry -> entry.facts().steps()).max().orElse(0),
                mean(entries, RunFacts::seconds),
                iou(entries),
                curve(entries));
    }

    private static List<RunFacts> finished(List<Entry> entries) {
        return entries.stream().map(Entry::facts).filter(RunFacts::finished).toList();
    }

    private static double mean(List<Entry> entries, ToDoubleFunction<RunFacts> figure) {
        return Bootstrap.mean(finished(entries).stream()
                .mapToDouble(figure)
                .filter(Double::isFinite)
                .toArray());
    }

    /** None where all labels are no ceiling. */
    private Optional<Double> gap(double[] mious) {
        Optional<String> supervised = differences.first("supervised");
        if (ceiling.isEmpty() || supervised.isEmpty() || mious.length == 0) {
            return Optional.empty();
        }
        double from = mean(rows.get(supervised.get()), RunFacts::miou);
        double gap = ceiling.get().facts().miou() - from;
        return gap >= Verdict.LEAST_GAP
                        && differences.ahead(ceiling.get().facts().miou()).isEmpty()
                ? Optional.of((Bootstrap.mean(mious) - from) / gap)
                : Optional.empty();
    }

    /** Of as many runs as the other figures are. */
    private double end(List<Entry> entries) {
        double[] ends =
                finished(entries).stream().mapToDouble(RunFacts::miouAtTheEnd).toArray();
        return differences.keptAreChosen() ? Bootstrap.mean(ends) : Double.NaN;
    }

    private double[] iou(List<Entry> entries) {
        List<double[]> each = finished(entries).stream()
                .map(classes::iou)
                .filter(iou -> iou.length > 0)
                .toList();
        double[] mean = new double[each.isEmpty() ? 0 : classes.shown().size()];
        for (int c = 0; c < mean.length; c++) {
            int which = c;
            mean[c] = Bootstrap.mean(each.stream()
                    .mapToDouble(iou -> iou[which])
                    .filter(Double::isFinite)
                    .toArray());
        }
        return mean;
    }

    /** Where every run that has begun was evaluated. */
    private static Curve curve(List<Entry> entries) {
        List<Map<Long, Double>> each = entries.stream()
                .map(entry -> evaluations(entry.facts()))
                .filter(evaluations -> !evaluations.isEmpty())
                .toList();
        Set<Long> epochs =
                each.isEmpty() ? Set.of() : new LinkedHashSet<>(each.get(0).keySet());
        each.forEach(evaluations -> epochs.retainAll(evaluations.keySet()));
        double[][] points = new double[4][epochs.size()];
        int i = 0;
        for (long epoch : epochs) {
            double[] values = each.stream().mapToDouble(e -> e.get(epoch)).toArray();
            points[0][i] = epoch;
            points[1][i] = Bootstrap.mean(values);
            points[2][i] = Arrays.stream(values).min().orElse(Double.NaN);
            points[3][i++] = Arrays.stream(values).max().orElse(Double.NaN);
        }
        return new Curve(points[0], points[1], points[2], points[3]);
    }

    private static Map<Long, Double> evaluations(RunFacts run) {
        Map<Long, Double> evaluations = new TreeMap<>();
        run.metrics().rows().stream()
                .filter(row -> Double.isFinite(run.miou(row)))
                .forEach(row -> evaluations.put(row.epoch(), run.miou(row)));
        return evaluations;
    }
}
