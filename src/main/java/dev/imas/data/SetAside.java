package dev.imas.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which labelled pictures validate where a folder brings no validation set: about a fifth, one at least, and the same
 * every time. Frames of one recording resemble one another, so that a network which has seen one seems to know the
 * next: pictures whose names differ in their last number alone stay together.
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
        Map<String, List<String>> recordings = recordings(labeled);
        if (recordings.size() == labeled.size()) {
            return spread(labeled, wanted);
        }
        if (recordings.size() == 1) {
            return new SetAside(lastOfEach(recordings, wanted), counted(wanted, labeled.size()) + ", the last by name");
        }
        List<String> whole = wholeRecordings(recordings, wanted);
        if (whole.size() * DEAREST <= labeled.size()) {
            long kept = whole.stream().map(SetAside::recording).distinct().count();
            return new SetAside(
                    whole,
                    counted(whole.size(), labeled.size()) + ", " + kept + " of " + recordings.size()
                            + " recordings by their names (" + examples(whole) + ")");
        }
        return ofEach(labeled, ", which are too few to keep one apart");
    }

    /** The last frames of every recording: what a recording is about is on both sides then, but for its end. */
    static SetAside ofEach(List<String> labeled, String reason) {
        Map<String, List<String>> recordings = recordings(labeled);
        List<String> last = lastOfEach(recordings, wanted(labeled));
        return new SetAside(
                last,
                counted(last.size(), labeled.size()) + ", the last of " + recordings.size()
                        + " recordings by their names" + reason);
    }

    private static int wanted(List<String> labeled) {
        return Math.max(1, Math.round((float) labeled.size() / SHARE));
    }

    private static Map<String, List<String>> recordings(List<String> labeled) {
        Map<String, List<String>> recordings = new TreeMap<>();
        labeled.stream().sorted().forEach(entry -> recordings
                .computeIfAbsent(recording(entry), key -> new ArrayList<>())
                .add(entry));
        return recordings;
    }

    private static String counted(int taken, int of) {
        return taken + " of " + of + " labelled pictures " + (taken == 1 ? "is" : "are") + " set aside to validate";
    }

    private static String examples(List<String> entries) {
        List<String> names =
                entries.stream().map(SetAside::recording).distinct().limit(3).toList();
        return String.join(", ", names.stream().map(name -> name + "*").toList());
    }

    /** A path without ending and last number. */
    static String recording(String entry) {
        return LAST_NUMBER.matcher(WrittenNames.withoutEnding(entry)).replaceFirst("");
    }

    private static SetAside spread(List<String> labeled, int wanted) {
        List<String> sorted = labeled.stream().sorted().toList();
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            taken.add(sorted.get((int) ((long) i * sorted.size() / wanted)));
        }
        return new SetAside(taken, counted(wanted, labeled.size()));
    }

    /** Recordings, smallest first, as long as they come nearer to what is wanted. */
    private static List<String> wholeRecordings(Map<String, List<String>> recordings, int wanted) {
        List<List<String>> smallest = new ArrayList<>(recordings.values());
        smallest.sort(Comparator.comparingInt(List::size));
        List<String> taken = new ArrayList<>();
        for (List<String> recording : smallest) {
            boolean nearer = Math.abs(taken.size() + recording.size() - wanted) < wanted - taken.size();
            if (taken.isEmpty() || nearer) {
                taken.addAll(recording);
            }
        }
        taken.sort(null);
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
