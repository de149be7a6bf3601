package dev.imas.data;

import dev.imas.image.LabelMap;
import dev.imas.image.Picture;

/**
 * Some pictures of another collection.
 *
 * @param withMasks false: the pictures count as unlabelled, and their masks are not given out
 */
record Subset(ImageSource source, int[] indices, boolean withMasks) implements ImageSource {
    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public String id(int i) {
        return source.id(indices[i]);
    }

    @Override
    public Picture image(int i) {
        return source.image(indices[i]);
    }

    @Override
    public LabelMap mask(int i) {
        if (!withMasks) {
            throw new IllegalStateException("a mask was asked of the unlabelled picture " + id(i));
        }
        return source.mask(indices[i]);
    }
}
