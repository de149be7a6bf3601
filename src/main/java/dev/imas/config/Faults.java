package dev.imas.config;

import dev.imas.common.UserException;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with a configuration: gathered, then told in one line. */
final class Faults {
    private static final int TOLD = 5;

    private final List<String> messages = new ArrayList<>();

    /** {@code KEY is FOUND; expected EXPECTED}. */
    static String message(String key, Object found, String expected) {
        String text = found == null ? "" : found.toString().replaceAll("\\p{Cntrl}", " ");
        return key + " is " + (text.isBlank() ? "empty" : text) + "; expected " + expected;
    }

    void add(String message) {
        messages.add(message);
    }

    void require(boolean holds, String key, Object found, String expected) {
        if (!holds) {
            add(message(key, found, expected));
        }
    }

    List<String> messages() {
        return messages;
    }

    /** Does the work, and notes what it throws. */
    void gather(Runnable work) {
        try {
            work.run();
        } catch (UserException e) {
            add(e.getMessage());
        }
    }

    /** @throws UserException that names the first few faults, if there are any; it begins with {@code origin} */
    void raise(String origin) {
        if (messages.isEmpty()) {
            return;
        }
        List<String> told = new ArrayList<>(messages.subList(0, Math.min(TOLD, messages.size())));
        if (messages.size() > TOLD) {
            told.add((messages.size() - TOLD) + " more settings are wrong");
        }
        throw new UserException(origin + String.join(". ", told));
    }
}
