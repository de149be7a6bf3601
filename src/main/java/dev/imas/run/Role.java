package dev.imas.run;

import java.util.Locale;

/** The two networks of a run. */
public enum Role {
    TEACHER,
    STUDENT;

    /** In texts for people, and in summary.json. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
