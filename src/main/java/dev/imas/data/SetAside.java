package dev.imas.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which labelled pictures validate where a folder brings no validation set: about a fifth, one at least, and the same
 * every time. Frames of one recording resemble one another, so that a network which has seen one seems to know the
 * next, and so do parts of one picture: pictures whose names differ in their last number alone, or
 * {@linkplain SourceNames say} that they are parts of one, stay together.
 *
 * @param entries those that are set aside
 * @param told    what was done, for people
 */
record SetAside(List<String> entries, String told) {
    private static final int SHARE = 5;
    /** A recording that is more than a third of the masks is too dear to lose. */
    private static final int DEAREST = 3;

    private static final Pattern LAST_NUMBER = Pattern.compile("([ _.(-]+[a-zA-Z]{0,2})?\\d+[ )]*$");

    /** @param labeled paths of the labelled pictures, two at least; of one none is set aside */
    static SetAside of(List<String> labeled) {
        if (labeled.size() < 2) {
            return new SetAside(List.of(), "");
        }
        int wanted = wanted(labeled);
        SourceNames names = new SourceNames(labeled);
        Map<String, List<String>> recordings = recordings(names, labeled);
        if (recordings.size() == labeled.size()) {
            return spread(labeled, wanted);
        }
        return whole(recordings, wanted, " of %d recordings")
                .or(() -> whole(
                        grouped(labeled, names::source), wanted, " of %d pictures and their tiles or changed copies"))
                .orElseGet(() -> recordings.size() == 1
                        ? new SetAside(
                                lastOfEach(recordings, wanted), counted(wanted, labeled.size()) + ", the last by name")
                        : ofEach(labeled, ", which are too few to keep one apart"));
    }

    /** The last frames of every recording: what a recording is about is on both sides then, but for its end. */
    static SetAside ofEach(List<String> labeled, String reason) {
        Map<String, List<String>> recordings = recordings(new SourceNames(labeled), labeled);
        List<String> last = lastOfEach(recordings, wanted(labeled));
        return new SetAside(
                last,
                counted(last.size(), labeled.size()) + ", the last of " + recordings.size()
                        + " recordings by their names" + reason);
    }

    private static int wanted(List<String> labeled) {
        return Math.max(1, Math.round((float) labeled.size() / SHARE));
    }

    private static Map<String, List<String>> recordings(SourceNames names, List<String> labeled) {
        return grouped(
                labeled, entry -> LAST_NUMBER.matcher(names.source(entry)).replaceFirst(""));
    }

    private static Map<String, List<String>> grouped(List<String> labeled, UnaryOperator<String> group) {
        Map<String, List<String>> groups = new TreeMap<>();
        labeled.stream().sorted().forEach(entry -> groups.computeIfAbsent(group.apply(entry), key -> new ArrayList<>())
                .add(entry));
        return groups;
    }

    /** Whole groups, or empty where these are too dear or of one picture each. */
    private static Optional<SetAside> whole(Map<String, List<String>> groups, int wanted, String what) {
        List<String> kept = smallest(groups, wanted);
        List<String> entries = kept.stream()
                .flatMap(group -> groups.get(group).stream())
                .sorted()
                .toList();
        int total = groups.values().stream().mapToInt(List::size).sum();
        String examples =
                kept.stream().sorted().limit(3).map(name -> name + "*").collect(Collectors.joining(", "));
        return groups.size() == total || entries.size() * DEAREST > total
                ? Optional.empty()
                : Optional.of(new SetAside(
                        entries,
                        counted(entries.size(), total) + ", " + kept.size()
                                + String.format(Locale.ROOT, what, groups.size()) + " by their names (" + examples
                                + ")"));
    }

    private static String counted(int taken, int of) {
        return taken + " of " + of + " labelled pictures " + (taken == 1 ? "is" : "are") + " set aside to validate";
    }

    private static SetAside spread(List<String> labeled, int wanted) {
        List<String> sorted = labeled.stream().sorted().toList();
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            taken.add(sorted.get((int) ((long) i * sorted.size() / wanted)));
        }
        return new SetAside(taken, counted(wanted, labeled.size()));
    }

    /** Groups, smallest first, as long as they come nearer to what is wanted. */
    private static List<String> smallest(Map<String, List<String>> groups, int wanted) {
        List<String> bySize = new ArrayList<>(groups.keySet());
        bySize.sort(Comparator.comparingInt(group -> groups.get(group).size()));
        List<String> taken = new ArrayList<>();
        int count = 0;
        for (String group : bySize) {
            int size = groups.get(group).size();
            if (taken.isEmpty() || Math.abs(count + size - wanted) < wanted - count) {
                taken.add(group);
                count += size;
            }
        }
        return taken;
    }

    private static List<String> lastOfEach(Map<String, List<String>> recordings, int wanted) {
        List<List<String>> largest = new ArrayList<>(recordings.values());
        largest.sort(Comparator.comparingInt((List<String> recording) -> recording.size())
                .reversed());
        int total = largest.stream().mapToInt(List::size).sum();
        List<String> taken = new ArrayList<>();
        int seen = 0;
        for (List<String> recording : largest) {
            seen += recording.size();
            int share = Math.min(recording.size(), Math.round((float) wanted * seen / total) - taken.size());
            taken.addAll(recording.subList(recording.size() - share, recording.size()));
        }
        taken.sort(null);
        return taken;
    }
}
