package dev.imas.compare;

import dev.imas.run.ClassIou;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The classes of a comparison. Runs may number them in different orders, so they are matched by their names.
 *
 * @param reference the first run that tells them; none where none does
 * @param other     the first run that tells other ones: then figures of single classes compare nothing
 */
record MatchedClasses(Optional<RunFacts> reference, Optional<RunFacts> other) {
    static MatchedClasses of(List<Entry> entries) {
        List<RunFacts> telling = entries.stream()
                .map(Entry::facts)
                .filter(facts -> !facts.classes().isEmpty())
                .toList();
        Optional<RunFacts> reference = telling.stream().findFirst();
        return new MatchedClasses(
                reference,
                telling.stream()
                        .filter(facts -> !alike(names(reference.get()), names(facts)))
                        .findFirst());
    }

    private static List<String> names(RunFacts facts) {
        return facts.classes().stream().map(ClassIou::name).toList();
    }

    /** Whether the names are the same in any order; a name that two classes share tells neither. */
    private static boolean alike(List<String> one, List<String> other) {
        boolean named = new HashSet<>(one).size() == one.size();
        return one.equals(other)
                || named && one.size() == other.size() && new HashSet<>(one).equals(new HashSet<>(other));
    }

    /** The classes in the order in which they are shown; none where runs have different ones. */
    List<ClassIou> shown() {
        return other.isPresent() ? List.of() : reference.map(RunFacts::classes).orElse(List.of());
    }

    /** A run's IoU of the classes that are shown, in their order; empty where the run does not tell it. */
    double[] iou(RunFacts run) {
        List<String> own = names(run);
        double[] iou = run.iou();
        if (shown().isEmpty() || own.size() != shown().size() || iou.length != own.size()) {
            return new double[0];
        }
        List<String> wanted = names(reference.get());
        return own.equals(wanted) // also where names are no names, each of one class
                ? iou
                : wanted.stream().mapToDouble(name -> iou[own.indexOf(name)]).toArray();
    }

    /** Why there are no figures of single classes, in a sentence. */
    Optional<String> note() {
        return other.map(run -> {
            List<String> first = names(reference.get());
            List<String> second = names(run);
            String example = Stream.concat(
                            second.stream().filter(name -> !first.contains(name)),
                            first.stream().filter(name -> !second.contains(name)))
                    .findFirst()
                    .map(name -> " (such as " + name + ")")
                    .orElse("");
            return folder(reference.get()) + " and " + folder(run) + " have classes of different names" + example
                    + ", so there is no table of classes, and mIoU is a mean over other classes in each: it says"
                    + " little of which is better.";
        });
    }

    private static Path folder(RunFacts run) {
        return run.directory().root().getFileName();
    }
}
