package dev.imas.rank;

import dev.imas.common.UserException;
import dev.imas.data.ImageSource;
import dev.imas.device.OutOfMemory;
import dev.imas.image.Picture;
import dev.imas.predict.ReadAhead;
import dev.imas.predict.Segmenter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/**
 * Works through pictures one by one, and goes on without those that cannot be read or that memory does not suffice for.
 * Holds one picture at a time, and the next, which is decoded beside it.
 */
final class Readable {
    private final ImageSource source;
    private final Predicate<Integer> tooLarge;
    private final IntConsumer progress;
    private final List<String> failed = new ArrayList<>();
    private final Set<Integer> left = new HashSet<>();
    private int done;

    /** What is done with a picture. */
    interface Work {
        void on(int picture, Picture pixels);
    }

    /** What a picture that is being read turns out to be: its pixels, or why there are none. */
    private record Read(Picture pixels, String fault) {}

    /**
     * @param tooLarge which pictures are not even opened
     * @param progress told how many pictures were worked on, counting one anew for each time
     */
    Readable(ImageSource source, Predicate<Integer> tooLarge, IntConsumer progress) {
        this.source = source;
        this.tooLarge = tooLarge;
        this.progress = progress;
    }

    /** Does some work on pictures in turn. */
    void each(List<Integer> pictures, Work work) {
        ReadAhead.each(pictures.size(), i -> Optional.of(read(pictures.get(i))), (i, read) -> {
            int picture = pictures.get(i);
            if (read.fault == null) {
                attempt(picture, () -> work.on(picture, read.pixels));
            } else {
                leaveOut(picture, read.fault);
            }
            progress.accept(++done);
        });
    }

    private Read read(int picture) {
        try {
            if (tooLarge.test(picture)) {
                return new Read(
                        null,
                        source.files(picture).get(0)
                                + " is too large to be looked at as a whole; cut it into tiles, or give Java more"
                                + " memory with IMAS_JAVA_OPTIONS=-Xmx8g");
            }
            return new Read(source.image(picture), null);
        } catch (UserException e) {
            return new Read(null, e.getMessage());
        }
    }

    private void attempt(int picture, Runnable work) {
        try {
            work.run();
        } catch (UserException e) {
            leaveOut(picture, named(picture, e.getMessage()));
        } catch (OutOfMemoryError e) {
            leaveOut(
                    picture,
                    named(
                            picture,
                            "it does not fit into the memory that Java may use; give it more with"
                                    + " IMAS_JAVA_OPTIONS=-Xmx8g"));
        } catch (RuntimeException e) { // libtorch has no other for exhausted memory
            leaveOut(
                    picture,
                    named(picture, OutOfMemory.advice(e, Segmenter.SMALLER).orElseThrow(() -> e)));
        }
    }

    private String named(int picture, String message) {
        String name =
                source.files(picture).stream().findFirst().map(Path::toString).orElse(source.id(picture));
        return message.contains(name) ? message : name + ": " + message;
    }

    private void leaveOut(int picture, String why) {
        if (left.add(picture)) {
            failed.add(why);
        }
    }

    /** Why pictures were left out, a line each. */
    List<String> failed() {
        return List.copyOf(failed);
    }
}
