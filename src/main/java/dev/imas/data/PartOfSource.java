package dev.imas.data;

import dev.imas.common.Share;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The pictures of a collection that are one process's when they are dealt out one by one. */
public record PartOfSource(ImageSource whole, Share share) implements ImageSource {
    private int at(int i) {
        return i * share.parts() + share.part();
    }

    @Override
    public int size() {
        return share.dealt(whole.size());
    }

    @Override
    public String id(int i) {
        return whole.id(at(i));
    }

    @Override
    public String identity(int i) {
        return whole.identity(at(i));
    }

    @Override
    public long memory(int i) {
        return whole.memory(at(i));
    }

    @Override
    public long bytes(int i) {
        return whole.bytes(at(i));
    }

    @Override
    public List<Path> files(int i) {
        return whole.files(at(i));
    }

    @Override
    public Optional<Loaded> load(int i, boolean withMask) {
        return whole.load(at(i), withMask);
    }

    @Override
    public Picture image(int i) {
        return whole.image(at(i));
    }

    @Override
    public LabelMap mask(int i) {
        return whole.mask(at(i));
    }
}
