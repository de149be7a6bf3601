package dev.imas.semi;

/**
 * The random choices of one step. Training draws them from (seed, step) with {@link SeededDraws}; a recorded run is
 * replayed by giving the recorded ones.
 */
public interface StepDraws {
    /** Uniform in [0,1); CutMix fires when it is below the trigger's probability. */
    double trigger();

    /**
     * One box an image: top, left, bottom, right; bottom and right exclusive.
     *
     * @param spread factor in [0,1] on the range of side ratios
     */
    int[][] boxes(int count, int height, int width, double spread);

    /** A random order of 0..count-1: partners when pairing is random. */
    int[] pairing(int count);

    /** Uniforms in [0,1): image b shows its strong view when below gamma (Bernoulli intensity). */
    float[] intensity(int count);

    /**
     * One box an image, as UniMatch V2 draws them: {top, left, bottom, right}; empty where there is none.
     *
     * @param view        for which strong view, from 0
     * @param probability that an image has one
     */
    default int[][] areas(int view, int count, int height, int width, double probability) {
        throw new IllegalArgumentException("these draws have no boxes by area");
    }

    /** Fair coins, 0 or 1: channels of the features that the dropout keeps in the first view. */
    default byte[] coins(int count) {
        throw new IllegalArgumentException("these draws have no dropout of features");
    }

    /** A random order of 0..count-1: the first half of it is left alone by the dropout of features. */
    default int[] unchanged(int count) {
        throw new IllegalArgumentException("these draws have no dropout of features");
    }
}
