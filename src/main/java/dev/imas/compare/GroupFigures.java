package dev.imas.compare;

import dev.imas.compare.Bootstrap.Interval;
import dev.imas.report.Compared.Curve;
import dev.imas.report.Compared.Difference;
import dev.imas.report.Compared.Group;
import dev.imas.report.Compared.Result;
import dev.imas.report.Compared.Row;
import dev.imas.run.ValidationCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Rows, differences and verdict of the runs that may be compared with each other. */
final class GroupFigures {
    /** Fewer say little of others. */
    private static final int FEW_PICTURES = 30;
    /** Of the bootstrap: the same figures give the same interval. */
    private static final long SEED = 1;

    private final String title;
    private final Map<String, List<Entry>> rows;
    private final List<String> places;
    private final Optional<Entry> ceiling;
    private final List<Difference> differences = new ArrayList<>();
    private final List<String> verdict = new ArrayList<>();
    private final Set<String> remarks = new LinkedHashSet<>();

    /**
     * @param entries of one group, without the ceiling
     * @param places  names of all rows of the comparison
     */
    GroupFigures(String title, List<Entry> entries, Optional<Entry> ceiling, List<String> places) {
        this.title = title;
        this.rows = entries.stream()
                .sorted(Comparator.comparingLong(Entry::seed))
                .collect(Collectors.groupingBy(Entry::row, LinkedHashMap::new, Collectors.toList()));
        this.places = places;
        this.ceiling = ceiling.filter(entry -> entry.facts().finished());
    }

    Group figures() {
        compareAll();
        toTheCeiling();
        limits();
        List<Row> shown = new ArrayList<>();
        for (String place : places) {
            if (rows.containsKey(place)) {
                shown.add(row(place, rows.get(place)));
            }
        }
        ceiling.ifPresent(entry -> shown.add(row(entry.row(), List.of(entry))));
        return new Group(
                title, List.copyOf(shown), List.copyOf(differences), String.join("; ", verdict), List.copyOf(remarks));
    }

    /** Methods of equal settings against each other; then the rows of one method, each against the first. */
    private void compareAll() {
        Map<String, Map<String, String>> byVariant = new LinkedHashMap<>();
        rows.forEach((row, entries) -> byVariant
                .computeIfAbsent(entries.get(0).variant(), variant -> new LinkedHashMap<>())
                .putIfAbsent(entries.get(0).method(), row));
        boolean paired = byVariant.values().stream().anyMatch(methods -> methods.size() > 1);
        if (paired) {
            byVariant.forEach((variant, methods) -> methods(methods, variant.isEmpty() ? "" : variant + ": "));
        } else {
            Map<String, String> firsts = new LinkedHashMap<>();
            byVariant.values().forEach(methods -> methods.forEach(firsts::putIfAbsent));
            methods(firsts, "");
            if (firsts.size() > 1) {
                remarks.add("The methods compared differ in other settings as well: what is said of a method may be"
                        + " theirs.");
            }
        }
        Map<String, String> firsts = new LinkedHashMap<>();
        for (Map.Entry<String, List<Entry>> row : rows.entrySet()) {
            String before = firsts.putIfAbsent(row.getValue().get(0).method(), row.getKey());
            if (before != null) {
                difference(row.getKey(), before)
                        .ifPresent(gain -> verdict.add(Verdict.between(row.getKey(), before, gain)));
            }
        }
    }

    /**
     * @param named  row by method
     * @param prefix what stands before the words
     */
    private void methods(Map<String, String> named, String prefix) {
        Optional<String> supervised = Optional.ofNullable(named.get("supervised"));
        Optional<String> uniform = Optional.ofNullable(named.get("uniform"));
        Optional<String> imas = Optional.ofNullable(named.get("imas"));
        Optional<String> semi = uniform.or(() -> imas);
        if (supervised.isPresent() && semi.isPresent()) {
            difference(semi.get(), supervised.get()).ifPresent(gain -> verdict.add(prefix + Verdict.unlabelled(gain)));
        }
        if (uniform.isPresent() && imas.isPresent()) {
            difference(imas.get(), uniform.get()).ifPresent(gain -> verdict.add(prefix + Verdict.hardness(gain)));
            supervised.ifPresent(row -> difference(imas.get(), row));
        }
    }

