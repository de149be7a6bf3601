package dev.imas.compare;

/**
 * A run and its place in the comparison.
 *
 * @param group   what the runs that it is compared with have in common; may be empty
 * @param row     what the runs that differ from it in the seed alone are called
 * @param method  as in config.yaml
 * @param ceiling whether it is what the others may reach
 * @param seed    of the run
 */
record Entry(String group, String row, String method, boolean ceiling, long seed, RunFacts facts) {
    /** What tells it from other rows of its method; empty where it has none. */
    String variant() {
        int comma = row.indexOf(", ");
        return comma < 0 ? "" : row.substring(comma + 2);
    }

    /** How a row of a method is called. */
    static String title(String method) {
        return method.equals("imas") ? "iMAS" : method;
    }
}
