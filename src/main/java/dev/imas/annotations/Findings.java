package dev.imas.annotations;

import dev.imas.common.UserException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an import leaves out, by reason, what else is to know of it, and what keeps it from being done. */
final class Findings {
    private static final int TOLD_PLACES = 3;
    private static final int TOLD_FAULTS = 8;

    /** How often a reason held, and where first. */
    private static final class Tally {
        private final List<String> places = new ArrayList<>();
        private long count;

        void add(String place) {
            count++;
            if (places.size() < TOLD_PLACES) {
                places.add(place);
            }
        }

        String told() {
            return count + " (" + String.join(", ", places) + (count > places.size() ? ", ..." : "") + ")";
        }
    }

    private final Map<String, Tally> skipped = new LinkedHashMap<>();
    private final Map<String, Tally> notes = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();

    /**
     * Notes something that is left out.
     *
     * @param reason what is left out and why, in the plural, such as "points"
     */
    void skip(String reason, String place) {
        add(skipped, reason, place);
    }

    /**
     * Notes something that is done, but may not be what was meant.
     *
     * @param what with a verb in the past, such as "found by the base name alone"
     */
    void note(String what, String place) {
        add(notes, what, place);
    }

    private static void add(Map<String, Tally> tallies, String what, String place) {
        tallies.computeIfAbsent(what, key -> new Tally()).add(Words.printable(place));
    }

    void fault(String message) {
        faults.add(message);
    }

    /** Does the work, and notes what it throws. */
    void gather(Runnable work) {
        try {
            work.run();
        } catch (UserException e) {
            fault(e.getMessage());
        }
    }

    /** One line a reason: what, how many, where. */
    List<String> skips() {
        return lines(skipped);
    }

    /** Likewise. */
    List<String> notes() {
        return lines(notes);
    }

    private static List<String> lines(Map<String, Tally> tallies) {
        return tallies.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue().told())
                .toList();
    }

    /** @throws UserException of all faults, the first few in words, if there are any */
    void raise() {
        if (faults.isEmpty()) {
            return;
        }
        List<String> told = new ArrayList<>(faults.subList(0, Math.min(TOLD_FAULTS, faults.size())));
        if (faults.size() > TOLD_FAULTS) {
            told.add("and " + (faults.size() - TOLD_FAULTS) + " more");
        }
        throw new UserException(Words.printable(String.join("; ", told)));
    }
}
