package dev.imas.plan;

/**
 * The processes that train one network together.
 *
 * @param count how many there are
 * @param here  how many of them share this machine
 */
public record Processes(int count, int here) {
    public static final Processes ONE = new Processes(1, 1);
}
