package dev.imas.data;

import dev.imas.augment.LabelMap;
import dev.imas.augment.RgbImage;

/** Some pictures of another collection. */
record Subset(ImageSource source, int[] indices) implements ImageSource {
    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public String id(int i) {
        return source.id(indices[i]);
    }

    @Override
    public RgbImage image(int i) {
        return source.image(indices[i]);
    }

    @Override
    public LabelMap mask(int i) {
        return source.mask(indices[i]);
    }
}
