package dev.imas.verify.engine;

/**
 * One comparison with recorded data. Passes only when {@code error <= tolerance}, so NaN fails.
 *
 * @param group     folder of the recorded data, e.g. {@code 01_hardness}
 * @param name      case and quantity, e.g. {@code a.t0.95.v1}
 * @param error     largest deviation found, in the unit the tolerance has
 * @param tolerance what is honest to ask (section 15 of the recorded data's description)
 * @param note      empty, or one line of explanation
 */
public record Check(String group, String name, double error, double tolerance, String note) {
    public boolean passed() {
        return error <= tolerance;
    }
}