    /** The first row of a method. */
    private Optional<String> first(String method) {
        return rows.entrySet().stream()
                .filter(row -> row.getValue().get(0).method().equals(method))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Over the seeds that both have finished; none where there is no such seed. */
    private Optional<Interval> difference(String one, String other) {
        Map<Long, Entry> before = finished(other);
        Map<Long, Entry> after = finished(one);
        after.keySet().retainAll(before.keySet());
        if (after.entrySet().removeIf(entry -> otherPictures(entry.getValue(), before.get(entry.getKey())))) {
            remarks.add(one + " and " + other + " were measured on different validation pictures, so that their figures"
                    + " say nothing of each other.");
        }
        if (after.isEmpty()) {
            return Optional.empty();
        }
        List<Entry> a = List.copyOf(after.values());
        List<Entry> b = after.keySet().stream().map(before::get).toList();
        Interval interval = interval(a, b);
        differences.add(new Difference(
                one + " − " + other, interval.estimate(), interval.half(), interval.excludesZero(), a.size()));
        return Optional.of(interval);
    }

    private static boolean otherPictures(Entry one, Entry other) {
        String first = one.facts().validation();
        String second = other.facts().validation();
        return !first.isEmpty() && !second.isEmpty() && !first.equals(second);
    }

    private Map<Long, Entry> finished(String row) {
        Map<Long, Entry> bySeed = new TreeMap<>();
        rows.get(row).stream()
                .filter(entry -> entry.facts().finished()
                        && Double.isFinite(entry.facts().miou()))
                .forEach(entry -> bySeed.putIfAbsent(entry.seed(), entry));
        return bySeed;
    }

    private Interval interval(List<Entry> a, List<Entry> b) {
        List<ValidationCounts> first = counts(a);
        List<ValidationCounts> second = counts(b);
        boolean whole = first.size() == a.size() && second.size() == b.size();
        boolean same = whole && comparable(first, second);
        if (same) {
            return Bootstrap.difference(first, second, a.get(0).facts().absent(), Bootstrap.DRAWS, SEED);
        }
        remarks.add(
                whole
                        ? "Seeds were measured on different numbers of pictures: intervals are over seeds alone."
                        : "These runs were not measured picture by picture (imas compare does that): intervals are"
                                + " over seeds alone, and with one seed there is none.");
        double[] each = new double[a.size()];
        for (int s = 0; s < each.length; s++) {
            each[s] = a.get(s).facts().miou() - b.get(s).facts().miou();
        }
        return Bootstrap.ofSeeds(each);
    }

    /** The same pictures under both, and under all seeds as many. */
    private static boolean comparable(List<ValidationCounts> a, List<ValidationCounts> b) {
        for (int s = 0; s < a.size(); s++) {
            boolean pair = a.get(s).pictures().equals(b.get(s).pictures())
                    && a.get(s).classes() == b.get(s).classes();
            if (!pair || a.get(s).pictures().size() != a.get(0).pictures().size()) {
                return false;
            }
        }
        return true;
    }

    private static List<ValidationCounts> counts(List<Entry> entries) {
        return entries.stream()
                .flatMap(entry -> entry.facts().counts().stream())
                .toList();
    }

    private void toTheCeiling() {
        Optional<String> supervised = first("supervised");
        Optional<String> best = first("imas").or(() -> first("uniform"));
        if (ceiling.isPresent() && supervised.isPresent() && best.isPresent()) {
            double from = mean(rows.get(supervised.get()), RunFacts::miou);
            double reached = mean(rows.get(best.get()), RunFacts::miou);
            if (!Double.isNaN(from) && !Double.isNaN(reached)) {
                verdict.add(Verdict.gap(
                        best.get(), from, reached, ceiling.get().facts().miou()));
            }
        }
    }

    /** What a reader has to know before the verdict is believed. */
    private void limits() {
        int seeds = differences.stream().mapToInt(Difference::seeds).min().orElse(0);
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
                gap(mious),
                entries.stream().mapToLong(entry -> entry.facts().steps()).max().orElse(0),
                mean(entries, RunFacts::seconds),
                classes(entries),
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

    private Optional<Double> gap(double[] mious) {
        Optional<String> supervised = first("supervised");
        if (ceiling.isEmpty() || supervised.isEmpty() || mious.length == 0) {
            return Optional.empty();
        }
        double from = mean(rows.get(supervised.get()), RunFacts::miou);
        double gap = ceiling.get().facts().miou() - from;
        return gap < 0.005 || Double.isNaN(gap) ? Optional.empty() : Optional.of((Bootstrap.mean(mious) - from) / gap);
    }

    private static double[] classes(List<Entry> entries) {
        List<double[]> each = finished(entries).stream()
                .map(RunFacts::iou)
                .filter(iou -> iou.length > 0)
                .toList();
        int classes = each.stream().mapToInt(iou -> iou.length).max().orElse(0);
        double[] mean = new double[classes];
        for (int c = 0; c < classes; c++) {
            int which = c;
            mean[c] = Bootstrap.mean(each.stream()
                    .filter(iou -> which < iou.length)
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
