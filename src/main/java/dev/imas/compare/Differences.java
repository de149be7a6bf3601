package dev.imas.compare;

import dev.imas.compare.Bootstrap.Interval;
import dev.imas.report.Compared.Difference;
import dev.imas.report.Compared.End;
import dev.imas.run.ValidationCounts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Differences between rows of a group, and the words for them. */
final class Differences {
    /** Of the bootstrap: the same figures give the same interval. */
    private static final long SEED = 1;

    private final Map<String, List<Entry>> rows;
    private final boolean keptAreChosen;
    private final List<Difference> found = new ArrayList<>();
    private final List<String> verdict = new ArrayList<>();
    private final Set<String> remarks = new LinkedHashSet<>();

    /**
     * @param rows    entries by row
     * @param ceiling a finished run, or none
     */
    Differences(Map<String, List<Entry>> rows, Optional<Entry> ceiling) {
        this.rows = rows;
        keptAreChosen = rows.values().stream()
                .flatMap(List::stream)
                .map(Entry::facts)
                .anyMatch(run -> run.finished() && run.keepsBest());
        compareAll();
        ceiling.ifPresent(this::toTheCeiling);
    }

    /** Whether networks that runs leave are chosen on the validation pictures: then their last ones are told, too. */
    boolean keptAreChosen() {
        return keptAreChosen;
    }

    /** The best row, where it is ahead of all labels: these are no ceiling then. */
    Optional<String> ahead(double ceiling) {
        return rows.keySet().stream()
                .filter(row -> mean(finished(row)) > ceiling + Bootstrap.LEAST)
                .max(Comparator.comparingDouble(row -> mean(finished(row))));
    }

    List<Difference> found() {
        return List.copyOf(found);
    }

    /** In a sentence; empty where nothing can be said. */
    String verdict() {
        return String.join("; ", verdict);
    }

    /** What limits it. */
    Set<String> remarks() {
        return remarks;
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
                        .ifPresent(gain -> say(Verdict.between(row.getKey(), before, gain), gain));
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
            difference(semi.get(), supervised.get()).ifPresent(gain -> say(prefix + Verdict.unlabelled(gain), gain));
        }
        if (uniform.isPresent() && imas.isPresent()) {
            difference(imas.get(), uniform.get()).ifPresent(gain -> say(prefix + Verdict.hardness(gain), gain));
            supervised.ifPresent(row -> difference(imas.get(), row));
        }
    }

    /** With one seed, what is claimed is claimed of it alone. */
    private void say(String words, Interval gain) {
        boolean one = found.get(found.size() - 1).seeds() == 1;
        verdict.add(words + (one && gain.excludesZero() ? ", in one seed" : ""));
    }

    /** The first row of a method. */
    Optional<String> first(String method) {
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
        if (after.entrySet()
                .removeIf(entry -> differ(entry.getValue(), before.get(entry.getKey()), RunFacts::validation))) {
            remarks.add(one + " and " + other + " were measured on different validation pictures, so that their figures"
                    + " say nothing of each other.");
        }
        if (after.isEmpty()) {
            return Optional.empty();
        }
        if (after.entrySet().stream()
                .anyMatch(entry -> differ(entry.getValue(), before.get(entry.getKey()), RunFacts::labels))) {
            remarks.add(one + " and " + other + " learned from different labelled pictures: their difference is theirs,"
                    + " too.");
        }
        if (after.entrySet().stream()
                .anyMatch(entry -> entry.getValue().facts().steps()
                        != before.get(entry.getKey()).facts().steps())) {
            remarks.add(one + " and " + other + " were not trained for equally many steps: their difference is that of"
                    + " the lengths, too.");
        }
        List<Entry> a = List.copyOf(after.values());
        List<Entry> b = after.keySet().stream().map(before::get).toList();
        Interval interval = interval(a, b);
        found.add(new Difference(
                one + " − " + other,
                interval.estimate(),
                interval.half(),
                interval.excludesZero(),
                a.size(),
                atTheEnd(a, b)));
        return Optional.of(interval);
    }

    private static boolean differ(Entry one, Entry other, Function<RunFacts, String> pictures) {
        String first = pictures.apply(one.facts());
        String second = pictures.apply(other.facts());
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

    private End atTheEnd(List<Entry> a, List<Entry> b) {
        if (!keptAreChosen) {
            return new End(Double.NaN, Double.NaN);
        }
        double[] each = new double[a.size()];
        for (int s = 0; s < each.length; s++) {
            each[s] = a.get(s).facts().miouAtTheEnd() - b.get(s).facts().miouAtTheEnd();
        }
        Interval interval = Bootstrap.ofSeeds(each);
        return new End(interval.estimate(), interval.half());
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

    /** How much of the way to all labels the best method goes, over the seeds that it shares with supervised. */
    private void toTheCeiling(Entry ceiling) {
        Optional<String> supervised = first("supervised");
        Optional<String> best = first("imas").or(() -> first("uniform"));
        if (supervised.isEmpty() || best.isEmpty()) {
            return;
        }
        Map<Long, Entry> from = finished(supervised.get());
        Map<Long, Entry> reached = finished(best.get());
        from.keySet().retainAll(reached.keySet());
        reached.keySet().retainAll(from.keySet());
        if (from.isEmpty()) {
            return;
        }
        double top = ceiling.facts().miou();
        verdict.add(ahead(top)
                .filter(row -> top - mean(from) >= Verdict.LEAST_GAP)
                .map(row -> Verdict.noCeiling(row, mean(finished(row)), top))
                .orElseGet(() -> Verdict.gap(best.get(), mean(from), mean(reached), top)));
    }

    private static double mean(Map<Long, Entry> entries) {
        return Bootstrap.mean(entries.values().stream()
                .mapToDouble(entry -> entry.facts().miou())
                .toArray());
    }
}
