package dev.imas.compare;

import dev.imas.config.ImasConfig.Method;
import dev.imas.config.Names;

/**
 * What tells a run of a comparison from the others.
 *
 * @param labels  labelled pictures, drawn; {@link #AS_GIVEN}, or those that there are
 * @param ceiling supervised with all labels
 */
public record RunKey(int labels, long seed, Method method, boolean ceiling) {
    /** The labels as the data set has them. */
    public static final int AS_GIVEN = 0;

    /** Of its folder; also what {@code --only} calls it. */
    public String name() {
        return ceiling ? "ceiling" : group() + "-" + Names.word(method);
    }

    /** Runs of one group differ in the method alone. */
    public String group() {
        return (labels == AS_GIVEN ? "" : "labels" + labels + "-") + "seed" + seed;
    }

    /** Of the folder in which the part that the runs of a group share is trained. */
    public String shared() {
        return group() + "-shared";
    }
}
