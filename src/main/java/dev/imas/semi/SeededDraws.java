package dev.imas.semi;

import dev.imas.common.Rng;
import dev.imas.config.ImasConfig;
import java.util.List;

/** Draws addressed by (seed, purpose, step): the same for a resumed run. */
public final class SeededDraws implements StepDraws {
    private final long seed;
    private final long step;
    private final double lo;
    private final double hi;

    /** The draws of a run's step, from 0. */
    public static SeededDraws of(ImasConfig config, long step) {
        List<Double> scale = config.unsupervised().cutmixScale();
        return new SeededDraws(config.seed(), step, scale.get(0), scale.get(1));
    }

    /**
     * @param step global step, from 0
     * @param lo   smallest box side ratio
     * @param hi   largest box side ratio
     */
    public SeededDraws(long seed, long step, double lo, double hi) {
        this.seed = seed;
        this.step = step;
        this.lo = lo;
        this.hi = hi;
    }

    @Override
    public double trigger() {
        return Rng.of(seed, "cutmix-trigger", step).uniform();
    }

    @Override
    public int[][] boxes(int count, int height, int width, double spread) {
        Rng rng = Rng.of(seed, "cutmix", step);
        double ratio = lo + (hi - lo) * rng.uniform() * spread;
        return CutMixBoxes.draw(rng, count, height, width, ratio);
    }

    @Override
    public int[] pairing(int count) {
        return Rng.of(seed, "pairing", step).permutation(count);
    }

    @Override
    public float[] intensity(int count) {
        Rng rng = Rng.of(seed, "intensity", step);
        float[] draws = new float[count];
        for (int i = 0; i < count; i++) {
            draws[i] = (float) rng.uniform();
        }
        return draws;
    }

    @Override
    public int[][] areas(int view, int count, int height, int width, double probability) {
        Rng rng = Rng.of(seed, "cutmix-areas", step, view);
        int[][] boxes = new int[count][];
        for (int i = 0; i < count; i++) {
            boxes[i] = rng.uniform() < probability ? CutMixBoxes.byArea(rng, height, width) : new int[4];
        }
        return boxes;
    }

    @Override
    public byte[] coins(int count) {
        Rng rng = Rng.of(seed, "feature-dropout", step);
        byte[] coins = new byte[count];
        for (int i = 0; i < count; i++) {
            coins[i] = (byte) (rng.uniform() < 0.5 ? 0 : 1);
        }
        return coins;
    }

    @Override
    public int[] unchanged(int count) {
        return Rng.of(seed, "feature-dropout-unchanged", step).permutation(count);
    }
}
