package dev.imas.verify.groups;

/** What is recorded of a tensor too large to record: 16 of its values, evenly spread. */
final class Samples {
    private static final int COUNT = 16;

    private Samples() {}

    /** @param values of the whole tensor, row-major; at least one */
    static float[] of(float[] values) {
        float[] samples = new float[COUNT];
        for (int k = 0; k < COUNT; k++) {
            samples[k] = values[(int) ((long) k * values.length / COUNT) + values.length / (2 * COUNT)];
        }
        return samples;
    }
}
