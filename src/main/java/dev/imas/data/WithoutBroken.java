package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A collection that goes on without the samples that turn out to be broken ({@code data.skip_broken}). */
public final class WithoutBroken implements ImageSource {
    private final ImageSource source;
    private final Set<Integer> broken = ConcurrentHashMap.newKeySet();
    private final Queue<String> news = new ConcurrentLinkedQueue<>();

    public WithoutBroken(ImageSource source) {
        this.source = source;
    }

    /** All of it. */
    ImageSource source() {
        return source;
    }

    /** Leaves sample i out from now on. */
    void leaveOut(int i, String why) {
        if (broken.add(i)) {
            news.add(why);
        }
    }

    /** What was left out since the last call, a line each. */
    public List<String> news() {
        List<String> lines = new ArrayList<>();
        for (String line = news.poll(); line != null; line = news.poll()) {
            lines.add(line);
        }
        return lines;
    }

    @Override
    public Optional<Loaded> load(int i, boolean withMask) {
        if (broken.contains(i)) {
            return Optional.empty();
        }
        try {
            return source.load(i, withMask);
        } catch (UserException e) {
            leaveOut(i, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public String id(int i) {
        return source.id(i);
    }

    @Override
    public String identity(int i) {
        return source.identity(i);
    }

    @Override
    public long bytes(int i) {
        return source.bytes(i);
    }

    @Override
    public List<Path> files(int i) {
        return source.files(i);
    }

    @Override
    public Picture image(int i) {
        return source.image(i);
    }

    @Override
    public LabelMap mask(int i) {
        return source.mask(i);
    }
}
