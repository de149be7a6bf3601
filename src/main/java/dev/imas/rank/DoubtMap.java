package dev.imas.rank;

import dev.imas.image.LabelMap;
import dev.imas.predict.Segmentation;

/**
 * Where in a picture two answers leave something open: they differ, or agree without being sure.
 *
 * @param width   pixels a row
 * @param height  rows
 * @param unsure  per pixel how far the network's confidence lies below 1, as a share of how far it can, in [0,1]; 2
 *                where the answers differ
 */
record DoubtMap(int width, int height, float[] unsure) {
    static final float DIFFERENT = 2;

    static DoubtMap of(Segmentation own, LabelMap other, int classes) {
        byte[] labels = own.labels().labels();
        float[] confidence = own.confidence();
        float[] unsure = new float[labels.length];
        float most = 1 - 1f / Math.max(2, classes);
        for (int i = 0; i < unsure.length; i++) {
            boolean differ = labels[i] != other.labels()[i];
            unsure[i] = differ ? DIFFERENT : Math.max(0, Math.min(1, (1 - confidence[i]) / most));
        }
        return new DoubtMap(other.width(), other.height(), unsure);
    }

    boolean differs(int pixel) {
        return unsure[pixel] == DIFFERENT;
    }

    /** What a pixel adds to how hard a region is: 1 where the answers differ, else at most a half. */
    double weight(int pixel) {
        return unsure[pixel] / 2;
    }
}
